"""Loads a model and predicts on zeros: run by the candidate's own interpreter, never imported.

Plain old Python on purpose: it must run where any TensorFlow 2 runs. It gets one argument, JSON with `model`, `inputs` (each
with `name`, `shape` and `dtype`), `either` (they are alternatives) and `answer`, and writes to the file `answer` how far it
came: `started`, `framework`, `loaded` or `predicted`, with what it found. An interpreter that dies leaves the last stage
that it reached.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

TWO_ROWS = 2


def main(job: dict[str, Any]) -> None:
    """Go from stage to stage, writing each down before the next."""
    answer: dict[str, object] = {"stage": "started"}

    def reached(stage: str, **found: object) -> None:
        answer.update(found, stage=stage)
        part = Path(job["answer"] + ".part")
        part.write_text(json.dumps(answer))
        part.replace(job["answer"])

    reached("started")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    tensorflow = importlib.import_module("tensorflow")
    numpy = importlib.import_module("numpy")
    reached("framework", version=tensorflow.__version__)
    model = tensorflow.keras.models.load_model(job["model"], compile=False)
    own = list(model.inputs or [])
    if job["either"]:
        job["inputs"] = [alternative(job["inputs"], own)]
    order = matched(job["inputs"], [tensor.name for tensor in own])
    shapes = [list(tensor.shape) for tensor in own]
    outputs = [list(tensor.shape) for tensor in model.outputs or []]
    fits = len(order) == len(shapes)
    reached("loaded", inputs=[shapes[index] for index in order] if fits else shapes, outputs=outputs)
    if own and not fits:
        return
    baked_in = [shape[0] for shape in shapes if shape and shape[0]]
    rows = baked_in[0] if baked_in else TWO_ROWS
    axes = [len(shapes[index]) if own else 0 for index in order]
    arrays = [zeros(tensorflow, numpy, rows, wanted, axes[place]) for place, wanted in enumerate(job["inputs"])]
    predicted = model.predict(fed(model, own, order, arrays), batch_size=rows, verbose=0)
    every = list(predicted.values()) if isinstance(predicted, dict) else predicted
    every = every if isinstance(every, (list, tuple)) else [every]
    reached("predicted", predicted=[list(one.shape) for one in every])


def matched(wanted: list[dict[str, Any]], names: list[str]) -> list[int]:
    """For each input of the task the place of the model's: by name where the names are the same, and else in order."""
    short = [name.split(":")[0] for name in names]
    if len(wanted) == len(short) and sorted(one["name"] for one in wanted) == sorted(short):
        return [short.index(one["name"]) for one in wanted]
    return list(range(len(wanted)))


def alternative(wanted: list[dict[str, Any]], own: list[Any]) -> dict[str, Any]:
    """The first alternative whose kind, and if possible whose shape, the model's own input takes."""
    if len(own) != 1:
        return wanted[0]
    is_text = "string" in str(own[0].dtype)
    alike = [one for one in wanted if (one["dtype"] == "string") == is_text]
    fitting = [one for one in alike if len(one["shape"]) == len(own[0].shape) - 1]
    return (fitting or alike or wanted)[0]


def zeros(tensorflow: Any, numpy: Any, rows: int, wanted: dict[str, Any], axes: int) -> Any:
    """Rows of zeros, or of empty text: a text a row, or a row of one text where the model's input has more `axes`."""
    shape = [rows, *wanted["shape"]]
    if wanted["dtype"] == "string":
        shape = [*shape, 1] if axes > len(shape) else shape
        return tensorflow.constant("", shape=shape)  # not every Keras takes text from NumPy
    return numpy.zeros(shape, dtype=wanted["dtype"])


def fed(model: Any, own: list[Any], order: list[int], arrays: list[Any]) -> Any:
    """The arrays as the model was built to take them: one, a list, or a dict by its own keys."""
    if len(arrays) == 1:
        return arrays[0]
    if not own:
        return arrays
    placed = [arrays[order.index(place)] for place in range(len(arrays))]
    if not isinstance(model.input, dict):
        return placed
    return {key: placed[[one is tensor for one in own].index(True)] for key, tensor in model.input.items()}


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
