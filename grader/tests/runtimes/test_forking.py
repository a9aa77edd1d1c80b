"""A zygote forks after it has imported a runtime: then nothing may run yet, and a child must be able to compute."""

import json
from pathlib import Path

import pytest

from .conftest import run
from .saved_models import Case

pytestmark = pytest.mark.xdist_group("runtimes")


@pytest.mark.parametrize(
    ("names", "pools"),
    [
        # TensorFlow has a pool of threads within operations, and one between them.
        (["convolutions-keras_today_keras", "convolutions-keras_2_9_h5", "convolutions-saved_model"], 2),
        (["convolution-onnx"], 1),
        (["convolutions-lite"], 1),
    ],
)
def test_children_compute_after_imports_that_leave_one_thread(saved: Path, names: list[str], pools: int):
    found = json.loads(run("fork_after_import", saved, *names, home=saved))
    loaders = [Case.named(saved, name).loader for name in names]
    assert found["threads"] == dict.fromkeys(loaders, 1)
    assert found["context"] == dict.fromkeys(loaders, False)
    assert list(found["children"]) == loaders
    assert [with_three - with_one for with_one, with_three in found["children"].values()] == [2 * pools] * len(names)
