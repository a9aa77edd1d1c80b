"""Writes wrong model files: `python wrong_models.py KIND FILE [KIND FILE …]`. The right one takes (4,) and answers (1,)."""

import sys
from pathlib import Path


def write(kind: str, file: Path) -> None:
    from tensorflow import keras

    layers = keras.layers
    if kind == "text":
        file.write_text("This is not a model.\n")
    elif kind == "empty":
        file.write_bytes(b"")
    elif kind == "input shape":
        keras.Sequential([keras.Input((7,)), layers.Dense(1)]).save(file)
    elif kind == "output shape":
        keras.Sequential([keras.Input((4,)), layers.Dense(3)]).save(file)
    elif kind == "forbidden layer":
        keras.Sequential([keras.Input((4,)), layers.Dropout(0.5), layers.Dense(1)]).save(file)
    elif kind == "lambda":
        keras.Sequential([keras.Input((4,)), layers.Lambda(lambda x: x * 2), layers.Dense(1)]).save(file)
    elif kind == "weights":
        keras.Sequential([keras.Input((4,)), layers.Dense(1)]).save_weights(file)
    elif kind == "too large":
        keras.Sequential([keras.Input((4,)), layers.Dense(1000), layers.Dense(1000), layers.Dense(1)]).save(file)
    else:
        raise ValueError(kind)


if __name__ == "__main__":
    for kind, file in zip(sys.argv[1::2], sys.argv[2::2], strict=True):  # TensorFlow is imported once
        write(kind, Path(file))
