"""From a file to a report: boxes answer with predictions, and everything that decides is done here, outside of them.

A file meets two boxes. The first inspects it and writes out what it parsed; the second loads what was written, never the
candidate's own bytes, and predicts. Whatever happens once a worker has its job is the candidate's to mend; whatever keeps a
worker from having one is ours.
"""

import fcntl
import logging
import os
import signal
import socket
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from guildmark.errors import OurFault
from guildmark.inspection import Finding
from guildmark.packs.bank import FormEntry
from guildmark.packs.model import TaskSpec
from guildmark.protocol import GradeReport
from guildmark.rules.contract import ModelFormat
from guildmark.rules.scoring import rounded
from guildmark_grader.banks import Bank, Hidden, HiddenStore
from guildmark_grader.metrics import measured
from guildmark_grader.pool import Pool
from guildmark_grader.reports import Scored, report_on, shown_ms
from guildmark_grader.sandbox import MIB, Accepted, Ended, Job, Outcome
from guildmark_grader.worker.reply import Stage
from guildmark_grader.worker.request import Allowance, Loader, Program, Request
from guildmark_grader.worker.stopwatch import NEAR

logger = logging.getLogger(__name__)

_INSPECTION_S = 20.0
_INSPECTION_MEMORY = 512 * MIB
_SPARE_SCRATCH = 64 * MIB
_FLOAT_BYTES = 4
_CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS)
"""How a framework ends that meets what it did not foresee, such as memory that it did not get."""
_SIGNS_OF_MEMORY = (
    "bad_alloc",
    "MemoryError",
    "RESOURCE_EXHAUSTED",
    "ResourceExhausted",
    "Cannot allocate memory",
    "OOM",
    "ran out of memory",
)
_SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


class Abandoned(OurFault):
    """Nobody waits for this grade any more."""


@dataclass
class _Course:
    """How a grade goes: the boxes that it has met. A model that nearly missed its time has run twice."""

    started: float = field(default_factory=time.monotonic)
    inspections: list[Outcome] = field(default_factory=list)
    runs: list[Outcome] = field(default_factory=list)


@dataclass(frozen=True)
class Grader:
    """Grades files in the boxes of `pool`."""

    pool: Pool
    hidden: HiddenStore

    def grade(
        self, bank: Bank, form: FormEntry, variant: int, model: Path, *, asker: socket.socket | None = None
    ) -> GradeReport:
        """The report on the file at `model`. When `asker` hangs up, the job ends and `Abandoned` is raised.

        Raises `BoxFault` and its like for whatever is ours.
        """
        course = _Course()
        data = self.hidden.hidden(bank, form, variant)
        with _opened(data.inputs) as inputs:  # at once: the store may let go of them while the file is inspected
            judged = self._judged(form.task, data, inputs, model, asker, course)
        return report_on(bank, form, variant, judged, _timings(course))

    def _judged(  # noqa: PLR0913, PLR0917 - a grade has this many parts
        self,
        task: TaskSpec,
        data: Hidden,
        inputs: tuple[int, ...],
        model: Path,
        asker: socket.socket | None,
        course: _Course,
    ) -> Finding | Scored:
        size = model.stat().st_size
        if size > task.contract.size_limit:
            return Finding("file.too_large", {"found": size, "limit": task.contract.size_limit})
        with _memory_file() as parsed:
            course.inspections.append(self._inspect(task, model, parsed, asker))
            learnt = _learnt(task, course.inspections[-1])
            if isinstance(learnt, Finding):
                return learnt
            if not _is_sealed(parsed):
                return Finding("file.corrupt")
            judged = self._ran(task, data, learnt, (parsed, *inputs), asker, course)
            if _is_nearly_fast_enough(task, judged):  # what slowed it down may be over
                judged = self._ran(task, data, learnt, (parsed, *inputs), asker, course)
        return _in_time(task, judged)

    def _inspect(self, task: TaskSpec, model: Path, parsed: int, asker: socket.socket | None) -> Outcome:
        limit = task.contract.size_limit
        memory = _INSPECTION_MEMORY + 6 * limit
        allowance = Allowance(cpu_s=int(2 * _INSPECTION_S), memory=memory, file_size=2 * limit + _SPARE_SCRATCH)
        with _opened([model]) as files:
            job = Job(
                request=Request(task.contract, allowance).to_json(),
                files=(*files, parsed),
                predictions_bytes=0,
                wall_s=_INSPECTION_S,
                memory=memory,
                cpu_s=allowance.cpu_s,
                asker=asker,
            )
            return self.pool.run(Program.INSPECT, job, scratch=3 * limit + _SPARE_SCRATCH)

    def _ran(  # noqa: PLR0913, PLR0917 - as above
        self,
        task: TaskSpec,
        data: Hidden,
        learnt: Accepted,
        files: tuple[int, ...],
        asker: socket.socket | None,
        course: _Course,
    ) -> Finding | Scored:
        course.runs.append(self._run(task, data.rows, learnt, files, asker))
        return _scored(task, data, course.runs[-1])

    def _run(self, task: TaskSpec, rows: int, learnt: Accepted, files: tuple[int, ...], asker: socket.socket | None) -> Outcome:
        loader = _loader(learnt)
        limit, memory = task.contract.size_limit, task.limits.memory_mib * MIB
        allowance = Allowance(cpu_s=int(4 * task.limits.wall_s), memory=memory, file_size=2 * limit + _SPARE_SCRATCH)
        job = Job(
            request=Request(task.contract, allowance, learnt.format, loader, learnt.is_recurrent).to_json(),
            files=files,
            predictions_bytes=rows * int(np.prod(task.output.shape, dtype=np.int64)) * _FLOAT_BYTES,
            wall_s=task.limits.wall_s,
            memory=memory,
            cpu_s=allowance.cpu_s,
            asker=asker,
        )
        threads = None if task.contract.predict_ms is None else 1  # where it is timed, it shares nothing with a second thread
        return self.pool.run(loader.program, job, scratch=4 * limit + _SPARE_SCRATCH, threads=threads)


@contextmanager
def _memory_file() -> Iterator[int]:
    """A file without a name, for what an inspection writes out."""
    descriptor = os.memfd_create("model", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _is_sealed(descriptor: int) -> bool:
    """Let nobody write to the file again; False if its worker has made that impossible, which no honest file brings about."""
    try:
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
    except OSError:
        return False
    return True


@contextmanager
def _opened(paths: Iterable[Path]) -> Iterator[tuple[int, ...]]:
    """The files, opened for one worker alone: two that shared a descriptor would share its position."""
    with ExitStack() as stack:
        descriptors = []
        for path in paths:
            descriptors.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
            stack.callback(os.close, descriptors[-1])
        yield tuple(descriptors)


def _loader(learnt: Accepted) -> Loader:
    """Who loads a model: the framework that saved it, in the version that it names, as far as there is one."""
    others = {
        ModelFormat.SAVED_MODEL: Loader.SAVED_MODEL,
        ModelFormat.ONNX: Loader.ONNX,
        ModelFormat.TFLITE: Loader.TFLITE,
        ModelFormat.PT2: Loader.TORCH,
    }
    if learnt.format in others:
        return others[learnt.format]
    return Loader.KERAS if learnt.version.startswith("3.") else Loader.KERAS_2


def _learnt(task: TaskSpec, outcome: Outcome) -> Finding | Accepted:
    """What an inspection learnt of a file that passed, or what speaks against the file."""
    _refuse_abandoned(outcome)
    reply = outcome.reply
    if reply is not None and reply.findings:
        return reply.findings[0]
    if reply is not None and reply.accepted is not None and reply.accepted.format in task.formats:
        return reply.accepted
    logger.error("an inspection ended (%s) with no answer; if it raised, mend it: %r", outcome.ended.value, outcome.log)
    return Finding("limit.memory") if _is_out_of_memory(outcome) else Finding("file.corrupt")


def _scored(task: TaskSpec, data: Hidden, outcome: Outcome) -> Finding | Scored:
    """What a model's predictions are worth, or what it died of."""
    _refuse_abandoned(outcome)
    reply = outcome.reply
    if reply is not None and reply.findings:
        return reply.findings[0]
    if reply is None or reply.predictions is None:
        logger.info("a worker ended (%s) with no answer: %r", outcome.ended.value, outcome.log)
        return _without_answer(task, outcome)
    predictions: NDArray[np.float32] = np.frombuffer(reply.predictions, "<f4").reshape(data.rows, *task.output.shape)
    if not np.isfinite(predictions).all():
        return Finding("model.not_finite")
    if task.limits.predict_ms is not None and reply.micros is None:  # no worker of ours forgets it
        return _without_answer(task, outcome)
    predict_ms = None if reply.micros is None else reply.micros / 1000
    return Scored(rounded(measured(task.metric, predictions, data.targets)), predict_ms)


def _is_nearly_fast_enough(task: TaskSpec, judged: Finding | Scored) -> bool:
    limit = task.limits.predict_ms
    if limit is None or isinstance(judged, Finding) or judged.predict_ms is None:
        return False
    return limit < judged.predict_ms <= NEAR * limit


def _in_time(task: TaskSpec, judged: Finding | Scored) -> Finding | Scored:
    """What was `judged`, unless the model takes too long for a task that limits the time."""
    limit = task.limits.predict_ms
    if limit is None or isinstance(judged, Finding) or judged.predict_ms is None or judged.predict_ms <= limit:
        return judged
    return Finding("limit.latency", {"found": shown_ms(judged.predict_ms), "limit": limit})


def _refuse_abandoned(outcome: Outcome) -> None:
    if outcome.ended is Ended.ABANDONED:
        raise Abandoned


def _without_answer(task: TaskSpec, outcome: Outcome) -> Finding:
    """What a worker died of, by how far it came; nothing that it said is needed for that."""
    if outcome.ended is Ended.TIMED_OUT or _signal_of(outcome) == signal.SIGXCPU:
        return Finding("limit.time", {"limit": task.limits.wall_s})
    if _is_out_of_memory(outcome):
        return Finding("limit.memory")
    if _signal_of(outcome) in _CRASHES:
        return Finding("model.crashed", {"limit": task.limits.memory_mib})
    last = max(outcome.reached, default=Stage.LOADING)
    return Finding("model.raised" if last >= Stage.PREDICTING else "model.not_loadable")


def _is_out_of_memory(outcome: Outcome) -> bool:
    """Whether a worker died of its memory: killed for it, or by its own words; it can only harm itself by false ones."""
    if outcome.ended is Ended.OVER_MEMORY or _signal_of(outcome) == signal.SIGKILL:
        return True
    return outcome.ended is Ended.DIED and any(sign in outcome.log for sign in _SIGNS_OF_MEMORY)


def _signal_of(outcome: Outcome) -> int | None:
    status = outcome.status
    return os.WTERMSIG(status) if status is not None and os.WIFSIGNALED(status) else None


def _timings(course: _Course) -> dict[str, float]:
    """Milliseconds of the inspection, of the runs, of each of their stages until the next begins, of lost workers, in all."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for name, outcomes in (("inspection", course.inspections), ("run", course.runs)):
        for outcome in outcomes:
            seconds[name] += outcome.seconds
            if outcome.lost_s:
                seconds["lost"] += outcome.lost_s
    for run in course.runs:
        ends = [*list(run.reached.values())[1:], run.seconds]
        for (stage, begun), ended in zip(run.reached.items(), ends, strict=False):
            seconds[stage.name.lower()] += ended - begun
    seconds["total"] = time.monotonic() - course.started
    return {name: _ms(needed) for name, needed in seconds.items()}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
