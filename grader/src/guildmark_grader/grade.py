"""From a file to a report: the box answers with predictions, and everything that decides is done here, outside of it.

Whatever happens in a box that stood is the candidate's to mend; whatever keeps a box from standing is ours.
"""

import functools
import hashlib
import json
import logging
import shutil
import socket
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from guildmark.errors import OurFault
from guildmark.inspection import Finding
from guildmark.packs.model import FormEntry, TaskSpec
from guildmark.protocol import GradeReport, MetricValue
from guildmark.rules.scoring import MAX_SCORE, rounded
from guildmark.rules.verdict import REASONS, Params
from guildmark_grader import __version__
from guildmark_grader.banks import Bank, Hidden, HiddenStore
from guildmark_grader.metrics import METRICS
from guildmark_grader.sandbox import Box, BoxFault, Ended, Job, Limits, Outcome
from guildmark_grader.worker.reply import Stage
from guildmark_grader.worker.request import INPUTS, MODEL, REQUEST, Request

logger = logging.getLogger(__name__)

_MIB = 1024 * 1024
_SPARE_SCRATCH = 64 * _MIB
_FLOAT_BYTES = 4
_READABLE_BY_ALL = 0o444
_RUNTIMES = ("tensorflow-cpu", "tensorflow", "keras", "numpy", "h5py")
_OURS = frozenset({Stage.STARTED, Stage.IMPORTING})
"""Stages in which only our own code and the runtime's runs."""
_KILLED, _CPU_TIME_UP = 128 + 9, 128 + 24
_SIGNS_OF_MEMORY = ("bad_alloc", "MemoryError", "RESOURCE_EXHAUSTED", "ResourceExhausted", "Cannot allocate memory", "OOM")


class Abandoned(OurFault):
    """Nobody waits for this grade any more."""


@dataclass(frozen=True)
class Grader:
    """Grades files in boxes. `scratch` is a folder for what goes into them; only this process may enter it."""

    box: Box
    scratch: Path
    hidden: HiddenStore
    threads: int = 2

    def grade(
        self, bank: Bank, form: FormEntry, variant: int, model: Path, *, asker: socket.socket | None = None
    ) -> GradeReport:
        """The report on the file at `model`. When `asker` hangs up, the job ends and `Abandoned` is raised.

        Raises `BoxFault` and its like for whatever is ours.
        """
        started = time.monotonic()
        data = self.hidden.hidden(bank, form, variant)
        size = model.stat().st_size
        if size > form.task.contract.size_limit:
            finding = Finding("file.too_large", {"found": size, "limit": form.task.contract.size_limit})
            return _report(bank, form, variant, finding, {"total": _ms(time.monotonic() - started)})
        outcome = self._run(form.task, data, model, asker)
        judged = _judge(form.task, data, outcome)
        return _report(bank, form, variant, judged, _timings(outcome, time.monotonic() - started))

    def _run(self, task: TaskSpec, data: Hidden, model: Path, asker: socket.socket | None) -> Outcome:
        with tempfile.TemporaryDirectory(prefix="job-", dir=self.scratch) as folder:
            files = {MODEL: Path(folder, MODEL), REQUEST: Path(folder, REQUEST), INPUTS: data.inputs}
            shutil.copyfile(model, files[MODEL])
            files[REQUEST].write_bytes(Request(task.contract, self.threads).to_json())
            for own in (files[MODEL], files[REQUEST]):
                own.chmod(_READABLE_BY_ALL)
            size = data.rows * int(np.prod(task.output.shape, dtype=np.int64)) * _FLOAT_BYTES
            limits = Limits(
                wall_s=task.limits.wall_s,
                memory=task.limits.memory_mib * _MIB,
                scratch=2 * task.contract.size_limit + _SPARE_SCRATCH,
                threads=self.threads,
            )
            return self.box.run(Job(files=files, predictions_bytes=size, asker=asker), limits)


@dataclass(frozen=True)
class _Scored:
    """A model that was graded."""

    value: float


def _judge(task: TaskSpec, data: Hidden, outcome: Outcome) -> Finding | _Scored:
    if outcome.ended is Ended.ABANDONED:
        raise Abandoned
    if outcome.ended is Ended.TIMED_OUT:
        last = max(outcome.reached)
        if last in _OURS:
            raise BoxFault("the worker did not come to the file in time")
        if last is Stage.INSPECTING:
            return Finding("file.corrupt")
        return Finding("limit.time", {"limit": task.limits.wall_s})
    reply = outcome.reply
    if reply is None:
        logger.info("a worker ended with status %d and no answer: %r", outcome.status, outcome.log)
        return _without_answer(task, outcome)
    if reply.fault is not None:
        raise BoxFault(reply.fault)
    if reply.predictions is None:
        return reply.findings[0]
    predictions: NDArray[np.float32] = np.frombuffer(reply.predictions, "<f4").reshape(data.rows, *task.output.shape)
    if not np.isfinite(predictions).all():
        return Finding("model.not_finite")
    value = METRICS[task.metric.name](predictions, data.targets)
    return _Scored(rounded(value))


def _without_answer(task: TaskSpec, outcome: Outcome) -> Finding:
    """What a worker died of, by how far it came; nothing that it said is needed for that."""
    last = max(outcome.reached)
    if outcome.status == _CPU_TIME_UP:
        return Finding("limit.time", {"limit": task.limits.wall_s})
    if last in _OURS:
        raise BoxFault(f"the worker ended before it met the file: status {outcome.status}, {outcome.log.strip()}")
    if outcome.status == _KILLED or any(sign in outcome.log for sign in _SIGNS_OF_MEMORY):
        return Finding("limit.memory")
    return Finding("model.raised" if last >= Stage.PREDICTING else "model.not_loadable")


def _report(bank: Bank, form: FormEntry, variant: int, judged: Finding | _Scored, timings: Mapping[str, float]) -> GradeReport:
    task = form.task
    digest = grader_digest(task, bank.hidden_blob(form, variant).sha256)
    if isinstance(judged, Finding):
        reason, params, metric, score, following = judged.code, judged.params, None, None, None
    else:
        score = task.bands.score(judged.value)
        following = task.bands.next_threshold(judged.value)
        metric = MetricValue(name=task.metric.name, value=judged.value, unit=task.metric.unit)
        reason, params = _quality(metric, score, following)
    return GradeReport(
        verdict=REASONS[reason].verdict,
        score=score,
        metric=metric,
        next_threshold=following,
        reason=reason,
        params=dict(params),
        grader_digest=digest,
        timings_ms=dict(timings),
    )


def _quality(metric: MetricValue, score: int, following: float | None) -> tuple[str, Params]:
    if score == MAX_SCORE or following is None:
        return "graded.full", {"metric": metric.name, "value": metric.value}
    params: Params = {"metric": metric.name, "value": metric.value, "threshold": following}
    return ("graded.quality" if score else "graded.far"), params


def fault_report() -> GradeReport:
    """The report when something of ours broke; what it was stands in our log."""
    return GradeReport(
        verdict=REASONS["grader.fault"].verdict,
        score=None,
        metric=None,
        next_threshold=None,
        reason="grader.fault",
        params={},
        grader_digest=_digest({"grader": __version__, "runtime": _runtime_versions()}),
        timings_ms={},
    )


def grader_digest(task: TaskSpec, hidden_sha256: str) -> str:
    """A digest of everything that a report depends on but the file: this grader, its runtime, the task and its data."""
    scoring = task.model_dump(
        mode="json",
        include={"id", "formats", "size_limit_mib", "forbidden_layers", "input", "output", "metric", "thresholds", "limits"},
    )
    for side in ("input", "output"):
        scoring[side].pop("meaning")  # words for people score nothing
    return _digest({"grader": __version__, "runtime": _runtime_versions(), "task": scoring, "hidden": hidden_sha256})


@functools.cache
def _runtime_versions() -> Mapping[str, str]:
    return {name: found for name in _RUNTIMES if (found := _installed_version(name)) is not None}


def _installed_version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _digest(content: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _timings(outcome: Outcome, total_s: float) -> dict[str, float]:
    """Milliseconds by stage: from its beginning to that of the next, the last until the box was gone."""
    ends = [*list(outcome.reached.values())[1:], outcome.seconds]
    timings = {"box": _ms(next(iter(outcome.reached.values()), outcome.seconds))}
    for (stage, begun), ended in zip(outcome.reached.items(), ends, strict=False):
        timings[stage.name.lower()] = _ms(ended - begun)
    return {**timings, "total": _ms(total_s)}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
