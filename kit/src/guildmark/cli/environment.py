"""What a command says while the exam's environment is made, and how it is used."""

import os
from typing import Any

import typer

from guildmark.cli.screen import Screen
from guildmark.client.environment import Environment, Outcome, make, requirements_of
from guildmark.client.session import Session
from guildmark.i18n import _

_STOPPED = 130


def have_environment(screen: Screen, session: Session) -> Environment | None:
    """Have the exam's environment, and say how it went; None where the exam does not say yet what it needs.

    Nothing that goes wrong here stops an exam. Ctrl+C stops the command, so that nobody's clock starts by mistake.
    """
    workspace = session.workspace
    if workspace is None or not requirements_of(workspace).strip():
        return None
    sentence = _("Making the exam's environment. This takes some minutes, once; to go without: --no-environment")
    try:
        with screen.waiting(sentence) as update:
            made = make(workspace, say=lambda line: update(f"{sentence}\n  {line}"))
    except KeyboardInterrupt:
        screen.note(_("Stopped. To go on without the environment, run: guildmark start --no-environment"))
        raise typer.Exit(_STOPPED) from None
    if made.outcome is Outcome.FAILED:
        screen.note(made.said, style="yellow")
        screen.note(made.next_step, style="default")
    else:
        screen.say(made.said, *([made.next_step] if made.next_step else []))
    return made


def active(made: Environment | None) -> list[str]:
    """How the environment is used in a terminal, from the exam folder, as a line; no line without one."""
    if made is None or made.python is None:
        return []
    return ["    .venv\\Scripts\\activate" if os.name == "nt" else "    . .venv/bin/activate"]


def described(made: Environment | None) -> dict[str, Any]:
    """The environment in the JSON of a command."""
    if made is None:
        return {"environment": None}
    python = None if made.python is None else str(made.python)
    return {
        "environment": {
            "outcome": made.outcome.value,
            "folder": str(made.folder),
            "python": python,
            "message": made.said,
            "next_step": made.next_step,
        }
    }
