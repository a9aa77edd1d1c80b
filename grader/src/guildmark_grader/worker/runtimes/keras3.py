"""Keras 3: `.keras`, and the `.h5` that it writes."""

from pathlib import Path

import keras

from guildmark.rules.contract import Contract
from guildmark_grader.worker.runtimes import keras_models
from guildmark_grader.worker.runtimes.keras_models import KerasModel, predictor
from guildmark_grader.worker.runtimes.tensorflow_calls import OUT_OF_MEMORY, use_threads

__all__ = ["OUT_OF_MEMORY", "load", "predictor", "use_threads", "warm"]


def warm() -> None:
    """See `Runtime.warm`."""
    keras_models.warm(keras)


def load(path: Path, contract: Contract) -> KerasModel:
    """See `Runtime.load`."""
    return keras_models.load(keras, path, contract)
