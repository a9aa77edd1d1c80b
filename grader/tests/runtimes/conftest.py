"""Models of every kind, saved once, and what the runtimes answer to their rows: frameworks run in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from . import saved_models


@pytest.hookimpl(tryfirst=True)  # before items are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder belongs to `make models`, on one worker: the models are saved once."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.models)
            item.add_marker(pytest.mark.xdist_group("runtimes"))


def run(module: str, *arguments: str | Path, home: Path) -> str:
    """What a script of this folder prints, run as a worker is: one thread for NumPy, and no accelerator."""
    environment = {
        **os.environ,
        "HOME": str(home),
        "CUDA_VISIBLE_DEVICES": "-1",
        "OPENBLAS_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    command = [sys.executable, "-m", f"{__package__}.{module}", *map(str, arguments)]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with all cases."""
    folder = tmp_path_factory.mktemp("saved")
    run("saved_models", folder, home=folder)
    return folder


@pytest.fixture(scope="session")
def answered(saved: Path) -> Path:
    """The same folder, with what the runtimes answer: those over TensorFlow in one process, the others in another."""
    over_tensorflow = {"keras3", "keras2", "saved_model"}
    cases = [saved_models.Case.named(saved, path.stem) for path in saved.glob("*.npz")]
    run("run_saved", saved, *(case.name for case in cases if case.loader in over_tensorflow), home=saved)
    run("run_saved", saved, *(case.name for case in cases if case.loader not in over_tensorflow), home=saved)
    return saved
