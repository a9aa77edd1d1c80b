"""The exam folder that a command is called in."""

from pathlib import Path

from guildmark.cli.screen import Screen
from guildmark.client.session import Session
from guildmark.client.transport import Patience
from guildmark.client.workspace import Workspace
from guildmark.i18n import _


def exam_here() -> Session:
    """The session of the exam folder that the current folder is or lies in. Raises `NoExamHere`, signed in or not."""
    Workspace.containing(Path.cwd())
    return session_of(Path.cwd())


def session_of(folder: Path, *, server: str | None = None) -> Session:
    """The session of `folder`, else of `server`, which says when the portal does not answer and is tried again."""
    return Session.open(folder, server=server, patience=Patience(tell=_trying_again))


def _trying_again(seconds: float) -> None:
    said = _("The portal does not answer. Trying again for about {seconds} seconds.").format(seconds=round(seconds))
    Screen(as_json=False).note(said)
