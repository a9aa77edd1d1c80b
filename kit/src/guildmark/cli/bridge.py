"""`guildmark bridge`: what an IDE's extension starts where only the command is on PATH, not the interpreter that has it."""

from pathlib import Path
from typing import Annotated

import typer

from guildmark.i18n import _


def bridge(
    *,
    folder: Annotated[Path | None, typer.Option(help=_("The exam folder, or where a new one is made."))] = None,
    language: Annotated[str | None, typer.Option(help=_("The language of the IDE."))] = None,
) -> None:
    """Speak JSON-RPC on standard input and output until standard input ends."""
    from guildmark.bridge.__main__ import talk

    talk(folder or Path.cwd(), language)
