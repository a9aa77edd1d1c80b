from pathlib import Path

import pytest

from guildmark.packs.reader import read_pack
from guildmark_grader.authoring.lint.starter_run import starter_problems
from guildmark_grader.authoring.lint.starters import import_problems, script_shape_problems, title_problems

SUMS = "category1/sums"


def write(pack: Path, script: str, name: str = "starter.py") -> None:
    source = script if "def solution_model" in script else f"{script}\n\ndef solution_model():\n    return None\n"
    (pack / SUMS / name).write_text(source)


def shapes(pack: Path) -> list[tuple[str, int | None, str]]:
    problems = script_shape_problems(SUMS, read_pack(pack).forms[0])
    return [(problem.file.removeprefix(f"{SUMS}/"), problem.line, problem.message) for problem in problems]


@pytest.mark.parametrize(
    "script",
    [
        "INPUT_SHAPE = (2,)",
        "WIDTH = 2\nINPUT_SHAPE = (WIDTH,)\nmodel = tf.keras.Input(INPUT_SHAPE)",
        "PAST, FUTURE = 2, 1\nINPUT_SHAPE = (PAST * FUTURE,)\nOUTPUT_SHAPE = (FUTURE,)",
        "model = tf.keras.Input((None,))",
        "model = tf.keras.Input(shape=shape_of(data))",
        "part = tf.keras.Input((7, 7, 3))\nmodel = tf.keras.Input(batch_shape=(None, 2))",
        "first = layers.Dense(3, input_shape=(2,))",
    ],
)
def test_shapes_that_fit_or_cannot_be_told_are_fine(pack: Path, script: str) -> None:
    write(pack, script)
    assert shapes(pack) == []


@pytest.mark.parametrize(
    ("script", "line", "message"),
    [
        ("SIDE = 3\nINPUT_SHAPE = (SIDE,)", 2, "INPUT_SHAPE is (3,); task.toml says (2,). Write that."),
        ("OUTPUT_SHAPE = (2,)", 1, "OUTPUT_SHAPE is (2,); task.toml says (1,). Write that."),
        ("model = tf.keras.Input((2, 1))", 1, "Its model takes (None, 2, 1); task.toml says (None, 2)."),
        ("first = layers.Dense(3, input_shape=[9])", 1, "Its model takes (None, 9); task.toml says (None, 2)."),
        ("model = Input(batch_shape=(None, 4))", 1, "Its model takes (None, 4); task.toml says (None, 2)."),
    ],
)
def test_shapes_that_contradict_the_task_are_told(pack: Path, script: str, line: int, message: str) -> None:
    write(pack, script)
    assert [(file, number, text[: len(message)]) for file, number, text in shapes(pack)] == [("starter.py", line, message)]


def test_a_reference_is_read_with_the_constants_of_the_starter_unless_it_shows_a_mistake(pack: Path) -> None:
    write(pack, "SIDE = 2")
    write(pack, "from starter import SIDE\nmodel = tf.keras.Input((SIDE, 1))", "reference/solution.py")
    assert [(file, line) for file, line, _message in shapes(pack)] == [("reference/solution.py", 2)]
    references = pack / SUMS / "reference" / "reference.toml"
    text = references.read_text()
    write(pack, "", "reference/full.py")
    refused = text.replace('role = "full"', 'role = "refused"\nreason = "contract.input_shape"')
    references.write_text(refused + '\n[[reference]]\nsolution = "full.py"\nrole = "full"\n')
    assert shapes(pack) == []


def test_a_starter_names_its_category_as_the_instructions_do(pack: Path) -> None:
    (pack / SUMS / "instructions.en.md").write_text("# Category 1: Sums\n")
    write(pack, 'CATEGORY = "Category 1: Products"')
    (problem,) = title_problems(SUMS, read_pack(pack).forms[0])
    assert str(problem).startswith("category1/sums/starter.py: It does not name its category as instructions.en.md does:")
    write(pack, 'print("Category 1: Sums")')
    assert list(title_problems(SUMS, read_pack(pack).forms[0])) == []


def test_a_starter_imports_what_its_candidate_has(pack: Path) -> None:
    write(pack, "import json\nimport numpy as np\nimport PIL.Image\nfrom checkpoints import save\nfrom sklearn import svm\n")
    read = read_pack(pack)
    given = {"checkpoints.py": b""}
    requirements = "numpy==2.4.6\npillow==13.0.0 ; sys_platform == 'linux'\n# scikit-learn==1.0\n"
    problems = import_problems(SUMS, read.forms[0], requirements=requirements, given=given)
    message = "It imports sklearn, which a candidate has not got. Pin it in requirements.txt, or do without it."
    assert [str(problem) for problem in problems] == [f"category1/sums/starter.py:5: {message}"]
    everything = import_problems(SUMS, read.forms[0], requirements=f"{requirements}scikit-learn==1.7\n", given=given)
    assert list(everything) == []


def test_what_a_starter_can_do_without_may_be_missing(pack: Path) -> None:
    write(pack, "try:\n    import tqdm\nexcept ImportError:\n    tqdm = None\n")
    assert list(import_problems(SUMS, read_pack(pack).forms[0], requirements="", given=())) == []


RUNS = """\
import sys
import numpy as np


def load_data():
    return np.load("numbers.npy")


def solution_model():
    load_data()
    return None


if __name__ == "__main__":
    print("Category 1: Sums")
    if solution_model() is None:
        sys.exit("There is no model yet.")
"""


def run(pack: Path, script: str) -> list[tuple[int | None, str]]:
    (pack / SUMS / "instructions.en.md").write_text("# Category 1: Sums\n")
    (pack / SUMS / "starter.py").write_text(script)
    numbers = b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }".ljust(127) + b"\n" + bytes(4)
    files = {"numbers.npy": numbers, "starter.py": script.encode()}
    problems = starter_problems(pack, read_pack(pack).forms[0], files)
    return [(problem.line, problem.message) for problem in problems]


def test_a_starter_runs_as_far_as_saying_that_there_is_no_model(pack: Path) -> None:
    assert run(pack, RUNS) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('"numbers.npy"', '"number.npy"', 6, "It does not run as it is handed out: FileNotFoundError: "),
        ('sys.exit("There is no model yet.")', "pass", None, "It ends as if all were well, but there is no model."),
        ('print("Category 1: Sums")', "pass", None, "It does not print its category: 'Category 1: Sums'."),
        (
            "    load_data()\n    return None",
            '    open("mymodel.keras", "w").close()\n    return 1',
            None,
            "It saves mymodel.keras as it is handed out.",
        ),
    ],
)
def test_a_starter_that_does_not_is_told(pack: Path, old: str, new: str, line: int | None, message: str) -> None:
    problems = run(pack, RUNS.replace(old, new))
    assert [(number, text[: len(message)]) for number, text in problems] == [(line, message)]


def test_a_starter_may_ask_and_say_what_it_likes(pack: Path) -> None:
    asks = RUNS.replace("    load_data()", '    import __main__\n    sys.stdout.buffer.write(b"\\xff\\n")\n    input()')
    ((line, message),) = run(pack, asks)
    assert (line, message[:42]) == (12, "It does not run as it is handed out: EOFEr")


ODD_SCRIPTS = {
    "a long sum": "WIDTH = " + "1 + " * 700 + "1\nINPUT_SHAPE = (WIDTH,)",
    "a longer sum": "WIDTH = " + "1 + " * 9000 + "1",
    "brackets": "(" * 500 + ")" * 500,
    "a chain": "x = y" + ".z" * 9000,
    "large numbers": "WIDTH = " + "9" * 4000 + " * " + "9" * 4000 + "\nINPUT_SHAPE = (WIDTH,)",
    "a shift by nothing": "WIDTH = 3 // 0\nINPUT_SHAPE = (WIDTH, -WIDTH)",
    "a byte that is none": "x = '\0'",
    "half a pair": "x = '\\ud800'\nimport json",
}


@pytest.mark.parametrize("script", [pytest.param(script, id=name) for name, script in ODD_SCRIPTS.items()])
def test_no_script_ends_the_reading_of_it(pack: Path, script: str) -> None:
    form = read_pack(pack).forms[0]
    script = f'"""Sums."""\n{script}\n'
    (pack / SUMS / "starter.py").write_text(script)
    (pack / SUMS / "reference" / "solution.py").write_text(script)
    told = [*script_shape_problems(SUMS, form), *import_problems(SUMS, form, requirements="", given=())]
    assert [problem.message for problem in told if "task.toml says (2,)" not in problem.message] == []
    assert list(title_problems(SUMS, form)) == []
    assert list(starter_problems(pack, form, {"starter.py": b"import nowhere\n" + script.encode()})) == []


def test_a_starter_that_needs_what_is_not_installed_is_left_alone(pack: Path) -> None:
    assert run(pack, f"import nowhere_to_be_found\n{RUNS}") == []
