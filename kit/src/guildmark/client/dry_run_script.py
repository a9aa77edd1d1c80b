"""Loads a model and predicts on zeros: run by the candidate's own interpreter, never imported.

Plain old Python on purpose: it must run where any TensorFlow 2 runs. It gets one argument, JSON with `model`, `shape`, `dtype`
and `answer`, and writes to the file `answer` how far it came: `started`, `framework`, `loaded` or `predicted`, with what it
found. An interpreter that dies leaves the last stage that it reached.
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
    inputs = [list(tensor.shape) for tensor in model.inputs or []]
    outputs = [list(tensor.shape) for tensor in model.outputs or []]
    reached("loaded", inputs=inputs, outputs=outputs)
    batch = inputs[0][0] if inputs and inputs[0] else None
    zeros = numpy.zeros([batch or TWO_ROWS, *job["shape"]], dtype=job["dtype"])
    predicted = model.predict(zeros, verbose=0)
    every = predicted if isinstance(predicted, (list, tuple)) else [predicted]
    reached("predicted", predicted=[list(one.shape) for one in every])


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
