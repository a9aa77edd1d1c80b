"""The wire: what client, portal and grader say to each other, as frozen types.

Every request carries `Guildmark-Protocol: 1`, and so does every answer. Servers refuse fields that they do not know
(`Request`), clients ignore them (`Reply`), so a newer server can say more to an older client, never the other way round.

Instants are timezone-aware and in UTC; durations are seconds; sizes are bytes; digests are SHA-256 in lower-case hex.

| method and path (under `/api/v1`)        | takes            | gives             |
| ---------------------------------------- | ---------------- | ----------------- |
| GET    /me                               |                  | Me                |
| POST   /measure                          | any bytes        | 204, and forgets them |
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

from guildmark.protocol.attempt import (
    AttemptState,
    AttemptSummary,
    Begin,
    Begun,
    BundleOffer,
    CategoryState,
    CreditView,
    Delivered,
    Finish,
    OpenAttempt,
    Readiness,
    ReadinessItem,
    TaskView,
)
from guildmark.protocol.certificate import (
    Certificate,
    PublicKey,
)
from guildmark.protocol.grading import (
    GradeJob,
    GradeReport,
    MetricValue,
)
from guildmark.protocol.program import (
    REHEARSAL_PROGRAM,
    CategoryHeading,
    ExamKind,
    ProgramView,
)
from guildmark.protocol.result import (
    AreaResult,
    CategoryResult,
    Result,
    RevisionView,
    ScoreChange,
    SkillResult,
)
from guildmark.protocol.submission import (
    MetricView,
    OpenUpload,
    PinWish,
    Receipt,
    ReportView,
    SubmissionPhase,
    SubmissionState,
)
from guildmark.protocol.wire import (
    CLIENT_ID,
    PROTOCOL_HEADER,
    PROTOCOL_VERSION,
    SUBMISSION_HEADER,
    CategoryId,
    FormId,
    Me,
    ParamValue,
    Problem,
    Reply,
    Request,
    Score,
    Sha256,
)

__all__ = [
    "CLIENT_ID",
    "PROTOCOL_HEADER",
    "PROTOCOL_VERSION",
    "REHEARSAL_PROGRAM",
    "SUBMISSION_HEADER",
    "AreaResult",
    "AttemptState",
    "AttemptSummary",
    "Begin",
    "Begun",
    "BundleOffer",
    "CategoryHeading",
    "CategoryId",
    "CategoryResult",
    "CategoryState",
    "Certificate",
    "CreditView",
    "Delivered",
    "ExamKind",
    "Finish",
    "FormId",
    "GradeJob",
    "GradeReport",
    "Me",
    "MetricValue",
    "MetricView",
    "OpenAttempt",
    "OpenUpload",
    "ParamValue",
    "PinWish",
    "Problem",
    "ProgramView",
    "PublicKey",
    "Readiness",
    "ReadinessItem",
    "Receipt",
    "Reply",
    "ReportView",
    "Request",
    "Result",
    "RevisionView",
    "Score",
    "ScoreChange",
    "Sha256",
    "SkillResult",
    "SubmissionPhase",
    "SubmissionState",
    "TaskView",
]
