"""`guildmark logout`."""

from guildmark.cli.login import address_of
from guildmark.cli.options import AsJson, Server
from guildmark.cli.screen import Screen
from guildmark.client.credentials import Credentials
from guildmark.i18n import _


def logout(
    *,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Forget the tokens of one portal. An exam that runs goes on."""
    screen = Screen(as_json=as_json)
    address, credentials = address_of(server), Credentials()
    was_signed_in = credentials.tokens(address) is not None
    credentials.forget(address)
    if was_signed_in:
        screen.say(_("Signed out of {server}: this machine no longer keeps your sign-in.").format(server=address))
    else:
        screen.say(_("Nobody was signed in at {server} on this machine.").format(server=address))
    screen.answer({"server": address, "was_signed_in": was_signed_in})
