"""Which exam is meant where a tool was opened beside an exam folder, and not in it.

JupyterLab and notebooks stand where they were started, which is often the folder around the exam's. One that lies right below
counts as here; of several, the one that is not over, and then the one that was prepared or begun last.
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from guildmark.client.kept import last_heard
from guildmark.client.workspace import STATE_FOLDER, Workspace
from guildmark.errors import NoExamHere


def exam_near(place: Path) -> Path:
    """The exam folder that `place` is or lies in, else one right below it; `place` itself where there is none."""
    with suppress(NoExamHere):
        return Workspace.containing(place).folder
    below = sorted(_below(place.resolve()))
    return below[-1][-1] if below else place


def room_for_another(place: Path, program: str) -> Path | None:
    """A folder for an exam at `program` beside those below `place`, not there yet; None where `place` is in an exam."""
    with suppress(NoExamHere):
        Workspace.containing(place)
        return None
    names = (program if number == 1 else f"{program}-{number}" for number in count(1))
    return next(folder for folder in (place / name for name in names) if not folder.exists())


def _below(place: Path) -> Iterator[tuple[bool, int, Path]]:
    """Each exam folder right below `place`: whether it goes on, when its state was written, and where it is."""
    with suppress(OSError):
        for state in place.glob(f"*/{STATE_FOLDER}/exam.json"):
            folder = state.parents[1]
            last = last_heard(Workspace(folder))
            yield last is None or not last.state.phase.is_over, state.stat().st_mtime_ns, folder
