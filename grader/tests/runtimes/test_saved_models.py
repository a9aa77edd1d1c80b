import json
from pathlib import Path

import numpy as np
import pytest

from . import other_formats
from .saved_models import KERAS_CASES, Case

pytestmark = pytest.mark.xdist_group("runtimes")

REFUSED = {"hogs", "unbuilt-keras", "joined-onnx", "other_shape-onnx", "two_outputs-onnx"}


def refusal(folder: Path, name: str) -> dict:
    return json.loads((folder / f"{name}.refused.json").read_text())


@pytest.mark.parametrize("name", [*KERAS_CASES, *(name for name in other_formats.BUILDERS if name not in REFUSED)])
def test_it_answers_as_the_library_that_saved_the_model(answered: Path, name: str):
    case = Case.named(answered, name)
    _, expected = case.arrays(answered)
    found = np.load(answered / f"{name}.found.npy") if (answered / f"{name}.found.npy").exists() else refusal(answered, name)
    assert isinstance(found, np.ndarray), found
    assert (found.dtype, found.shape, found.flags.c_contiguous) == (np.float32, (70, *case.output), True)
    assert np.abs(expected).max() > 0
    np.testing.assert_allclose(found, expected, rtol=0, atol=case.tolerance)


def test_it_refuses_a_model_that_answers_with_another_number_of_rows(answered: Path):
    assert refusal(answered, "joined-onnx") == {"code": "contract.rows", "params": {"found": 35, "expected": 70}}


def test_it_refuses_an_answer_of_another_shape(answered: Path):
    params = {"found": "(None, 2)", "expected": "(None, 6)"}
    assert refusal(answered, "other_shape-onnx") == {"code": "contract.output_shape", "params": params}


def test_it_refuses_a_second_output(answered: Path):
    assert refusal(answered, "two_outputs-onnx") == {"code": "contract.output_count", "params": {"found": 2, "expected": 1}}


def test_it_refuses_a_model_that_is_not_built(answered: Path):
    assert refusal(answered, "unbuilt-keras") == {"raised": "ValueError: the file does not hold a built model"}


@pytest.mark.parametrize("name", other_formats.BENT)
def test_it_unpacks_nothing_but_a_saved_model(answered: Path, name: str):
    files = {"second": "the archive holds 2 files saved_model.pb"}
    expected = files.get(name, "the archive holds something that is no part of a SavedModel")
    assert refusal(answered, f"{name}-saved_model") == {"raised": f"ValueError: {expected}"}
    assert not Path(answered.parent, "climbed").exists()


@pytest.mark.parametrize("name", other_formats.HOGS)
def test_it_knows_when_a_framework_ran_out_of_memory(answered: Path, name: str):
    assert refusal(answered, name) == "out of memory"
