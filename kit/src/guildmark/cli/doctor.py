"""`guildmark doctor`: whether this machine is fit for an exam, and what to do where it is not."""

from pathlib import Path
from typing import Annotated

import typer

from guildmark.cli.checks import rows, tell
from guildmark.cli.options import AsJson, Server
from guildmark.cli.screen import Screen
from guildmark.client import doctor as examining
from guildmark.client.session import Session
from guildmark.client.transport import Patience
from guildmark.errors import NoPortalKnown, Refused, UsageError
from guildmark.i18n import _


def doctor(
    *,
    folder: Annotated[Path | None, typer.Option(help=_("The exam folder; this one if not given."))] = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Look at everything, change nothing; exit status 3 where a line is not good."""
    screen = Screen(as_json=as_json)
    place = folder or Path.cwd()
    session, refused = _session(place, server)
    checks = []
    try:
        for found in examining.examine(place, session, refused=refused):
            tell(screen, found)
            checks.append(found)
    finally:
        if session is not None:
            session.close()
    all_good = all(check.good for check in checks)
    guide = None if session is None else _guide(session)
    screen.say(
        "",
        _("This machine is ready for an exam.")
        if all_good
        else _("You can sit an exam all the same: each line that is not good says how."),
    )
    if guide is not None:
        screen.say(_("The environment guide, for every system and editor: {address}").format(address=guide))
    screen.answer({"good": all_good, "checks": rows(checks), "guide": guide})
    if not all_good:
        raise typer.Exit(Refused.exit_code)


def _guide(session: Session) -> str:
    """The address of the environment guide: that of the exam of this folder, else where all of them are."""
    handbooks = f"{session.server}/handbook/"
    return handbooks if session.workspace is None else f"{handbooks}{session.workspace.state.program}/environment/"


def _session(folder: Path, server: str | None) -> tuple[Session | None, UsageError | None]:
    """The session of the portal that is meant; else nothing, and why: an address, a proxy or certificates to be mended."""
    try:
        return Session.open(folder, server=server, patience=Patience(waits_s=())), None
    except NoPortalKnown:
        return None, None
    except UsageError as error:
        return None, error
