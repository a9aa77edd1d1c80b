"""Before a file is handed in: what speaks against it, asked where there is time for an answer, and never twice."""

from pathlib import Path

from guildmark.bridge import telling
from guildmark.client.looking import HURRY_S, in_words, looked_at
from guildmark.client.notices import Notice
from guildmark.client.session import Session
from guildmark.errors import ConfirmationNeeded
from guildmark.i18n import _

LAST_S = 60.0
"""With less time left nothing comes before the opening of the upload, not even a look at the file."""


class WarningsFirst(ConfirmationNeeded):
    """Something speaks against handing this file in. Its details name the file, as it was when it was looked at."""

    def __init__(self, notices: tuple[Notice, ...], path: Path, seen: str) -> None:
        super().__init__(
            " ".join(notice.text for notice in notices), next_step=_("Submit it all the same, or another file."), code="confirm"
        )
        self.details = {"notices": [notice.model_dump(mode="json") for notice in notices], "file": str(path), "seen": seen}


def against(session: Session, category: str, path: Path, *, time_left_s: float) -> tuple[Notice, ...]:
    """What to ask about before `path` is sent. Raises `ModelRefused` for what no portal opens.

    As in a terminal: with little time left only a file that the grader would refuse is asked about.
    """
    if time_left_s < LAST_S:
        return ()
    looked = looked_at(session, category, path, time_left_s=time_left_s)
    is_hurry = time_left_s < HURRY_S
    fits = looked is None or looked.passed
    if fits and is_hurry:
        return ()
    notices = session.warnings(category, path, looks_inside=not fits and not is_hurry)
    return notices if looked is None or fits else (telling.would_be_refused(in_words(looked)), *notices)


def version_of(path: Path) -> str:
    """What changes when a file is saved again."""
    found = path.stat()
    return f"{found.st_size}-{found.st_mtime_ns}"
