"""What instructions say of the limits of a task, and the script by which candidates measure at home."""

import ast
import inspect
from pathlib import Path

import pytest

from guildmark.packs.model import TaskSpec
from guildmark_grader.authoring.statements import statement
from guildmark_grader.worker import stopwatch

SPEED = Path(__file__).parents[3] / "packs" / "advanced" / "data" / "speed.py"


def contract(language: str, **fields: object) -> str:
    tensor = {"shape": [1], "meaning": {"en": "a number"}}
    plain = {"id": "a", "title": {"en": "A"}, "skills": ["A5"], "metric": {"name": "mae"}, "thresholds": [5, 4, 3, 2, 1]}
    task = TaskSpec.model_validate({**plain, "input": tensor, "output": tensor, **fields})
    return statement(task, "{{contract}}", language)


@pytest.mark.parametrize(
    ("language", "size", "time"),
    [
        ("en", "at most 96 KiB", "may take at most 20 ms of processor time"),
        ("ko", "96 KiB 이하", "20 ms 이하"),
        ("zh-Hans", "不超过 96 KiB", "不得超过 20 ms"),
    ],
)
def test_limits_are_said_in_every_language(language, size, time):
    text = contract(language, size_limit_kib=96, limits={"predict_ms": 20})
    assert (size in text, time in text) == (True, True)
    untimed = contract(language, size_limit_mib=5)
    assert (size.replace("96 KiB", "5 MiB") in untimed, " ms" in untimed) == (True, False)


def test_candidates_measure_by_the_yardstick_of_the_grader():
    def computed(source: str) -> list[str]:
        functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
        return [ast.dump(statement) for node in functions if node.name == "yardstick" for statement in node.body]

    public = SPEED.read_text(encoding="utf-8")
    assert computed(public) == computed(inspect.getsource(stopwatch))
    assert f"YARDSTICK_MS = {stopwatch.YARDSTICK_MS}\n" in public
