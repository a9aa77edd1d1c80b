"""What a worker does once it is locked down: it waits for its one job, does it, answers, and ends.

The zygote calls `main` in the fork. The job comes over the worker's socket, see `request`, and its answer goes to a pipe that
comes with it, see `reply`.
"""

import gc
import mmap
import os
import socket
import sys
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np

from guildmark.inspection import Finding, inspect_file, rewrite
from guildmark.rules.contract import ModelFormat
from guildmark_grader.worker import stopwatch
from guildmark_grader.worker.bounds import allow
from guildmark_grader.worker.reply import MICROSECONDS, TEXT_LIMIT, Kind, Stage, frame, header, pack_accepted, pack_findings
from guildmark_grader.worker.request import Loader, Program, Request
from guildmark_grader.worker.runtimes import Array, Unfit

READY = b"R"

_RUNTIMES = "guildmark_grader.worker.runtimes"
_DESCRIPTORS = 16
_REQUEST_LIMIT = 64 * 1024
_CHUNK = 4 * 1024 * 1024


MODULES: Final[Mapping[Program, tuple[str, ...]]] = {
    Program.INSPECT: ("h5py",),
    Program.PROBE: (),
    **{
        program: tuple(f"{_RUNTIMES}.{loader.value}" for loader in Loader if loader.program is program)
        for program in (Program.TENSORFLOW, Program.ONNX, Program.TFLITE, Program.TORCH)
    },
}
"""What a zygote imports for each program, before it forks."""

_probes: dict[str, Any] = {}


def use_probes(functions: Mapping[str, Any]) -> None:
    """Let jobs of the self-check call these functions by name."""
    _probes.update(functions)


def main(grader: int, *, threads: int, is_warm: bool) -> NoReturn:
    """Say that the worker is ready, wait for the job on the socket `grader`, and do it."""
    runtimes = _imported_runtimes()
    for runtime in runtimes:
        runtime.use_threads(threads)
    if is_warm:
        for runtime in runtimes[:1]:
            runtime.warm()
    os.write(grader, READY)
    request, descriptors = _received(grader)
    reply, log, *files = descriptors
    for number in (1, 2):
        os.dup2(log, number)
    os.close(log)
    answer = _Answer(reply, files)
    if isinstance(request, Request):
        bounds = request.allowance
        allow(cpu_s=bounds.cpu_s, memory=bounds.memory, file_size=bounds.file_size)
        answer.work(request)
    else:
        answer.probe(request)
    os._exit(0)  # without the interpreter's farewell: nothing is left to save


def packets(descriptor: int) -> socket.socket:
    """The socket behind a descriptor. Its kind is said and not asked for, which would take a system call that is refused."""
    return socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, descriptor)


def _imported_runtimes() -> list[Any]:
    names = [f"{_RUNTIMES}.{loader.value}" for loader in Loader]
    return [sys.modules[name] for name in names if name in sys.modules]


def _received(grader: int) -> tuple[Request | str, list[int]]:
    """The job: a request, or the order for a probe. Without one, nobody needs this worker any more."""
    with packets(grader) as connection:
        content, descriptors, _flags, _address = socket.recv_fds(connection, _REQUEST_LIMIT, _DESCRIPTORS)
    if not content:
        os._exit(0)
    if _probes:
        return content.decode(), descriptors
    return Request.from_json(content), descriptors


class _Answer:
    """The reply as it is written, stage by stage."""

    def __init__(self, reply: int, files: list[int]) -> None:
        self._reply, self._files = reply, files

    def work(self, request: Request) -> None:
        """Inspect the file, or load it and predict."""
        try:
            if request.loader is None or request.format is None:
                self._inspect(request)
            else:
                self._run(request, request.loader, request.format)
        except MemoryError:
            self._refuse(Finding("limit.memory"))

    def probe(self, order: str) -> None:
        """Let a probe of the self-check try what it can. The order is its name, and on a second line an argument."""
        self._stage(Stage.INSPECTING)
        name, _, argument = order.partition("\n")
        found = str(_probes[name](self._files, argument))
        self._write(frame(Kind.WORDS, found.encode("ascii", "backslashreplace")[:TEXT_LIMIT]))

    def _inspect(self, request: Request) -> None:
        self._stage(Stage.INSPECTING)
        gc.disable()  # it is over before garbage matters
        model, target = self._files
        file = _copied(model, "received")
        inspection = inspect_file(file, request.contract)
        if inspection.findings or inspection.format is None:
            self._refuse(*inspection.findings)
            return
        _copied_out(rewrite(file, inspection, Path(tempfile.gettempdir())), target)
        record = pack_accepted(inspection.format, inspection.keras_version or "", is_recurrent=inspection.is_recurrent)
        self._write(frame(Kind.ACCEPTED, record))

    def _run(self, request: Request, loader: Loader, kind: ModelFormat) -> None:
        runtime: Any = sys.modules[f"{_RUNTIMES}.{loader.value}"]
        model_file, *input_files = self._files
        reason = "model.not_loadable"
        try:
            self._stage(Stage.LOADING)
            model = runtime.load(_copied(model_file, f"model{kind.suffix}"), request.contract)
            reason = "model.raised"
            self._stage(Stage.PREDICTING)
            inputs = tuple(map(_array, input_files))
            predict = runtime.predictor(model, inputs, request.contract, is_recurrent=request.is_recurrent)
            predictions = predict(inputs)
            if request.contract.predict_ms is not None:
                self._stage(Stage.TIMING)
                needed = stopwatch.predicting_ms(predict, inputs, predictions, request.contract.predict_ms)
                self._write(frame(Kind.TIME, MICROSECONDS.pack(round(needed * 1000))))
        except Unfit as unfit:
            self._refuse(unfit.finding)
        except (MemoryError, *runtime.OUT_OF_MEMORY):
            traceback.print_exc()
            self._refuse(Finding("limit.memory"))
        except Exception:  # noqa: BLE001 - the model is a stranger's: it may raise anything
            traceback.print_exc()
            self._refuse(Finding(reason))
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
            left = left[os.write(self._reply, left) :]


def _copied(source: int, name: str) -> Path:
    """A file of that name in the scratch folder, with the content of the descriptor `source`."""
    path = Path(tempfile.gettempdir(), name)
    with path.open("xb") as target:
        offset = 0
        while sent := os.sendfile(target.fileno(), source, offset, _CHUNK):
            offset += sent
    return path


def _copied_out(path: Path, target: int) -> None:
    os.ftruncate(target, 0)  # a worker that was lost may have begun
    os.lseek(target, 0, os.SEEK_SET)
    with path.open("rb") as file:
        while os.sendfile(target, file.fileno(), None, _CHUNK):
            pass


def _array(descriptor: int) -> Array:
    """The array in a `.npy` file, mapped and not read: many workers share its pages."""
    os.lseek(descriptor, 0, os.SEEK_SET)  # a worker that was lost may have read it
    with os.fdopen(descriptor, "rb") as file:
        read_header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, is_fortran, dtype = read_header[np.lib.format.read_magic(file)](file)
        pages = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        flat = np.frombuffer(pages, dtype, count=int(np.prod(shape, dtype=np.int64)), offset=file.tell())
    return flat.reshape(shape, order="F" if is_fortran else "C")
