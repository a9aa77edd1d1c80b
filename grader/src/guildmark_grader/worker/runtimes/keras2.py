"""Keras 2, as `tf_keras` goes on with it: `.h5` and `.keras` of TensorFlow 2.0 to 2.15, some of which Keras 3 cannot read."""

from pathlib import Path

import tf_keras

from guildmark.rules.contract import Contract
from guildmark_grader.worker.runtimes import keras2_archives, keras_models
from guildmark_grader.worker.runtimes.keras_models import KerasModel, predictor
from guildmark_grader.worker.runtimes.tensorflow_calls import OUT_OF_MEMORY, use_threads

__all__ = ["OUT_OF_MEMORY", "load", "predictor", "use_threads", "warm"]


def warm() -> None:
    """See `Runtime.warm`."""
    keras_models.warm(tf_keras)


def load(path: Path, contract: Contract) -> KerasModel:
    """See `Runtime.load`."""
    file = keras2_archives.mended(path) if path.suffix == ".keras" else path
    return keras_models.load(tf_keras, file, contract)
