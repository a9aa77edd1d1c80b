"""A layer that is forbidden by a name that no model can have is forbidden to nobody."""

import shutil
from pathlib import Path

import pytest

from guildmark.errors import PackProblem
from guildmark_grader.authoring.check import pack_problems

QUICK = Path(__file__).parents[3] / "tests" / "e2e" / "quick_pack"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    shutil.copytree(QUICK, folder, ignore=shutil.ignore_patterns("form", "__pycache__"))
    for number in range(1, 6):
        form = folder / f"category{number}" / f"line-{number}"
        shutil.copytree(QUICK / "form", form, ignore=shutil.ignore_patterns("__pycache__"))
        for file in form.rglob("*.*"):
            file.write_text(file.read_text().replace("@N@", str(number)))
    return folder


def forbid(pack: Path, names: str) -> None:
    task = pack / "category1" / "line-1" / "task.toml"
    lines = [line for line in task.read_text().splitlines() if not line.startswith("forbidden_layers")]
    place = next(number for number, line in enumerate(lines) if line.startswith("["))
    task.write_text("\n".join([*lines[:place], f"forbidden_layers = {names}", *lines[place:]]))


def problems_of_layers(pack: Path) -> list[PackProblem]:
    return [problem for problem in pack_problems(pack) if problem.message.startswith("forbidden_layers: ")]


def test_a_misspelt_forbidden_layer_is_a_problem_with_its_line_and_the_right_name(pack):
    forbid(pack, '["Dropuot"]')
    (problem,) = problems_of_layers(pack)
    assert (problem.file, problem.line is not None) == ("category1/line-1/task.toml", True)
    assert problem.message.endswith("Dropuot is no built-in layer of Keras. Did you mean Dropout?")


def test_a_forbidden_layer_by_its_right_name_is_none(pack):
    forbid(pack, '["Dropout", "MaxPool2D", "Lambda"]')
    assert problems_of_layers(pack) == []
