"""What the portal's engine and the grading service say to each other, never to a candidate."""

from typing import Annotated

from pydantic import Field

from guildmark.protocol.wire import FormId, ParamValue, Reply, Request, Score, Sha256
from guildmark.rules.verdict import Verdict


class GradeJob(Request):
    """One grading: a file, and the variant whose hidden data it meets. The file's bytes travel beside it."""

    submission: str
    bank: Sha256
    form: FormId
    variant: Annotated[int, Field(ge=0)]
    file_sha256: Sha256
    file_size: int


class MetricValue(Reply):
    """A metric outside of any language: its name, value (four digits) and unit."""

    name: str
    value: float
    unit: str = ""


class GradeReport(Reply):
    """What the grader found. `score` is null unless graded. `grader_digest` names everything that could change it."""

    verdict: Verdict
    score: Score | None
    metric: MetricValue | None
    next_threshold: float | None
    reason: str
    params: dict[str, ParamValue]
    grader_digest: Sha256
    timings_ms: dict[str, float]
