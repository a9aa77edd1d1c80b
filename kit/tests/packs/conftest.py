from pathlib import Path

import pytest

EXAM = """\
format = 1
id = "tiny"
version = "2026.1"
title = { en = "A tiny exam" }
level = "practitioner"
framework = "TensorFlow"
visibility = "public"
languages = ["en"]
duration_minutes = 60
grace_minutes = 15
pass_rule = "weighted"
pass_mark = 90
validity_months = 36

[[categories]]
id = "category1"
title = { en = "Sums" }
weight = 40

[[categories]]
id = "category2"
title = { en = "Signs" }
weight = 60
"""

TASK = """\
id = "FORM"
title = { en = "A form" }
skills = ["A1", "B2"]
formats = ["keras", "h5"]
size_limit_mib = 5
thresholds = [4.0, 3.0, 2.0, 1.0, 0.5]

[input]
shape = [2]
meaning = { en = "Two numbers." }

[output]
shape = [1]
meaning = { en = "Their sum." }

[metric]
name = "mae"
"""

REFERENCE = """\
[[reference]]
solution = "solution.py"
role = "full"

[[reference]]
solution = "refused.py"
role = "refused"
reason = "contract.input_shape"
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A sound pack of two categories with one form each; tests break what they need."""
    root = tmp_path / "tiny"
    root.mkdir()
    (root / "exam.toml").write_text(EXAM)
    (root / "requirements.txt").write_text("# pinned\nnumpy==2.4.6\n")
    (root / "SOURCES.md").write_text("Everything is made up.\n")
    for category, form in (("category1", "sums"), ("category2", "signs")):
        folder = root / category / form
        (folder / "reference").mkdir(parents=True)
        (folder / "task.toml").write_text(TASK.replace("FORM", form))
        (folder / "instructions.en.md").write_text(f"# {form}\n")
        (folder / "starter.py").write_text("def solution_model():\n    return None\n")
        (folder / "build.py").write_text("def build(rng, sources, public, hidden):\n    return None\n")
        (folder / "reference" / "reference.toml").write_text(REFERENCE)
        for script in ("solution.py", "refused.py"):
            (folder / "reference" / script).write_text("def solution_model():\n    return None\n")
    return root
