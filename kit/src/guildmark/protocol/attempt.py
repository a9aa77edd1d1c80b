"""An attempt, from its registration to its finish."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from guildmark.protocol.program import ExamKind
from guildmark.protocol.result import Result
from guildmark.protocol.submission import OpenUpload, SubmissionState
from guildmark.protocol.wire import CategoryId, FormId, Reply, Request, Score, Sha256
from guildmark.rules.attempt import Phase
from guildmark.rules.contract import Contract
from guildmark.rules.counting import Counts
from guildmark.rules.feedback import Feedback
from guildmark.rules.scoring import Bands, PassRule


class OpenAttempt(Request):
    """Register for an attempt at the program `program`; with an attempt under way, that one is answered."""

    program: str


class AttemptSummary(Reply):
    """An attempt in a list. `ended_at` is the finish, or the deadline once it is past; None while the attempt goes on.

    `begin_until` is the last day on which it can be begun, until that is over everywhere; None where there is none.
    """

    id: str
    program: str
    exam_title: str
    exam_version: str
    kind: ExamKind
    phase: Phase
    deadline: AwareDatetime | None
    passed: bool | None
    ended_at: AwareDatetime | None = None
    begin_until: date | None = None


class BundleOffer(Reply):
    """The encrypted bundle: check its digest before the clock starts. `url` is a path on the portal.

    `requirements` is the bundle's `requirements.txt`, which is no secret: an environment can be made before the clock runs.
    """

    url: str
    sha256: Sha256
    size: int
    requirements: str = ""


class Delivered(Request):
    """The bundle with the digest `sha256` is on the candidate's machine, every byte verified, `by` whom."""

    sha256: Sha256
    by: Literal["browser", "terminal"]


class Begin(Request):
    """The candidate's word to start the clock. `bundle_sha256` is the digest of the bundle that the client holds."""

    bundle_sha256: Sha256 | None = None


class Begun(Reply):
    """The clock runs. `key` opens the bundle: 32 bytes in hex."""

    key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    started_at: AwareDatetime
    deadline: AwareDatetime
    server_time: AwareDatetime


class TaskView(Reply):
    """A task as the candidate may see it once the clock runs. `instructions` is Markdown."""

    form: FormId
    title: str
    instructions: str
    hints: tuple[str, ...]
    contract: Contract
    metric: str
    unit: str
    bands: Bands


class CategoryState(Reply):
    """A category of an attempt, and everything submitted, the newest first.

    `best_score` is the score of the submission that counts, whose id is `counting`: the one that is `pinned`, else as the exam
    chooses. Where the exam keeps scores back until the decision, both say only what the candidate can know.
    """

    id: CategoryId
    number: int
    title: str
    weight: int
    best_score: Score | None
    counting: str | None
    pinned: str | None = None
    task: TaskView | None
    open_upload: OpenUpload | None
    submissions: tuple[SubmissionState, ...]


class CreditView(Reply):
    """Time that was added to an attempt. `returned` is time that an outage of ours took."""

    seconds: int
    reason: str
    granted_at: AwareDatetime
    returned: bool = False


class AttemptState(Reply):
    """Everything that an attempt's owner may know of it at `server_time`. `counts`: which submission of a category does.

    `outage_since` is when an outage of ours began that is not over: the time left stands still. `feedback` is what the exam
    tells of a grading before the decision. `breaks_left` breaks of `break_minutes` can be taken; one lasts until `break_until`.
    Before the start, these are the breaks that the candidate will have, `extra_s` is what will be added to `duration_s`, and
    `begin_until` is the last day on which the exam can be begun, until it is over everywhere; None where there is none. On a
    seat of a cohort it can be begun from the instant `begin_from` on and before `begin_before`. `is_pilot`: it tries a version
    before it goes live. `certifies`: a pass earns a certificate.
    """

    id: str
    program: str
    exam_title: str
    exam_version: str
    kind: ExamKind
    framework: str
    phase: Phase
    server_time: AwareDatetime
    duration_s: int
    time_left_s: float
    prepared_at: AwareDatetime | None
    started_at: AwareDatetime | None
    deadline: AwareDatetime | None
    finished_at: AwareDatetime | None
    pass_rule: PassRule
    pass_mark: int
    counts: Counts = Counts.BEST
    feedback: Feedback = Feedback.FULL
    credits: tuple[CreditView, ...] = ()
    outage_since: AwareDatetime | None = None
    breaks_left: int = 0
    break_minutes: int = 0
    break_until: AwareDatetime | None = None
    extra_s: int = 0
    begin_until: date | None = None
    begin_from: AwareDatetime | None = None
    begin_before: AwareDatetime | None = None
    is_pilot: bool = False
    certifies: bool = True
    categories: tuple[CategoryState, ...]
    result: Result | None


class ReadinessItem(Reply):
    """One category on the list before Finish: the score that counts, or what is missing.

    `file_name` is the file that counts, and `pinned` whether its candidate chose it. `grading` says that a score is awaited.
    """

    id: CategoryId
    number: int
    title: str
    best_score: Score | None
    ready: bool
    warning: str | None
    file_name: str | None = None
    pinned: bool = False
    grading: bool = False


class Readiness(Reply):
    """What finishing now would mean. `open_uploads` would be abandoned."""

    items: tuple[ReadinessItem, ...]
    open_uploads: tuple[OpenUpload, ...]
    pending: int


class Finish(Request):
    """End the attempt before its time. Without `confirm`, a readiness list with warnings refuses it."""

    confirm: bool = False
