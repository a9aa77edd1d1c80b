"""What the builders of hostile files share: honest models to spoil, and small writers.

The task is that of `conftest`: six numbers in, scores of three classes out.
"""

import copy
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.hostile.marks import Marks

FEATURES, CLASSES, ROWS = 6, 3, 60
CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"

Json = dict[str, Any]
Edit = Callable[[Json], Json | None]


class Bench:
    """Makes hostile files for `marks`. `folder` is for what a file refers to but is no file of a candidate."""

    def __init__(self, folder: Path, marks: Marks) -> None:
        import keras
        import numpy as np

        self.folder, self.marks = folder, marks
        dense = keras.layers.Dense(CLASSES, use_bias=False, name="scores")
        self.model = keras.Sequential([keras.Input((FEATURES,), name="numbers"), dense])
        dense.set_weights([np.eye(FEATURES, CLASSES, dtype="float32")])
        functional = keras.Model(self.model.inputs, self.model.outputs)
        self.keras_file, self.h5_file = folder / "honest.keras", folder / "honest.h5"
        functional.save(self.keras_file)
        functional.save(self.h5_file)

    def keras_parts(self) -> dict[str, bytes]:
        """The entries of an honest `.keras`."""
        with zipfile.ZipFile(self.keras_file) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def keras(self, at: Path, edit: Edit, **entries: bytes) -> None:
        """An honest `.keras` whose configuration went through `edit`."""
        parts = self.keras_parts()
        parts[CONFIG] = json.dumps(_edited(json.loads(parts[CONFIG]), edit)).encode()
        write_zip(at, {**parts, **entries})

    def keras_weights(self, at: Path, spoil: Callable[[Any], None]) -> None:
        """An honest `.keras` whose file of weights went through `spoil`."""
        import h5py

        parts = self.keras_parts()
        content = io.BytesIO(parts[WEIGHTS])
        with h5py.File(content, "r+") as file:
            spoil(file)
        write_zip(at, {**parts, WEIGHTS: content.getvalue()})

    def h5(self, at: Path, spoil: Callable[[Any], None]) -> None:
        """An honest `.h5` that went through `spoil`."""
        import h5py

        at.write_bytes(self.h5_file.read_bytes())
        with h5py.File(at, "r+") as file:
            spoil(file)

    def h5_config(self, at: Path, edit: Edit) -> None:
        """An honest `.h5` whose configuration went through `edit`."""

        def spoil(file: Any) -> None:
            file.attrs["model_config"] = json.dumps(_edited(json.loads(file.attrs["model_config"]), edit))

        self.h5(at, spoil)

    def layers(self, at: Path, *layers: Json) -> None:
        """A `.keras` of Keras 3 with one Sequential of `layers` after the input, without weights of theirs."""

        def edit(_config: Json) -> Json:
            return sequential(*layers)

        self.keras(at, edit)


def keras_object(name: str, config: Any, module: str | None = "keras.layers", **more: Any) -> Json:
    """An object as Keras 3 writes it."""
    return {"module": module, "class_name": name, "config": config, "registered_name": None, **more}


def input_layer(shape: tuple[int | None, ...] = (FEATURES,)) -> Json:
    """An InputLayer."""
    return keras_object("InputLayer", {"batch_shape": [None, *shape], "dtype": "float32", "name": "numbers"})


def sequential(*layers: Json) -> Json:
    """A Sequential of Keras 3 with `layers` after the input."""
    config = {"name": "model", "trainable": True, "layers": [input_layer(), *layers], "build_input_shape": [None, FEATURES]}
    return keras_object("Sequential", config, "keras", build_config={"input_shape": [None, FEATURES]})


def write_zip(at: Path, entries: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> None:
    """A zip archive with `entries`."""
    with zipfile.ZipFile(at, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def _edited(config: Json, edit: Edit) -> Json:
    edited = copy.deepcopy(config)
    return edit(edited) or edited
