import dataclasses
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from guildmark.rules.contract import Contract, ModelFormat, TensorContract

MIB = 1024 * 1024


@pytest.fixture(scope="session")
def files() -> ModuleType:
    """The module `model_files`, which lies beside the tests."""
    spec = importlib.util.spec_from_file_location("model_files", Path(__file__).with_name("model_files.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["model_files"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def contract() -> Contract:
    return Contract(
        formats=(ModelFormat.KERAS, ModelFormat.H5),
        size_limit=4 * MIB,
        inputs=(TensorContract((28, 28)),),
        output=TensorContract((10,)),
        forbidden_layers=("Conv2D",),
    )


@pytest.fixture
def any_format(contract) -> Contract:
    """28 x 28 in, ten out, in every format there is."""
    return dataclasses.replace(contract, formats=tuple(ModelFormat), forbidden_layers=())


@pytest.fixture(scope="session")
def real(tmp_path_factory) -> Path:
    """A folder of models that the libraries themselves saved, good ones and hostile ones; see `build_models.py`."""
    folder = tmp_path_factory.mktemp("real")
    script = Path(__file__).with_name("build_models.py")
    built = subprocess.run([sys.executable, str(script), str(folder)], capture_output=True, text=True, timeout=240, check=False)
    assert built.returncode == 0, built.stderr[-2000:]
    return folder
