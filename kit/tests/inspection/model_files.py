"""Model files made by hand, as Keras 3 and Keras 2 write them, so that one thing at a time can be wrong."""

import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Config = dict[str, Any]


def layer(name: str, module: str | None = "keras.layers", **config: Any) -> Config:
    """A layer as Keras 3 writes it; without `module`, as Keras 2 did."""
    written: Config = {"class_name": name, "config": {"name": name.lower(), **config}}
    return {"module": module, "registered_name": None, **written} if module else written


def dense(units: int, fed: Iterable[int], **config: Any) -> Config:
    return {**layer("Dense", units=units, activation="softmax", **config), "build_config": {"input_shape": [None, *fed]}}


def input_layer(*shape: int | None, batch: int | None = None, module: str | None = "keras.layers") -> Config:
    return layer("InputLayer", module, batch_shape=[batch, *shape], dtype="float32")


def sequential(*layers: Config, module: str | None = "keras") -> Config:
    return layer("Sequential", module, layers=list(layers))


def functional(layers: list[Config], inputs: list[Any], outputs: list[Any]) -> Config:
    model = layer("Functional", "keras.src.models.functional", layers=layers, input_layers=inputs, output_layers=outputs)
    return {**model, "registered_name": "Functional"}


def honest(*between: Config) -> Config:
    """28 x 28 in, ten classes out."""
    return sequential(input_layer(28, 28), layer("Flatten"), *between, dense(10, [784]))


def weights() -> bytes:
    """An HDF5 file as it stands in a `.keras` archive."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file["layers/dense/vars/0"] = np.ones((784, 10), np.float32)
        file["layers/dense/vars/1"] = np.zeros(10, np.float32)
    return buffer.getvalue()


def save_keras(path: Path, config: Config | str | bytes, **entries: bytes | None) -> Path:
    """A `.keras` archive. `entries` replace one by name (`model_weights_h5`), or with None leave it out."""
    text = config if isinstance(config, (str, bytes)) else json.dumps(config)
    contents: dict[str, bytes | str | None] = {
        "metadata.json": json.dumps({"keras_version": "3.15.1"}),
        "config.json": text,
        "model.weights.h5": weights(),
        **entries,
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            if content is not None:
                archive.writestr(name, content)
    return path


def save_h5(path: Path, config: Config | str | bytes) -> Path:
    """An `.h5` file of a whole model."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.9.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = config if isinstance(config, (str, bytes)) else json.dumps(config)
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [b"dense"]
        group.create_group("dense").attrs["weight_names"] = [b"dense/kernel:0", b"dense/bias:0"]
        group["dense/dense/kernel:0"] = np.ones((784, 10), np.float32)
        group["dense/dense/bias:0"] = np.zeros(10, np.float32)
    return path
