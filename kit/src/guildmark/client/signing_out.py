"""Signing out: the sign-in is forgotten on this machine, and ended at the portal, where a copy would be good for weeks."""

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import httpx

from guildmark.client import device
from guildmark.client.credentials import Credentials
from guildmark.client.reaching import http_client
from guildmark.errors import GuildmarkError
from guildmark.i18n import _


@dataclass(frozen=True)
class SignedOut:
    """What became of the sign-in at `server`: whether there was one, and whether the portal has ended it.

    `left_in` is the file that holds it still, where that could not be written.
    """

    server: str
    was_signed_in: bool
    is_ended: bool
    left_in: Path | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return not self.was_signed_in or (self.is_ended and self.left_in is None)

    @property
    def said(self) -> str:
        """The same in words, with what to do where the portal could not be told, or the sign-in could not be forgotten."""
        if not self.was_signed_in:
            said = _("Nobody was signed in at {server} on this machine.")
        elif self.left_in is None:
            said = (
                _("Signed out of {server}: this machine no longer keeps your sign-in.")
                if self.is_ended
                else _(
                    "This machine no longer keeps your sign-in, but {server} could not be told to end it. If somebody may have "
                    "a copy, end it there: {server}/account/sessions/"
                )
            )
        elif self.is_ended:
            said = _("Signed out of {server}: your sign-in has ended. What is left of it could not be taken out of {file}.")
        else:
            said = _(
                "You are signed in still: {file} cannot be written, and {server} could not be told to end your sign-in. Delete "
                "that file, and end the sign-in there: {server}/account/sessions/"
            )
        return said.format(server=self.server, file=self.left_in)


def sign_out(server: str, credentials: Credentials, *, http: httpx.Client | None = None) -> SignedOut:
    """Forget the tokens for `server`, and have the portal end them. An exam that runs goes on. Raises `Refused` as they do.

    Each is done whatever becomes of the other.
    """
    tokens = credentials.tokens(server)
    if tokens is None:
        return SignedOut(server, was_signed_in=False, is_ended=False)
    left_in = None
    try:
        credentials.forget(server)  # first, so that whatever cuts us short leaves none here
    except OSError:
        left_in = credentials.path
    try:
        with nullcontext(http) if http else http_client(server) as own:
            is_ended = device.revoke(own, server, tokens)
    except GuildmarkError:
        is_ended = False
    return SignedOut(server, was_signed_in=True, is_ended=is_ended, left_in=left_in)
