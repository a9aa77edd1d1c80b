"""Keras files of allowed layers alone, that explode in memory, time or output, or answer with something else."""

import json
from pathlib import Path
from typing import Any

from tests.hostile.files.bench import CLASSES, FEATURES, Bench, keras_object

_SCORES = keras_object("Dense", {"units": CLASSES, "name": "scores"})


def giant_layer_without_weights(bench: Bench, at: Path) -> None:
    """5 GB of weights, of which the file holds none."""
    bench.layers(at, keras_object("Dense", {"units": 200_000_000, "name": "giant"}), _SCORES)


def repeated_input(bench: Bench, at: Path) -> None:
    _save(bench, at, lambda x, layers: layers.GlobalAveragePooling1D()(layers.ReLU()(layers.RepeatVector(3_000_000)(x))))


def growing_layers(bench: Bench, at: Path) -> None:
    def build(x: Any, layers: Any) -> Any:
        x = layers.Reshape((FEATURES, 1))(x)
        for _ in range(3):
            x = layers.ReLU()(layers.UpSampling1D(140)(x))
        return layers.GlobalAveragePooling1D()(x)

    _save(bench, at, build)


def repeated_rows(bench: Bench, at: Path) -> None:
    """60 rows become 360 million."""
    import keras

    _save(bench, at, lambda x, layers: keras.ops.repeat(layers.Dense(CLASSES)(x), 6_000_000, axis=0), is_whole=True)


def other_number_of_rows(bench: Bench, at: Path) -> None:
    import keras

    _save(bench, at, lambda x, layers: keras.ops.reshape(layers.Dense(FEATURES)(x), (-1, CLASSES)), is_whole=True)


def long_recurrence(bench: Bench, at: Path) -> None:
    _save(bench, at, lambda x, layers: layers.GRU(512)(layers.RepeatVector(60_000)(x)))


def not_a_number(bench: Bench, at: Path) -> None:
    import numpy as np

    def spoil(file: Any) -> None:
        _replace(file, np.full((FEATURES, CLASSES), np.nan, "float32"))

    bench.keras_weights(at, spoil)


def infinite_weights_h5(bench: Bench, at: Path) -> None:
    import numpy as np

    bench.h5(at, lambda file: _replace(file["model_weights"], np.full((FEATURES, CLASSES), np.inf, "float32")))


def another_output_shape(bench: Bench, at: Path) -> None:
    _save(bench, at, lambda x, layers: layers.Dense(CLASSES + 1)(x), is_whole=True)


def free_output_shape(bench: Bench, at: Path) -> None:
    """Only at run time does it turn out that a row of the answer is not one of scores."""
    import keras

    def build(x: Any, layers: Any) -> Any:
        return keras.ops.reshape(layers.Dense(FEATURES)(x), (-1, CLASSES, 2))[:, :, 0:1]

    _save(bench, at, build, is_whole=True)


def _save(bench: Bench, at: Path, build: Any, *, is_whole: bool = False) -> None:
    """Save the model that `build` makes of the input; unless it `is_whole`, one layer follows."""
    import keras

    source = keras.Input((FEATURES,), name="numbers")
    built = build(source, keras.layers)
    model = keras.Model(source, built if is_whole else keras.layers.Dense(CLASSES, name="scores")(built))
    written = at.with_suffix(".keras")
    model.save(written)
    written.rename(at)


def _replace(group: Any, values: Any) -> None:
    """Put `values` in place of the one matrix under `group`."""
    found = []
    group.visititems(lambda name, item: found.append(name) if getattr(item, "shape", None) == values.shape else None)
    group[found[0]][...] = values


def too_much_json(bench: Bench, at: Path) -> None:
    """64 MiB of configuration, which compress to nothing."""
    import zipfile

    parts = bench.keras_parts()
    config = json.loads(parts["config.json"])
    parts["config.json"] = (json.dumps(config)[:-1] + " " * 64 * 1024 * 1024 + "}").encode()
    with zipfile.ZipFile(at, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
