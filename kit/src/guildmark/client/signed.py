"""Checking what a portal signed, receipts and certificates, against its public keys: offline, and without trusting the paper.

A document proves nothing by what it says of itself. It is genuine if a key that the reader has from the portal signed it as it
stands; keys that lie in the same archive as the document are never taken for the portal's.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timezone
from enum import Enum
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, LargeZipFile, ZipFile, is_zipfile

import httpx
from pydantic import TypeAdapter, ValidationError

from guildmark.client.transport import API, check_protocol, http_client, parsed, raise_for
from guildmark.errors import ServerUnreachable, UsageError
from guildmark.i18n import _
from guildmark.protocol import Certificate, PublicKey, Receipt
from guildmark.signing import is_signed_by, key_id

_LONGEST: Final = 1024 * 1024
"""No document is longer, in bytes; what is, is none of ours."""
_MOST: Final = 10_000
"""So many documents of one archive or folder are looked at."""
_KEYS = TypeAdapter(tuple[PublicKey, ...])
_BROKEN_ARCHIVE = (BadZipFile, LargeZipFile, EOFError, NotImplementedError, RuntimeError, ValueError)


class Standing(str, Enum):
    """What a reader may think of a document."""

    GENUINE = "genuine"
    FORGED = "forged"
    KEY_RETIRED = "key_retired"
    UNKNOWN_KEY = "unknown_key"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class Paper:
    """A document as it was found: `document` is None where it cannot be read; `reading` is what it claims to be."""

    name: str
    document: Mapping[str, Any] | None
    reading: Receipt | Certificate | None

    @property
    def key_id(self) -> str:
        """The key that it names."""
        return str(self.document.get("key_id", "")) if self.document is not None else ""

    def standing(self, keys: tuple[PublicKey, ...]) -> Standing:
        """What it is worth, by these keys of the portal."""
        if self.document is None or self.reading is None:
            return Standing.DAMAGED
        return standing_of(self.document, keys, signed_at=_signed_at(self.reading))


def _signed_at(reading: Receipt | Certificate) -> datetime:
    """When it says that it was signed; a certificate names the day, of which the beginning is taken."""
    if isinstance(reading, Receipt):
        return reading.received_at
    return datetime.combine(reading.issued_on, time.min, tzinfo=timezone.utc)


def standing_of(document: Mapping[str, Any], keys: tuple[PublicKey, ...], *, signed_at: datetime) -> Standing:
    """What `document`, as it was received, is worth by these keys of the portal."""
    key = next((key for key in keys if key.key_id == document.get("key_id")), None)
    if key is None:
        return Standing.UNKNOWN_KEY
    if key_id(key.public_key) != key.key_id or not is_signed_by(document, key.public_key):
        return Standing.FORGED
    if key.retired_at is not None and signed_at > key.retired_at:
        return Standing.KEY_RETIRED
    return Standing.GENUINE


def papers(path: Path) -> Iterator[Paper]:
    """The documents in a file, in an archive of receipts, or in a folder; lists of keys are not among them.

    Raises `UsageError` where there is no such file, and where an archive or a folder holds none.
    """
    if not path.exists():
        raise UsageError(_("There is no file {path}.").format(path=path), next_step=_("Name a receipt or a certificate."))
    if not path.is_dir() and not is_zipfile(path):
        yield paper(path.name, _start_of(path))
        return
    found = [paper(name, content) for name, content in (_in_folder(path) if path.is_dir() else _in_archive(path))]
    if not found:
        raise UsageError(_("{path} holds no receipt.").format(path=path), next_step=_("Name a receipt or a certificate."))
    yield from found


def paper(name: str, content: bytes) -> Paper:
    """What `content` is: a receipt, a certificate, or nothing that can be read. Who made an archive chose the `name`s in it."""
    name = "".join(sign if sign.isprintable() else "?" for sign in name)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return Paper(name, None, None)
    if len(content) > _LONGEST or not isinstance(document, dict):
        return Paper(name, None, None)
    return Paper(name, document, _reading(document))


def _reading(document: Mapping[str, Any]) -> Receipt | Certificate | None:
    kinds: tuple[type[Receipt | Certificate], ...] = (Receipt, Certificate)
    for kind in kinds:
        try:
            return kind.model_validate(document)
        except ValidationError:  # noqa: PERF203 - the question is which of them it is
            continue
    return None


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LONGEST + 1)


def _in_folder(path: Path) -> Iterator[tuple[str, bytes]]:
    for found in sorted(path.rglob("*.json"))[:_MOST]:
        if found.is_file() and not _are_keys(content := _start_of(found)):
            yield str(found.relative_to(path)), content


def _in_archive(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with ZipFile(path) as archive:
            for entry in archive.infolist()[:_MOST]:
                if entry.filename.endswith(".json"):
                    with archive.open(entry) as file:
                        content = file.read(_LONGEST + 1)
                    if not _are_keys(content):
                        yield entry.filename, content
    except _BROKEN_ARCHIVE as error:
        raise UsageError(
            _("{path} is damaged.").format(path=path), next_step=_("Download it again, or take it from where you kept it.")
        ) from error


def _are_keys(content: bytes) -> bool:
    try:
        _KEYS.validate_json(content)
    except ValidationError:
        return False
    return True


def published_keys(server: str) -> tuple[PublicKey, ...]:
    """The keys that the portal at `server` publishes; no sign-in is needed. Raises `ServerUnreachable`."""
    offline = _("Check your connection, or name a file with the portal's keys: --keys FILE")
    with http_client(server) as http:
        try:
            response = http.get(f"{API}/keys")
        except httpx.TransportError as error:
            raise ServerUnreachable(_("{server} did not answer.").format(server=server), next_step=offline) from error
    if not response.is_success:
        raise_for(response, server)
    check_protocol(response, server)
    return parsed(response, tuple[PublicKey, ...])


def keys_in(path: Path) -> tuple[PublicKey, ...]:
    """The portal's keys from a file, as `/api/v1/keys` gives them. Raises `UsageError`."""
    try:
        return _KEYS.validate_json(_start_of(path))
    except (OSError, ValidationError) as error:
        raise UsageError(
            _("{path} is no list of a portal's keys.").format(path=path),
            next_step=_("Save what the portal answers at /api/v1/keys, and name that file."),
        ) from error
