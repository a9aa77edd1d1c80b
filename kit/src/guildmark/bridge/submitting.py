"""Handing a file in: what speaks against it is asked first, where there is time for an answer, and never twice."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from guildmark.bridge import documents as doc
from guildmark.bridge import telling
from guildmark.bridge.holding import Held
from guildmark.client.files import require_file
from guildmark.client.looking import consider
from guildmark.client.notices import Notice
from guildmark.client.tus import Progress
from guildmark.errors import ConfirmationNeeded, GuildmarkError, KeptInOutbox
from guildmark.i18n import _
from guildmark.protocol import SubmissionState


class WarningsFirst(ConfirmationNeeded):
    """Something speaks against handing this file in. Its details name the file, as it was when it was looked at."""

    def __init__(self, notices: tuple[Notice, ...], path: Path, seen: str) -> None:
        super().__init__(
            " ".join(notice.text for notice in notices), next_step=_("Submit it all the same, or another file."), code="confirm"
        )
        self.details = {"notices": [notice.model_dump(mode="json") for notice in notices], "file": str(path), "seen": seen}


def hand_in(
    held: Held, asked: doc.Submit, *, progress: Callable[[str], Progress], held_up: Callable[[], object]
) -> doc.Submitted:
    """Hand in what `asked` says; a file that waits here is an answer too. Raises `WarningsFirst` and as `Session.submit` does.

    `progress` makes what hears the bytes sent, for a category.
    """
    session, live = held.session(), held.live()
    category = held.exam().category(asked.category).id
    path = session.model_of(asked.category) if asked.file is None else held.exam().folder / asked.file
    require_file(path)
    if not asked.anyway or asked.seen not in (None, _version_of(path)):
        found = consider(session, category, path, time_left_s=live.board().clock.time_left_s)
        if found.against:
            raise WarningsFirst(found.against, path, _version_of(path))

    def changed(_state: SubmissionState) -> None:
        with suppress(GuildmarkError):  # the score comes all the same
            live.hear(session.state())

    try:
        sent = session.submit(
            asked.category,
            path,
            progress=progress(category),
            rest=False,  # whoever follows sends it, with its progress on the board
            changed=changed,
            held_up=held_up,
        )
    except KeptInOutbox as kept:
        return doc.Submitted(submission=None, text=telling.kept(kept), board=live.look())
    board = live.hear(session.state())
    return doc.Submitted(submission=sent, text=telling.submitted(board, sent), board=board)


def _version_of(path: Path) -> str:
    """What changes when a file is saved again."""
    found = path.stat()
    return f"{found.st_size}-{found.st_mtime_ns}"
