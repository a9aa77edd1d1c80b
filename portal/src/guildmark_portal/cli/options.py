"""Options that the commands share, and how a command reaches Django."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from guildmark import i18n
from guildmark.errors import UsageError
from guildmark.i18n import _
from guildmark_portal import datadir

DataOption = Annotated[
    Path, typer.Option("--data", envvar="GUILDMARK_DATA", help=_("The portal's data directory."), show_envvar=True)
]
JsonOption = Annotated[bool, typer.Option("--json", help=_("Print JSON, for programs."))]
DEFAULT_DATA = Path("guildmark-data")
_LONGEST_SECRET: Final = 10_000


def read_secret(name: str) -> str:
    """A secret: a line of what is piped in, else typed unseen at the terminal.

    A prompt alone would read the terminal past the pipe, and complain in words of its own where there is no terminal at all.
    Raises `UsageError` where there is nothing: what is kept already stays.
    """
    if sys.stdin.isatty():
        return str(typer.prompt(name, hide_input=True)).strip()
    if found := sys.stdin.readline(_LONGEST_SECRET).strip():
        return found
    raise UsageError(_("Nothing came in."), next_step=_("Run it at a terminal, or pipe the secret into it."))


def use_django(data: Path) -> None:
    """Load Django on the data directory `data`, which must be initialised."""
    datadir.read_config(data)
    datadir.read_secrets(data)
    os.environ["GUILDMARK_DATA"] = str(data.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guildmark_portal.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.utils.translation import activate, to_language

    spoken = i18n.language()
    try:
        django.setup()
        activate(to_language(spoken))  # a person at a terminal reads the language of the terminal
    except ImproperlyConfigured as error:
        raise UsageError(
            str(error), next_step=_("Correct {path} and run the command again.").format(path=data / datadir.CONFIG_FILE)
        ) from error
    _reach_database(data)


def _reach_database(data: Path) -> None:
    """Refuse to go on with a server of a database that does not let us in; a file is always there."""
    from django.db import OperationalError, connection

    if connection.vendor == "sqlite":
        return
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise UsageError(
            _("The database does not answer: {why}").format(why=" ".join(str(error).split())),
            next_step=_("See that it runs, and that [database] in {path} names it; then run the command again.").format(
                path=data / datadir.CONFIG_FILE
            ),
        ) from error


def tell(document: dict[str, Any], sentences: list[str], *, as_json: bool) -> None:
    """Print the outcome of a command: for people by default, the same as JSON for programs."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2) if as_json else "\n".join(sentences))
