"""What every tool shows of an exam folder: one frozen document, whole at any moment, with or without a connection.

`board_of` makes it from facts alone: what the portal said last (and how long ago), what lies in the folder, what waits to be
sent. A terminal dashboard, the side bar of an IDE and a notebook all draw this document, so they say the same. Words are in the
reader's language; a tool adds labels and counts the seconds from `clock.time_left_s` on by itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime

from guildmark.client import wording
from guildmark.client.notices import Document, Level, Notice
from guildmark.client.workspace import BundleCategory, Workspace
from guildmark.i18n import _, language, plural
from guildmark.protocol import AttemptState, CategoryState, OpenUpload, SubmissionState
from guildmark.rules.attempt import Phase
from guildmark.rules.wording import size_text

_MINUTE_S = 60
CAUTION_S = 60 * _MINUTE_S
URGENT_S = 15 * _MINUTE_S
_TIME_NOTICES_S = (5 * _MINUTE_S, URGENT_S, 30 * _MINUTE_S, CAUTION_S)
"""Below how much time left something is said, the nearest to the end first."""
_SHORT_ID = 8
STARTER = "starter.py"


@dataclass(frozen=True)
class ModelFile:
    """The newest model file in a category's folder. `size` in bytes, `saved_at` by this machine's clock."""

    name: str
    size: int
    saved_at: datetime


@dataclass(frozen=True)
class Local:
    """What lies in a category's folder: its newest model, what speaks against handing it in, how many files wait to be sent."""

    model: ModelFile | None = None
    notices: tuple[Notice, ...] = ()
    waiting: int = 0


@dataclass(frozen=True)
class Facts:
    """All that a board is made of. `age_s` is how many seconds ago the portal said `state`; None: it never did."""

    workspace: Workspace
    state: AttemptState | None
    age_s: float = 0.0
    offline_since: datetime | None = None
    signed_in: bool = True
    local: Mapping[str, Local] = field(default_factory=dict)


class Clock(Document):
    """The time left when the board was made, in seconds; None before anything is known. `stands_still`: none passes now."""

    time_left_s: float | None
    is_running: bool
    stands_still: bool
    deadline: AwareDatetime | None
    duration_s: int
    text: str
    level: Level


class Moving(Document):
    """An upload under way: `done` of `total` bytes have arrived."""

    file_name: str
    done: int
    total: int
    text: str


class BoardModel(Document):
    """The newest model in the folder. `path` is relative to the exam folder."""

    name: str
    path: str
    size: int
    saved_at: AwareDatetime
    text: str


class BoardSubmission(Document):
    """A submission in words. `short` is what people write of its id; `standing` tells the metric, or what it waits for."""

    id: str
    short: str
    file_name: str
    received_at: AwareDatetime
    is_graded: bool
    queue_position: int | None
    score: int | None
    marks: str
    standing: str
    message: str
    to_next: str
    hint: str
    counts: bool
    pinned: bool


class BoardCategory(Document):
    """A category: what is asked, what lies in its folder, what was handed in. Paths are relative to the exam folder."""

    id: str
    number: int
    title: str
    weight: int
    folder: str
    starter: str
    instructions: str
    task_title: str
    hints: tuple[str, ...]
    contract: tuple[str, ...]
    metric: str
    bands: tuple[str, ...]
    model: BoardModel | None
    notices: tuple[Notice, ...]
    waiting: int
    best_score: int | None
    marks: str
    pinned: bool
    upload: Moving | None
    submissions: tuple[BoardSubmission, ...]


class Board(Document):
    """Everything that a tool shows of one exam folder. `signed_in` is false once the portal took the sign-in no more."""

    server: str
    folder: str
    attempt: str
    exam_title: str
    exam_version: str
    kind: str
    phase: Phase | None
    online: bool
    offline_since: AwareDatetime | None
    signed_in: bool
    clock: Clock
    breaks_left: int
    notices: tuple[Notice, ...]
    categories: tuple[BoardCategory, ...]


def board_of(facts: Facts) -> Board:
    """The board of `facts`. Raises `NoExamHere` and `WorkspaceDamaged`."""
    here, state = facts.workspace.state, facts.state
    clock = _clock(facts)
    return Board(
        server=here.server,
        folder=str(facts.workspace.folder),
        attempt=here.attempt,
        exam_title=here.exam_title,
        exam_version="" if state is None else state.exam_version,
        kind="" if state is None else state.kind.value,
        phase=_phase(state, clock),
        online=facts.offline_since is None,
        offline_since=facts.offline_since,
        signed_in=facts.signed_in,
        clock=clock,
        breaks_left=0 if state is None else state.breaks_left,
        notices=tuple(_notices(facts, clock)),
        categories=_categories(facts),
    )


def _clock(facts: Facts) -> Clock:
    state = facts.state
    if state is None:
        return Clock(
            time_left_s=None, is_running=False, stands_still=False, deadline=None, duration_s=0, text="", level=Level.INFO
        )
    is_running, stands_still = state.phase is Phase.RUNNING, state.outage_since is not None
    left: float = state.duration_s + state.extra_s if state.started_at is None else state.time_left_s
    if is_running and not stands_still:
        left = max(0.0, left - facts.age_s)
    return Clock(
        time_left_s=left,
        is_running=is_running,
        stands_still=stands_still,
        deadline=state.deadline,
        duration_s=state.duration_s,
        text=wording.clock(left),
        level=_urgency(left) if is_running else Level.INFO,
    )


def _urgency(left_s: float) -> Level:
    return Level.URGENT if left_s < URGENT_S else Level.CAUTION if left_s < CAUTION_S else Level.INFO


def _phase(state: AttemptState | None, clock: Clock) -> Phase | None:
    """The phase as the portal said it; a deadline that nobody watched has passed all the same."""
    if state is None:
        return None
    over = state.phase is Phase.RUNNING and not clock.stands_still and clock.time_left_s == 0
    return Phase.GRADING if over else state.phase


def _notices(facts: Facts, clock: Clock) -> Iterator[Notice]:
    if facts.offline_since is not None:
        yield Notice(
            level=Level.URGENT,
            code="offline",
            text=_("The portal does not answer. Nothing is lost: what you submit here is kept, and goes on its way later."),
            next_step=_("Check your connection. What is submitted counts from the moment that the portal answers."),
        )
    if not facts.signed_in:
        text = _("Your sign-in has expired. Sign in again to go on; nothing is lost.")
        yield Notice(level=Level.URGENT, code="sign_in", text=text)
    if clock.stands_still:
        yield Notice(level=Level.CAUTION, code="outage", text=_("Something of ours does not work. Your time stands still."))
    if facts.state is not None and facts.state.break_until is not None:
        yield Notice(level=Level.INFO, code="break", text=_("You are on a break; its minutes were added to your time."))
    waiting = sum(one.waiting for one in facts.local.values())
    if waiting:
        yield Notice(
            level=Level.URGENT,
            code="waiting",
            text=plural("{count} file waits to be sent.", "{count} files wait to be sent.", waiting).format(count=waiting),
            next_step=_("What waits is sent when the portal answers, and counts from then on."),
        )
    if clock.is_running and not clock.stands_still and clock.time_left_s is not None:
        near = next((limit for limit in _TIME_NOTICES_S if clock.time_left_s < limit), None)
        if near is not None:
            text = _("Less than {minutes} minutes left.").format(minutes=near // _MINUTE_S)
            yield Notice(level=clock.level, code=f"time_{near // _MINUTE_S}", text=text)


def _categories(facts: Facts) -> tuple[BoardCategory, ...]:
    """The categories, in the order of the exam; before the start none, as nothing of them may be known."""
    said = {} if facts.state is None else {one.id: one for one in facts.state.categories}
    opened = facts.workspace.categories()
    return tuple(_category(facts.workspace, here, said.get(here.id), facts.local.get(here.id, Local())) for here in opened)


def _category(workspace: Workspace, here: BundleCategory, said: CategoryState | None, local: Local) -> BoardCategory:
    task = None if said is None else said.task
    contract = task.contract if task is not None else workspace.contract_of(here)
    return BoardCategory(
        id=here.id,
        number=here.number,
        title=here.title,
        weight=0 if said is None else said.weight,
        folder=here.folder,
        starter=f"{here.folder}/{STARTER}",
        instructions=instructions_of(workspace.folder, here.folder),
        task_title="" if task is None else task.title,
        hints=() if task is None else task.hints,
        contract=() if contract is None else tuple(wording.contract_lines(contract)),
        metric="" if task is None else wording.metric_name(task.metric),
        bands=() if task is None else tuple(wording.band_lines(task.bands, task.unit)),
        model=None if local.model is None else _model(here.folder, local.model),
        notices=local.notices,
        waiting=local.waiting,
        best_score=None if said is None else said.best_score,
        marks=wording.marks(None if said is None else said.best_score),
        pinned=said is not None and said.pinned is not None,
        upload=None if said is None or said.open_upload is None else _moving(said.open_upload),
        submissions=() if said is None else tuple(_submission(one) for one in said.submissions),
    )


def instructions_of(exam: Path, folder: str) -> str:
    """What to read first, from the exam folder on: in the reader's language where it is there, else in English."""
    spoken = (language().replace("_", "-"), "en")
    found = (f"{folder}/instructions.{name}.md" for name in spoken)
    return next((path for path in found if (exam / path).is_file()), folder)


def _model(folder: str, found: ModelFile) -> BoardModel:
    at = found.saved_at.astimezone()
    return BoardModel(
        name=found.name,
        path=f"{folder}/{found.name}",
        size=found.size,
        saved_at=at,
        text=_("{name}, {size}, saved {time}").format(name=found.name, size=size_text(found.size), time=f"{at:%H:%M:%S}"),
    )


def _moving(upload: OpenUpload) -> Moving:
    text = _("{done} of {total}").format(done=size_text(upload.offset), total=size_text(upload.size))
    return Moving(file_name=upload.file_name, done=upload.offset, total=upload.size, text=text)


def _submission(found: SubmissionState) -> BoardSubmission:
    report = found.report
    score = None if report is None else report.score
    return BoardSubmission(
        id=found.id,
        short=found.id[:_SHORT_ID],
        file_name=found.file_name,
        received_at=found.received_at,
        is_graded=report is not None,
        queue_position=found.queue_position,
        score=score,
        marks=wording.marks(score),
        standing=wording.standing(found),
        message="" if report is None else report.message,
        to_next="" if report is None else wording.to_next(report),
        hint="" if report is None or report.hint is None else report.hint,
        counts=found.counts,
        pinned=found.pinned,
    )
