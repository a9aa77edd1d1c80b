from pathlib import Path

import pytest

from guildmark_grader.authoring.build import build_bank

ROOT = Path(__file__).parents[3]
SHIPPED = ("practitioner", "advanced")
SECRET = b"0123456789abcdef0123456789abcdef"

EXAM = """\
format = 1
id = "tiny"
version = "2026.1"
title = { en = "A tiny exam" }
level = "practitioner"
framework = "TensorFlow"
visibility = "private"
languages = ["en"]
duration_minutes = 60
grace_minutes = 15
pass_rule = "weighted"
pass_mark = 90
validity_months = 36

[[categories]]
id = "category1"
title = { en = "Sums" }
weight = 100
"""

TASK = """\
id = "sums"
title = { en = "Sums" }
skills = ["A1"]
formats = ["keras"]
size_limit_mib = 1
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
"""

BUILD = """\
import os
import sys
from pathlib import Path

import numpy as np


def build(rng, sources, public, hidden):
    numbers = rng.normal(size=(40, 2)).astype(np.float32)
    np.save(public / "numbers.npy", numbers[:30])
    np.save(hidden / "inputs.npy", numbers[30:])
    np.save(hidden / "targets.npy", numbers[30:].sum(axis=1, keepdims=True))
    told = [Path(argument).name for argument in sys.argv[1:]]
    (public / "process.txt").write_text(" ".join([*sorted(os.environ), *told, sys.stdin.read()]))
"""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The author's tools build and train, so that their tests are a stage of their own: `make authoring`."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.authoring)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A sound pack with one form, whose `build.py` draws its numbers and writes down what it knows."""
    root = tmp_path / "tiny"
    form = root / "category1" / "sums"
    (form / "reference").mkdir(parents=True)
    (root / "exam.toml").write_text(EXAM)
    (root / "requirements.txt").write_text("numpy==2.4.6\n")
    (root / "SOURCES.md").write_text("Everything is made up.\n")
    (form / "task.toml").write_text(TASK)
    (form / "instructions.en.md").write_text("# Sums\n\n{{contract}}\n\n{{bands}}\n")
    (form / "starter.py").write_text('"""Sums."""\n\n\ndef solution_model():\n    return None\n')
    (form / "build.py").write_text(BUILD)
    (form / "reference" / "reference.toml").write_text(REFERENCE)
    (form / "reference" / "solution.py").write_text("SECRET_OF_THE_AUTHOR = 1\n")
    return root


@pytest.fixture(scope="session")
def shipped_banks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A bank of two variants of every form of each pack that ships."""
    folder = tmp_path_factory.mktemp("banks")
    return {name: build_bank(ROOT / "packs" / name, folder / name, variants=2, secret=SECRET) for name in SHIPPED}
