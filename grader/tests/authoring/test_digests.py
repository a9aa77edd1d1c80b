"""What a calibration is bound to, and what it is not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from guildmark.packs.reader import read_pack
from guildmark_grader.authoring.build import pack_digest
from guildmark_grader.authoring.digests import form_digests, script_digest

Change = Callable[[Path], object]


def digests_of(folder: Path) -> dict[str, str]:
    read = read_pack(folder)
    form = read.forms[0]
    scripts = {f"script {one.solution}": script_digest(read, form, one) for one in form.references}
    return {**form_digests(read, form).model_dump(), **scripts, "pack": pack_digest(folder)}


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def written(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def rich_pack(pack: Path) -> Path:
    """The tiny pack, with data, modules, a package, and a reference that imports the starter."""
    form = pack / "category1" / "sums"
    written(pack / "data" / "seen" / "more.csv", "1,2\n")
    written(pack / "data" / "unseen.csv", "3,4\n")
    written(pack / "lib" / "words.py", "import deep\n")
    written(pack / "lib" / "deep" / "__init__.py", "from deep.down import NAMES\n")
    written(pack / "lib" / "deep" / "down.py", "NAMES = ()\n")
    written(pack / "lib" / "unused.py", "NAMES = ()\n")
    written(pack / "public" / "checkpoints.py", "def save(model):\n    model.save('mymodel.keras')\n")
    written(form / "build.py", "import words\n" + (form / "build.py").read_text())
    written(form / "starter.py", '"""Sums."""\nfrom checkpoints import save\n\n\ndef solution_model():\n    """None yet."""\n')
    written(form / "reference" / "solution.py", "from starter import solution_model\n\nsolution_model()\n")
    replaced(form / "task.toml", "size_limit_mib = 1", 'size_limit_mib = 1\ndata = ["seen"]')
    return pack


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        (lambda sums: written(sums / "instructions.en.md", "# Sums, told better\n\n{{contract}}\n\n{{bands}}\n"), set()),
        (lambda sums: replaced(sums / "task.toml", 'name = "mae"', 'name = "mae"\nunit = "metres"'), set()),
        (lambda sums: replaced(sums / "task.toml", "Two numbers.", "A pair of numbers."), set()),
        (lambda sums: replaced(sums / "starter.py", '"""None yet."""', '"""Nothing yet."""  # so far'), set()),
        (lambda sums: written(sums.parents[1] / "lib" / "unused.py", "NAMES = ('a',)\n"), set()),
        (lambda sums: written(sums.parents[1] / "data" / "unseen.csv", "5,6\n"), set()),
        (lambda sums: replaced(sums / "starter.py", '"""None yet."""', "return 1"), {"script solution.py"}),
        (lambda sums: written(sums.parents[1] / "public" / "checkpoints.py", "save = print\n"), {"script solution.py"}),
        (lambda sums: replaced(sums / "reference" / "solution.py", "model()\n", "model(), 1\n"), {"script solution.py"}),
        (lambda sums: replaced(sums / "build.py", "size=(40, 2)", "size=(50, 2)"), {"build"}),
        (lambda sums: written(sums.parents[1] / "lib" / "words.py", "import deep as _deep\n"), {"build"}),
        (lambda sums: written(sums.parents[1] / "lib" / "deep" / "down.py", "NAMES = ('a',)\n"), {"build"}),
        (lambda sums: written(sums.parents[1] / "data" / "seen" / "more.csv", "1,3\n"), {"data"}),
        (lambda sums: written(sums.parents[1] / "data" / "seen" / "another.csv", "1,3\n"), {"data"}),
        (lambda sums: replaced(sums / "task.toml", "0.5]", "0.4]"), {"scoring"}),
        (lambda sums: replaced(sums / "task.toml", 'formats = ["keras"]', 'formats = ["keras", "h5"]'), {"scoring"}),
        (lambda sums: replaced(sums / "task.toml", "[input]", 'forbidden_layers = ["Dropout"]\n\n[input]'), {"scoring"}),
        (lambda sums: replaced(sums / "task.toml", '[metric]\nname = "mae"', '[metric]\nname = "rmse"'), {"scoring"}),
        (lambda sums: written(sums / "task.toml", (sums / "task.toml").read_text() + "\n[limits]\nwall_s = 9\n"), {"scoring"}),
    ],
)
def test_x20_a_calibration_is_bound_to_what_changes_its_numbers(rich_pack: Path, change: Change, changed: set[str]) -> None:
    before = digests_of(rich_pack)
    change(rich_pack / "category1" / "sums")
    after = digests_of(rich_pack)
    assert {name for name in before if before[name] != after[name]} == changed | {"pack"}


@pytest.mark.parametrize("left", [".DS_Store", "lib/__pycache__/words.pyc", "calibration/sums.json", "category1/sums/.idea/a"])
def test_what_systems_and_tools_leave_behind_makes_no_other_pack(rich_pack: Path, left: str) -> None:
    before = digests_of(rich_pack)
    written(rich_pack / left, "left behind")
    assert digests_of(rich_pack) == before
