"""`guildmark logout`."""

from guildmark.cli.login import address_of
from guildmark.cli.options import AsJson, Server
from guildmark.cli.screen import Screen
from guildmark.client.credentials import Credentials
from guildmark.client.signing_out import sign_out


def logout(
    *,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """End the sign-in at one portal, and forget it. An exam that runs goes on."""
    screen = Screen(as_json=as_json)
    done = sign_out(address_of(server), Credentials())
    screen.say(done.said)
    screen.answer({"server": done.server, "was_signed_in": done.was_signed_in, "is_ended": done.is_ended})
