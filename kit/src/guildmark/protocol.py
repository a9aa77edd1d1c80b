"""The wire: what client, portal and grader say to each other, as frozen types.

Every request carries `Guildmark-Protocol: 1`, and so does every answer. Servers refuse fields that they do not know
(`Request`), clients ignore them (`Reply`), so a newer server can say more to an older client, never the other way round.

Instants are timezone-aware and in UTC; durations are seconds; sizes are bytes; digests are SHA-256 in lower-case hex.

| method and path (under `/api/v1`)        | takes            | gives             |
| ---------------------------------------- | ---------------- | ----------------- |
| GET    /me                               |                  | Me                |
| GET    /programs                         |                  | list[ProgramView] |
| GET    /attempts                         |                  | list[AttemptSummary] |
| POST   /attempts                         | OpenAttempt      | AttemptState      |
| GET    /attempts/{attempt}               |                  | AttemptState      |
| POST   /attempts/{attempt}/prepare       |                  | BundleOffer       |
| GET    /attempts/{attempt}/bundle        |                  | encrypted bytes   |
| POST   /attempts/{attempt}/delivered     | Delivered        | AttemptState      |
| POST   /attempts/{attempt}/begin         | Begin            | Begun             |
| POST   /attempts/{attempt}/uploads       | tus 1.0 creation | 201, Location     |
| HEAD, PATCH, DELETE /uploads/{upload}    | tus 1.0          | offset; with the last byte `Guildmark-Submission: ID` |
| GET    /submissions/{submission}?wait=S  |                  | SubmissionState   |
| GET    /submissions/{submission}/file    |                  | the file's bytes  |
| GET    /attempts/{attempt}/events        |                  | server-sent events, each an AttemptState |
| GET    /attempts/{attempt}/readiness     |                  | Readiness         |
| PUT    /attempts/{attempt}/categories/{category}/pin | PinWish | AttemptState   |
| POST   /attempts/{attempt}/break         |                  | AttemptState      |
| POST   /attempts/{attempt}/finish        | Finish           | AttemptState      |
| GET    /certificates/{identifier}        |                  | Certificate (public) |
| GET    /keys                             |                  | list[PublicKey] (public) |
"""

from datetime import date
from enum import Enum
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from guildmark.rules.attempt import Phase
from guildmark.rules.contract import Contract
from guildmark.rules.counting import Counts
from guildmark.rules.credential import IdentityLevel
from guildmark.rules.feedback import Feedback
from guildmark.rules.scoring import Bands, PassRule
from guildmark.rules.verdict import Verdict

PROTOCOL_VERSION: Final = "1"
PROTOCOL_HEADER: Final = "Guildmark-Protocol"
SUBMISSION_HEADER: Final = "Guildmark-Submission"
CLIENT_ID: Final = "guildmark-client"
REHEARSAL_PROGRAM: Final = "practice-rehearsal"
"""The program of the practice exam that every portal has; it stands in no list."""

CategoryId = Annotated[str, Field(pattern=r"^category[1-9][0-9]?$")]
FormId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Score = Annotated[int, Field(ge=0, le=5)]
ParamValue = str | int | float


class Request(BaseModel):
    """What a client sends: unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reply(BaseModel):
    """What a server answers: unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ExamKind(str, Enum):
    """What an exam version is for. A demo certificate says DEMONSTRATION; a mock issues none.

    A rehearsal tries the way of a submission before a real attempt's clock runs: nothing of it is kept as a result.
    """

    DEMO = "demo"
    MOCK = "mock"
    LIVE = "live"
    REHEARSAL = "rehearsal"

    @property
    def certifies(self) -> bool:
        """Whether a pass earns a certificate, be it one of a demonstration."""
        return self in (ExamKind.DEMO, ExamKind.LIVE)


class Problem(Reply):
    """An error: a stable `code`, what happened, and the next step. Its HTTP status says whose turn it is."""

    code: str
    message: str
    next_step: str


class Me(Reply):
    """Who is signed in."""

    email: str
    name: str


class ProgramView(Reply):
    """A program that can be sat. `exam_version` is the version that a new attempt would get."""

    slug: str
    title: str
    level: str
    framework: str
    kind: ExamKind
    exam_version: str
    duration_s: int
    categories: tuple["CategoryHeading", ...]
    pass_rule: PassRule
    pass_mark: int


class CategoryHeading(Reply):
    """A category as it is published: no question can be guessed from it. `number` counts from 1."""

    id: CategoryId
    number: int
    title: str
    weight: int


class OpenAttempt(Request):
    """Register for an attempt at the program `program`; with an attempt under way, that one is answered."""

    program: str


class AttemptSummary(Reply):
    """An attempt in a list. `ended_at` is the finish, or the deadline once it is past; None while the attempt goes on."""

    id: str
    program: str
    exam_title: str
    exam_version: str
    kind: ExamKind
    phase: Phase
    deadline: AwareDatetime | None
    passed: bool | None
    ended_at: AwareDatetime | None = None


class BundleOffer(Reply):
    """The encrypted bundle: check its digest before the clock starts. `url` is a path on the portal."""

    url: str
    sha256: Sha256
    size: int


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


class CategoryResult(Reply):
    """A category in the result: nothing submitted, or nothing graded, is zero points."""

    id: CategoryId
    number: int
    title: str
    weight: int
    score: Score
    points: float
    metric: MetricView | None
    submitted: bool


class SkillResult(Reply):
    """A skill of the checklist: the `points` reached, of the `points_possible` ones of the categories that ask for it."""

    id: str
    title: str
    points: float
    points_possible: int

    @property
    def hundredths(self) -> int:
        """The share that was reached, of 100; only the whole of it is 100."""
        return int(100 * self.points / self.points_possible + 1e-9) if self.points_possible else 0


class AreaResult(SkillResult):
    """An area of the checklist, with its skills that were asked for. A category counts once in it."""

    skills: tuple[SkillResult, ...]


class ScoreChange(Reply):
    """A category whose score a revision changed."""

    number: int
    title: str
    before: Score
    after: Score


class RevisionView(Reply):
    """A change of the result after the decision. `reason` is an examiner's; empty where a file was graded again and rose."""

    recorded_at: AwareDatetime
    reason: str
    passed_before: bool
    passed: bool
    points_before: float
    points: float
    changes: tuple[ScoreChange, ...]


class Result(Reply):
    """The decision, as its newest revision has it. `points` of `points_possible`; `certificate_url` once there is one.

    `practise` names skills of `skills`, where most points are missing first. `retake_from` is the first instant at which
    another attempt may be opened, while that lies ahead. Until `appeal_until` an appeal against the result is taken.
    """

    passed: bool
    points: float
    points_possible: int
    pass_rule: PassRule
    pass_mark: int
    decided_at: AwareDatetime
    categories: tuple[CategoryResult, ...]
    certificate: str | None
    certificate_url: str | None
    skills: tuple[AreaResult, ...] = ()
    practise: tuple[str, ...] = ()
    retake_from: AwareDatetime | None = None
    appeal_until: AwareDatetime | None = None
    revisions: tuple[RevisionView, ...] = ()


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


class PinWish(Request):
    """Which submission is to count in a category, whatever else is submitted; None leaves it to the exam's rule."""

    submission: str | None = None


class PublicKey(Reply):
    """An Ed25519 key that signs receipts and certificates: 32 bytes in hex. Retired keys stay listed."""

    key_id: str
    public_key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    retired_at: AwareDatetime | None = None


class Certificate(Reply):
    """A certificate, as anybody may read it; signed like a receipt. `demonstration` ones certify nothing.

    `identity_check` says how the holder's identity was checked. Documents signed before it was stated are without it, and what
    was signed stays as it is: answer with the fields that were there.
    """

    identifier: str
    holder: str
    program: str
    exam_title: str
    exam_version: str
    level: str
    framework: str
    demonstration: bool
    points: float
    points_possible: int
    categories: tuple[CategoryResult, ...]
    issued_on: date
    expires_on: date
    issuer: str
    url: str
    identity_check: IdentityLevel | None = None
    key_id: str
    signature: str


# Between the portal's engine and the grading service, never to a candidate.


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
