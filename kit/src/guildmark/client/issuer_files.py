"""The issuer's file, with which certificates are checked: from a file that somebody kept, or from the portal, and then kept.

Keys seldom change, but what was taken back since can be seen in a fresh file alone: so the portal is asked each time, and the
kept file stands in for it where it does not answer.
"""

import hashlib
import os
import sys
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx
from pydantic import ValidationError

from guildmark.badges.issuer import LONGEST_ISSUER_FILE, IssuerFile
from guildmark.client.files import write_atomically
from guildmark.client.reaching import http_client, unreachable
from guildmark.errors import OurFault, Refused, ServerUnreachable
from guildmark.i18n import _

ADDRESS: Final = "/verify/issuer.json"
_ON_DEMAND: Final = 65_536


@dataclass(frozen=True)
class FoundIssuer:
    """The issuer's file, and whether the portal answered with it just now."""

    file: IssuerFile
    is_fresh: bool


def cache_folder() -> Path:
    """Where the platform keeps what can be fetched again; beside the settings where `GUILDMARK_CONFIG_DIR` names them."""
    if named := os.environ.get("GUILDMARK_CONFIG_DIR"):
        return Path(named) / "cache"
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "guildmark" / "cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "guildmark"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "guildmark"


def issuer_at(server: str) -> FoundIssuer:
    """The file of the issuer at `server`, from there, else as it was kept; no sign-in is needed.

    Raises `ServerUnreachable` where there is neither, `Refused` for a portal that publishes none, or that of another issuer.
    """
    kept = cache_folder() / "issuers" / f"{hashlib.sha256(server.encode()).hexdigest()[:32]}.json"
    try:
        content = _fetched(server)
    except ServerUnreachable:
        found = _of_issuer(kept.read_bytes(), server) if kept.is_file() else None
        if found is None:
            raise
        return FoundIssuer(found, is_fresh=False)
    file = _of_issuer(content, server)
    if file is None:
        raise OurFault(_("The portal answered something that this version does not understand."), code="bad_reply")
    write_atomically(kept, content)
    return FoundIssuer(file, is_fresh=True)


def _fetched(server: str) -> bytes:
    content = bytearray()
    with http_client(server) as http:
        try:
            with http.stream("GET", ADDRESS) as response:
                _require_found(response, server)
                for piece in response.iter_bytes(_ON_DEMAND):
                    content += piece
                    if len(content) > LONGEST_ISSUER_FILE:
                        break
        except httpx.TransportError as error:
            raise unreachable(server, error) from error
    return bytes(content)


def _require_found(response: httpx.Response, server: str) -> None:
    if response.status_code == HTTPStatus.NOT_FOUND:
        raise Refused(
            _("The portal at {server} does not publish what certificates are checked with.").format(server=server),
            next_step=_("Ask for the issuer's file, and name it: --keys FILE"),
            code="no_issuer_file",
        )
    if response.is_server_error:
        raise unreachable(server)
    if not response.is_success:
        raise Refused(_("The portal answered with status {status}.").format(status=response.status_code))


def _of_issuer(content: bytes, server: str) -> IssuerFile | None:
    """The file in `content`; None if it is none. Raises `Refused` for that of another issuer than the one at `server`."""
    file = issuer_file_in(content)
    if file is not None and file.keys.url.rstrip("/") != server.rstrip("/"):
        raise Refused(
            _("The portal at {server} answers for another issuer: {issuer}").format(server=server, issuer=file.keys.url),
            next_step=_("If you trust that one, name it: --server {issuer}").format(issuer=file.keys.url),
            code="other_issuer",
        )
    return file


def issuer_file_in(content: bytes) -> IssuerFile | None:
    """The issuer's file in `content`; None if it is none."""
    if len(content) > LONGEST_ISSUER_FILE:
        return None
    try:
        return IssuerFile.model_validate_json(content)
    except ValidationError:
        return None
