import json
from pathlib import Path

import numpy as np
import pytest
from grader.tests.runtimes.saved_models import Case

from .conftest import run


@pytest.mark.parametrize("name", ["convolution", "baked", "at_most_16", "recurrent", "two_inputs"])
def test_it_answers_as_the_module_that_was_exported(answered: Path, name: str):
    case = Case.named(answered, name)
    _, expected = case.arrays(answered)
    refused = answered / f"{name}.refused.json"
    assert not refused.exists(), refused.read_text()
    found = np.load(answered / f"{name}.found.npy")
    assert (found.dtype, found.shape, found.flags.c_contiguous) == (np.float32, (70, *case.output), True)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_it_refuses_a_program_that_answers_with_another_number_of_rows(answered: Path):
    refused = json.loads((answered / "joined.refused.json").read_text())
    assert refused == {"code": "contract.rows", "params": {"found": 2, "expected": 4}}


@pytest.mark.parametrize("name", ["object", "compiled", "legacy"])
def test_it_refuses_an_archive_with_objects_or_compiled_code(answered: Path, name: str):
    refused = json.loads((answered / f"{name}.refused.json").read_text())
    assert refused == {"raised": "ValueError: the archive holds more than a graph and tensors"}


def test_children_compute_after_an_import_that_leaves_one_thread(answered: Path):
    found = json.loads(run("grader.tests.runtimes.fork_after_import", answered, "convolution"))
    with_one, with_three = found["children"].pop("torch_export")
    assert found == {"threads": {"torch_export": 1}, "context": {"torch_export": False}, "children": {}}
    assert with_three - with_one == 2 * 2  # PyTorch has a pool of its own beside the one of OpenMP
