"""Options that several commands take."""

from typing import Annotated

import typer

from guildmark.i18n import _

AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON object for programs."))]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=_("Do not ask; you have decided."))]
Server = Annotated[
    str | None, typer.Option(help=_("The address of the portal; GUILDMARK_SERVER or the last one if not given."))
]
