"""The exam folder that a command is called in."""

from pathlib import Path

from guildmark.client.session import Session
from guildmark.client.workspace import Workspace


def exam_here() -> Session:
    """The session of the exam folder that the current folder is or lies in. Raises `NoExamHere`, signed in or not."""
    Workspace.containing(Path.cwd())
    return Session.open(Path.cwd())
