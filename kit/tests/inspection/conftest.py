import importlib.util
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
        input=TensorContract((28, 28)),
        output=TensorContract((10,)),
        forbidden_layers=("Conv2D",),
    )
