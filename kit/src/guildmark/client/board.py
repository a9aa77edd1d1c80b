"""What every tool shows of an exam folder: one frozen document, whole at any moment, with or without a connection.

`board_of` makes it from facts alone: what the portal said last (and how long ago), what lies in the folder, what waits to be
sent. A terminal dashboard, the side bar of an IDE and a notebook all draw this document, so they say the same. Words are in the
reader's language; a tool adds labels and counts the seconds from `clock.time_left_s` on by itself.
"""

from pathlib import Path

from pydantic import AwareDatetime

from guildmark.client import wording
from guildmark.client.board_notices import notices_of, of_refused
from guildmark.client.facts import Facts, Local, ModelFile
from guildmark.client.notices import Document, Notice
from guildmark.client.time_left import Clock, clock_of
from guildmark.client.workspace import BundleCategory
from guildmark.i18n import _, language
from guildmark.protocol import CategoryState, SubmissionState
from guildmark.rules.attempt import Phase
from guildmark.rules.wording import size_text

_SHORT_ID = 8
STARTER = "starter.py"


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
    """Everything that a tool shows of one exam folder. `signed_in` is false once the portal took the sign-in no more.

    The phase is the portal's word: a deadline that has passed by this machine's clock alone ends nothing.
    """

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
    clock = clock_of(facts)
    return Board(
        server=here.server,
        folder=str(facts.workspace.folder),
        attempt=here.attempt,
        exam_title=here.exam_title,
        exam_version="" if state is None else state.exam_version,
        kind="" if state is None else state.kind.value,
        phase=None if state is None else state.phase,
        online=facts.offline_since is None,
        offline_since=facts.offline_since,
        signed_in=facts.signed_in,
        clock=clock,
        breaks_left=0 if state is None else state.breaks_left,
        notices=tuple(notices_of(facts, clock)),
        categories=_categories(facts),
    )


def _categories(facts: Facts) -> tuple[BoardCategory, ...]:
    """The categories, in the order of the exam; before the start none, as nothing of them may be known."""
    said = {} if facts.state is None else {one.id: one for one in facts.state.categories}
    return tuple(_category(facts, here, said.get(here.id)) for here in facts.workspace.categories())


def _category(facts: Facts, here: BundleCategory, said: CategoryState | None) -> BoardCategory:
    workspace, local = facts.workspace, facts.local.get(here.id, Local())
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
        notices=(*(of_refused(one) for one in local.refused), *local.notices),
        waiting=local.waiting,
        best_score=None if said is None else said.best_score,
        marks=wording.marks(None if said is None else said.best_score),
        pinned=said is not None and said.pinned is not None,
        upload=_upload(facts, here, said),
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


def _upload(facts: Facts, here: BundleCategory, said: CategoryState | None) -> Moving | None:
    """What is on its way: as the one who sends it from here knows, else as the portal said."""
    ours = next((one for one in facts.sending if one.category == here.id), None)
    if ours is not None:
        return _moving(ours.name, ours.done, ours.total)
    theirs = None if said is None else said.open_upload
    return None if theirs is None else _moving(theirs.file_name, theirs.offset, theirs.size)


def _moving(name: str, done: int, total: int) -> Moving:
    text = _("{done} of {total}").format(done=size_text(done), total=size_text(total))
    return Moving(file_name=name, done=done, total=total, text=text)


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
