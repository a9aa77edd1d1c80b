"""An upload, the submission that it becomes, its receipt, and the report on it."""

from enum import Enum

from pydantic import AwareDatetime

from guildmark.protocol.wire import CategoryId, ParamValue, Reply, Request, Score, Sha256
from guildmark.rules.verdict import Verdict


class MetricView(Reply):
    """The metric of a graded model, rounded to four digits; `unit` is empty for a pure number."""

    name: str
    value: float
    unit: str = ""


class ReportView(Reply):
    """What a candidate is told of a grading. `message` is the reason's sentence in the language of the request.

    `to_next` is how far the metric is from `next_threshold`, in its unit. What the exam keeps back until the decision is None.
    """

    verdict: Verdict
    score: Score | None
    metric: MetricView | None
    next_threshold: float | None
    to_next: float | None = None
    reason: str
    params: dict[str, ParamValue]
    message: str
    hint: str | None = None


class Receipt(Reply):
    """The portal's signed word that a submission was accepted.

    `signature` is Ed25519 over the canonical JSON of all other fields, in hex; `key_id` names a key of GET /keys.
    """

    submission: str
    attempt: str
    category: CategoryId
    sha256: Sha256
    size: int
    opened_at: AwareDatetime
    received_at: AwareDatetime
    key_id: str
    signature: str


class SubmissionPhase(str, Enum):
    """Where the grading of a submission stands."""

    QUEUED = "queued"
    GRADING = "grading"
    GRADED = "done"


class SubmissionState(Reply):
    """A submission and what became of it. `counts` says that its score is the category's. `queue_position` counts from 1.

    `pinned` says that the candidate chose it to count, whatever else is submitted.
    """

    id: str
    category: CategoryId
    file_name: str
    sha256: Sha256
    size: int
    received_at: AwareDatetime
    phase: SubmissionPhase
    queue_position: int | None
    report: ReportView | None
    counts: bool
    pinned: bool = False
    receipt: Receipt


class OpenUpload(Reply):
    """An upload under way: `offset` of `size` bytes have arrived."""

    id: str
    category: CategoryId
    file_name: str
    size: int
    offset: int
    opened_at: AwareDatetime


class PinWish(Request):
    """Which submission is to count in a category, whatever else is submitted; None leaves it to the exam's rule."""

    submission: str | None = None
