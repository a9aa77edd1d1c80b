"""PyTorch has an environment of its own, `make torch`: the tests here run its interpreter and never import it themselves."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / ".venv-torch" / "bin" / "python"


def run(module: str, *arguments: str | Path) -> str:
    """What a script prints in the environment with PyTorch, run as a worker is."""
    sources = os.pathsep.join(map(str, (ROOT, ROOT / "kit" / "src", ROOT / "grader" / "src")))
    environment = {**os.environ, "PYTHONPATH": sources, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [PYTHON, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="session")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All programs, and what the runtime answers."""
    folder = tmp_path_factory.mktemp("programs")
    run("grader.torch.tests.saved_programs", folder)
    run("grader.tests.runtimes.run_saved", folder, *(path.stem for path in folder.glob("*.npz")))
    return folder
