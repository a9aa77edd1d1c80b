"""Signing out: the sign-in is forgotten on this machine, and ended at the portal, where a copy would be good for weeks."""

from dataclasses import dataclass

import httpx

from guildmark.client import device
from guildmark.client.credentials import Credentials
from guildmark.client.reaching import http_client
from guildmark.errors import GuildmarkError
from guildmark.i18n import _


@dataclass(frozen=True)
class SignedOut:
    """What became of the sign-in at `server`: whether there was one, and whether the portal has ended it."""

    server: str
    was_signed_in: bool
    is_ended: bool

    @property
    def said(self) -> str:
        """The same in words, with what to do where the portal could not be told."""
        if not self.was_signed_in:
            return _("Nobody was signed in at {server} on this machine.").format(server=self.server)
        if self.is_ended:
            return _("Signed out of {server}: this machine no longer keeps your sign-in.").format(server=self.server)
        return _(
            "This machine no longer keeps your sign-in, but {server} could not be told to end it. If somebody may have a copy, "
            "end it there: {server}/account/sessions/"
        ).format(server=self.server)


def sign_out(server: str, credentials: Credentials, *, http: httpx.Client | None = None) -> SignedOut:
    """Forget the tokens for `server`, and have the portal end them. An exam that runs goes on. Raises `Refused` as they do."""
    tokens = credentials.tokens(server)
    if tokens is None:
        return SignedOut(server, was_signed_in=False, is_ended=False)
    credentials.forget(server)  # first, so that whatever cuts us short leaves none here
    own = http or http_client(server)
    try:
        return SignedOut(server, was_signed_in=True, is_ended=device.revoke(own, server, tokens))
    except GuildmarkError:
        return SignedOut(server, was_signed_in=True, is_ended=False)
    finally:
        if http is None:
            own.close()
