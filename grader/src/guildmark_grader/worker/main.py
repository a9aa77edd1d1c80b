"""The worker's one job: inspect, load what was parsed, predict, answer, and end.

Usage inside the box: main.py FD, where FD is the pipe that the reply is written to. TensorFlow is imported only for a file
that passed inspection: a refusal takes a fraction of a second.
"""

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from guildmark.inspection import Finding, Inspection, inspect_file, printable, rewrite
from guildmark_grader.worker.reply import TEXT_LIMIT, Kind, Stage, frame, header, pack_findings
from guildmark_grader.worker.request import FOLDER, INPUTS, MODEL, REQUEST, Request

if TYPE_CHECKING:
    from numpy.typing import NDArray

Write = Callable[[bytes | memoryview], None]


def main() -> None:
    """Do the job, and leave without the interpreter's farewell: nothing is left to save."""
    fd = int(sys.argv[1])
    _Answer(fd).work()
    os._exit(0)


class _Answer:
    """The reply as it is written, stage by stage."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def work(self) -> None:
        request = Request.from_json((FOLDER / REQUEST).read_bytes())
        try:
            self._stage(Stage.INSPECTING)
            inspection = inspect_file(FOLDER / MODEL, request.contract)
            if inspection.findings:
                self._refuse(*inspection.findings)
            else:
                self._run(request, inspection)
        except MemoryError:
            self._refuse(Finding("limit.memory"))

    def _run(self, request: Request, inspection: Inspection) -> None:
        self._stage(Stage.IMPORTING)
        try:
            from guildmark_grader.worker import keras_runtime as runtime
        except ImportError as error:
            self._write(frame(Kind.FAULT, printable(f"the runtime cannot be imported: {error}", TEXT_LIMIT).encode()))
            return
        runtime.use_threads(request.threads)
        stage = "model.not_loadable"
        try:
            self._stage(Stage.LOADING)
            model = runtime.load(rewrite(FOLDER / MODEL, inspection, Path(tempfile.gettempdir())), request.contract)
            stage = "model.raised"
            self._stage(Stage.PREDICTING)
            inputs: NDArray[Any] = np.load(FOLDER / INPUTS, mmap_mode="r", allow_pickle=False)
            predictions = runtime.predict(model, inputs, inspection.layers, request.contract)
        except runtime.Unfit as unfit:
            self._refuse(unfit.finding)
        except runtime.MemoryExhausted:
            traceback.print_exc()
            self._refuse(Finding("limit.memory"))
        except Exception:  # noqa: BLE001 - the model is a stranger's: it may raise anything
            traceback.print_exc()
            self._refuse(Finding(stage))
        else:
            self._stage(Stage.ANSWERING)
            self._write(header(Kind.PREDICTIONS, predictions.nbytes))
            self._write(predictions.astype("<f4", copy=False).data.cast("B"))

    def _stage(self, stage: Stage) -> None:
        self._write(frame(Kind.STAGE, bytes([stage])))

    def _refuse(self, *findings: Finding) -> None:
        self._write(frame(Kind.REFUSED, pack_findings(findings)))

    def _write(self, content: bytes | memoryview) -> None:
        left = memoryview(content)
        while left:
            left = left[os.write(self._fd, left) :]


if __name__ == "__main__":
    main()
