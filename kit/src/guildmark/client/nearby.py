"""Which exam is meant where a tool was opened beside an exam folder, and not in it.

JupyterLab and notebooks stand where they were started, which is often the folder around the exam's. One that lies right below
counts as here: of several the one that runs, else the one that is not over, and of equals the one whose state was written last.
Whoever would do something that cannot be undone asks for the only one that runs.
"""

from collections.abc import Iterator
from contextlib import suppress
from enum import IntEnum
from itertools import count
from pathlib import Path

from guildmark.client.kept import last_heard, this_machines_time
from guildmark.client.workspace import STATE_FOLDER, Workspace
from guildmark.errors import GuildmarkError, NoExamHere, UsageError
from guildmark.i18n import _
from guildmark.rules.attempt import Phase


class _Standing(IntEnum):
    """How far an exam is, as far as its folder tells; the nearer to the candidate's hands, the higher."""

    OVER = 0
    BEFORE = 1
    LATE = 2
    """Begun, and its time has passed by this machine's clock; nobody heard that it ended."""
    RUNNING = 3


def exam_near(place: Path) -> Path:
    """The exam folder that `place` is or lies in, else one right below it; `place` itself where there is none."""
    with suppress(NoExamHere):
        return Workspace.containing(place).folder
    below = sorted(_below(place.resolve()))
    return below[-1][-1] if below else place


def only_exam_near(place: Path, *, next_step: str) -> Path:
    """Like `exam_near`; raises `UsageError` where several run below `place`. `{folder}` in `next_step` becomes one of them."""
    chosen = exam_near(place)
    running = [] if chosen.parent != place.resolve() else _running_below(place.resolve())
    if len(running) > 1:
        names = ", ".join(folder.name for folder in running)
        raise UsageError(
            _("Several exams run here: {names}. Which one is meant?").format(names=names),
            next_step=next_step.replace("{folder}", str(place / chosen.name)),
            code="several_exams",
        )
    return chosen


def _running_below(place: Path) -> list[Path]:
    return sorted(folder for standing, _written, folder in _below(place) if standing is _Standing.RUNNING)


def home_of(place: Path, program: str) -> Path:
    """The folder for an exam at `program` begun at `place`: one in it, or `place` where it was an exam folder before."""
    return place if (place / STATE_FOLDER).is_dir() else place / program


def room_for_another(place: Path, program: str) -> Path | None:
    """A folder for an exam at `program` beside those below `place`, not there yet; None where `place` is in an exam."""
    with suppress(NoExamHere):
        Workspace.containing(place)
        return None
    names = (program if number == 1 else f"{program}-{number}" for number in count(1))
    return next(folder for folder in (place / name for name in names) if not folder.exists())


def _below(place: Path) -> Iterator[tuple[_Standing, int, Path]]:
    """Each exam folder right below `place`: how far it is, when its state was written, and where it is."""
    with suppress(OSError):
        for state in place.glob(f"*/{STATE_FOLDER}/exam.json"):
            folder = state.parents[1]
            yield _standing(Workspace(folder)), state.stat().st_mtime_ns, folder


def _standing(workspace: Workspace) -> _Standing:
    last = last_heard(workspace)
    if last is not None and last.state.phase.is_over:
        return _Standing.OVER
    try:
        has_begun = bool(workspace.categories())
    except GuildmarkError:  # whoever opens it says what is wrong with it
        has_begun = False
    if not has_begun:
        return _Standing.BEFORE
    is_late = last is not None and last.state.phase is Phase.RUNNING and last.time_left_s(this_machines_time()) == 0
    return _Standing.LATE if is_late else _Standing.RUNNING
