"""`guildmark login`."""

import os
import sys
import webbrowser
from pathlib import Path

from guildmark.cli.options import AsJson, Server
from guildmark.cli.screen import Screen
from guildmark.client.address import default_server, overheard
from guildmark.client.credentials import Credentials
from guildmark.client.device import DeviceCode
from guildmark.client.rehearsal import waiting_attempt
from guildmark.client.session import Session
from guildmark.client.workspace import Workspace
from guildmark.errors import GuildmarkError, NoExamHere
from guildmark.i18n import _
from guildmark.protocol import Me


def login(
    *,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Sign in by device grant."""
    screen = Screen(as_json=as_json)
    address = address_of(server)
    with Session(address) as session:
        who = sign_in(screen, session)
        is_waiting = _waits(session)
    screen.say(_("Next: guildmark rehearse, then guildmark start") if is_waiting else _("Next: guildmark start"))
    screen.answer({"server": address, "email": who.email, "name": who.name})


def sign_in(screen: Screen, session: Session) -> Me:
    """Sign in at the portal of `session`, and say who did."""
    if warning := overheard(session.server):
        screen.note(warning, style="yellow")
    who = session.login(lambda code: _show(screen, code))
    screen.say(_("Signed in at {server} as {email}.").format(server=session.server, email=who.email))
    return who


def _waits(session: Session) -> bool:
    """Whether an exam waits for its start, so that there is something to rehearse; one is signed in, whatever is answered."""
    try:
        return waiting_attempt(session) is not None
    except GuildmarkError:
        return False


def address_of(server: str | None) -> str:
    """The portal that is meant: `server`, else that of the exam folder, else the default. Raises `UsageError`."""
    if server is None:
        try:
            return Workspace.containing(Path.cwd()).state.server
        except NoExamHere:
            pass
    return default_server(server, Credentials())


def _show(screen: Screen, code: DeviceCode) -> None:
    screen.answer({"verification_uri_complete": code.link, "user_code": code.user_code, "expires_in": code.expires_in})
    screen.say(
        _("Open this page in any browser and confirm the code:"),
        f"\n    {code.link}\n    {code.user_code}\n",
        _("Waiting for you …"),
    )
    if sys.stdout.isatty() and not screen.as_json and has_browser():
        webbrowser.open(code.link)


def has_browser() -> bool:
    """Whether a page can be opened beside this terminal."""
    # Without a display, a browser would be one of text that takes the terminal over.
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
