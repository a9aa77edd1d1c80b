"""Reports on files: what was judged becomes a verdict, a score, and the digest of all that it depends on."""

import functools
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from guildmark.inspection import Finding
from guildmark.packs.bank import FormEntry
from guildmark.packs.model import TaskSpec
from guildmark.protocol import GradeReport, MetricValue
from guildmark.rules.reasons import REASONS
from guildmark.rules.scoring import MAX_SCORE
from guildmark.rules.verdict import Params
from guildmark_grader import __version__
from guildmark_grader.banks import Bank
from guildmark_grader.sandbox.layout import version
from guildmark_grader.worker.request import Program

_RUNTIMES: Mapping[Program, tuple[str, ...]] = {
    Program.INSPECT: ("numpy", "h5py"),
    Program.TENSORFLOW: ("tensorflow-cpu", "tensorflow", "keras", "tf-keras"),
    Program.ONNX: ("onnxruntime",),
    Program.TFLITE: ("ai-edge-litert",),
    Program.TORCH: ("torch",),
}
_SCORING = {
    *("id", "formats", "forbidden_layers", "size_limit_mib", "size_limit_kib", "limits"),
    *("inputs", "either", "output", "metric", "thresholds"),
}


@dataclass(frozen=True)
class Scored:
    """A model that was graded. `predict_ms` is how long it predicts 1,000 rows, where the task counts that."""

    value: float
    predict_ms: float | None = None


def report_on(bank: Bank, form: FormEntry, variant: int, judged: Finding | Scored, timings: Mapping[str, float]) -> GradeReport:
    """The report on a file that was judged so: a finding, or a metric that the task's bands turn into a score."""
    task = form.task
    digest = grader_digest(task, bank.hidden_blob(form, variant).sha256)
    if isinstance(judged, Finding):
        reason, params, metric, score, following = judged.code, judged.params, None, None, None
    else:
        score = task.bands.score(judged.value)
        following = task.bands.next_threshold(judged.value)
        metric = MetricValue(name=task.metric.name, value=judged.value, unit=task.metric.unit)
        reason, params = _quality(metric, score, following)
        params = {**params, **_speed(task, judged)}
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
    params: Params = {"metric": metric.name, "value": metric.value, **({"unit": metric.unit} if metric.unit else {})}
    if score == MAX_SCORE or following is None:
        return "graded.full", params
    return ("graded.quality" if score else "graded.far"), {**params, "threshold": following}


def _speed(task: TaskSpec, judged: Scored) -> Params:
    limit = task.limits.predict_ms
    if limit is None or judged.predict_ms is None:
        return {}
    return {"predict_ms": min(shown_ms(judged.predict_ms), limit), "predict_limit_ms": limit}  # it was found to be within


def shown_ms(found: float) -> int | float:
    """A time as candidates read it: two digits that count, rounded up, for no two measurements are the same."""
    step = 10.0 ** (math.floor(math.log10(max(found, 0.1))) - 1)
    shown = math.ceil(found / step) * step
    return round(shown) if step >= 1 else round(shown, 2)


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
    scoring = task.model_dump(mode="json", include=_SCORING, exclude_none=True)
    for tensor in (*scoring["inputs"], scoring["output"]):
        tensor.pop("meaning")  # words for people score nothing
    scoring["metric"].pop("unit")
    return _digest({"grader": __version__, "runtime": _runtime_versions(), "task": scoring, "hidden": hidden_sha256})


@functools.cache
def _runtime_versions() -> Mapping[str, str]:
    versions = {name: version(name, program) for program, names in _RUNTIMES.items() for name in names}
    return {name: found for name, found in versions.items() if found is not None}


def _digest(content: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
