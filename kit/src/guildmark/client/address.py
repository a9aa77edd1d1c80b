"""Which portal a command talks to."""

import os
from urllib.parse import urlsplit

from guildmark.client.credentials import Credentials
from guildmark.errors import NoPortalKnown, UsageError
from guildmark.i18n import _

SERVER_VARIABLE = "GUILDMARK_SERVER"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def default_server(server: str | None, credentials: Credentials) -> str:
    """`server`, else `GUILDMARK_SERVER`, else that of the last sign-in, without a trailing slash. Raises `UsageError`."""
    address = server or os.environ.get(SERVER_VARIABLE) or credentials.default_server
    if not address:
        raise NoPortalKnown
    try:
        parts = urlsplit(address.strip())
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise _not_an_address(address) from error
    if not is_address:
        raise _not_an_address(address)
    return address.strip().rstrip("/")


def overheard(server: str) -> str:
    """The warning before a sign-in whose tokens others on the way could read; empty where they cannot."""
    parts = urlsplit(server)
    if parts.scheme == "https" or parts.hostname in _LOOPBACK:
        return ""
    return _("This address is not encrypted: others on the way can read your sign-in.")


def _not_an_address(address: str) -> UsageError:
    return UsageError(
        _("{address} is not the address of a portal.").format(address=address),
        next_step=_("Give the whole address, such as https://exam.example.org"),
    )
