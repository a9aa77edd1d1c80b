"""Checking what a portal signed, receipts and certificates, against its public keys: offline, and without trusting the paper.

A document proves nothing by what it says of itself. It is genuine if a key that the reader has from the portal signed it as it
stands; keys that lie in the same archive as the document are never taken for the portal's. Certificates in the other files that
holders are given (Open Badges, tokens, pictures, PDFs) are only found here: `guildmark.badges` checks them.
"""

import lzma
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timezone
from enum import Enum
from itertools import islice
from os import SEEK_END
from pathlib import Path
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

import httpx
from pydantic import TypeAdapter, ValidationError

from guildmark.badges.bearing import may_be_ours
from guildmark.badges.issuer import LONGEST_ISSUER_FILE, IssuerFile
from guildmark.badges.kinds import LONGEST, kind_of
from guildmark.badges.verdict import Kind
from guildmark.client.answers import check_protocol, parsed, raise_for
from guildmark.client.issuer_files import issuer_file_in
from guildmark.client.reaching import http_client
from guildmark.client.transport import API
from guildmark.errors import ServerUnreachable, UsageError
from guildmark.i18n import _
from guildmark.protocol import Certificate, PublicKey, Receipt
from guildmark.signing import document_in, is_signed_by, key_id

_LONGEST: Final = 128 * 1024
"""No document is longer, in bytes; what is, is none of ours."""
_CARRIERS: Final = frozenset({Kind.PDF, Kind.PNG, Kind.SVG, Kind.TOKEN})
_CHECKED: Final = (".json", ".jwt", ".pdf", ".png", ".svg")
"""In an archive or a folder, what is checked, by the ends of the names."""
_MOST: Final = 10_000
"""No archive or folder that is checked holds more files,"""
_MOST_BYTES: Final = 64 * 1024 * 1024
"""nor more in its documents, once they are unpacked."""
_KEYS = TypeAdapter(tuple[PublicKey, ...])
_BEGINNING_OF_ARCHIVES: Final = b"PK"
_LONGEST_END: Final = 22 + 0xFFFF
"""Of an archive: its last record, with a comment."""
_PACKED_AS = (ZIP_STORED, ZIP_DEFLATED)
"""As portals and desktops pack; of the other ways, few bytes can take any memory to unpack."""
_BROKEN_ARCHIVE = (
    BadZipFile,
    LargeZipFile,
    EOFError,
    MemoryError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    zlib.error,
)


class Standing(str, Enum):
    """What a reader may think of a document."""

    GENUINE = "genuine"
    FORGED = "forged"
    KEY_RETIRED = "key_retired"
    UNKNOWN_KEY = "unknown_key"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class Paper:
    """A document as it was found: `document` is None where it cannot be read; `reading` is what it claims to be.

    `badge` is the whole of a file of another kind, which `guildmark.badges` checks, and None else.
    """

    name: str
    document: Mapping[str, Any] | None
    reading: Receipt | Certificate | None
    badge: bytes | None = None

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


def papers(path: Path, passed_over: list[str] | None = None, strangers: list[str] | None = None) -> Iterator[Paper]:
    """The documents in a file, in an archive of receipts, or in a folder, one at a time; lists of keys are not among them.

    What of an archive or a folder is no document, by its name, is added to `passed_over`; what has such a name, and bears
    nothing that a portal signs (a photo, a letter of application), to `strangers`. Somebody who names such a file means it,
    and gets it judged. Raises `UsageError` where there is no such file, where an archive or a folder holds no document, or
    more than is checked at once, and where an archive is damaged.
    """
    if not path.exists():
        raise UsageError(_("There is no file {path}.").format(path=path), next_step=_("Name a receipt or a certificate."))
    if not path.is_dir() and not _start_of(path).startswith(_BEGINNING_OF_ARCHIVES):
        with path.open("rb") as file:
            yield paper(path.name, _bounded(file))
        return
    others = passed_over if passed_over is not None else []
    foreign = strangers if strangers is not None else []
    has_any = False
    for name, content in _in_folder(path, others) if path.is_dir() else _in_archive(path, others):
        if _are_keys(content):
            others.append(_printable(name))
        elif not may_be_ours(content):
            foreign.append(_printable(name))
        else:
            has_any = True
            yield paper(name, content)
    if not has_any:
        raise UsageError(
            _("{path} holds neither a receipt nor a certificate.").format(path=path),
            next_step=_("Name a receipt or a certificate."),
        )


def paper(name: str, content: bytes) -> Paper:
    """What `content` is: a receipt, a certificate, or nothing that can be read. Who made an archive chose the `name`s in it."""
    name = _printable(name)
    if kind_of(content) in _CARRIERS:
        return Paper(name, None, None, content)
    if len(content) > _LONGEST:
        return Paper(name, None, None)
    try:
        document = document_in(content)
    except ValueError:
        return Paper(name, None, None)
    if "@context" in document:
        return Paper(name, None, None, content)
    return Paper(name, document, _reading(document))


def _printable(name: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in name)


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


def _bounded(file: IO[bytes]) -> bytes:
    """What is in `file`, and of what is longer than any file of its kind, enough to see that it is."""
    start = file.read(_LONGEST + 1)
    return start + file.read(LONGEST - _LONGEST) if kind_of(start) in _CARRIERS else start


def _in_folder(path: Path, others: list[str]) -> Iterator[tuple[str, bytes]]:
    files = list(islice((found for found in path.rglob("*") if found.is_file()), _MOST + 1))
    documents = [found for found in sorted(files) if _is_document(found.name)]
    _require_few(path, len(files), sum(found.stat().st_size for found in documents))
    others += [_printable(str(found.relative_to(path))) for found in sorted(files) if not _is_document(found.name)]
    for found in documents:
        with found.open("rb") as file:
            yield str(found.relative_to(path)), _bounded(file)


def _in_archive(path: Path, others: list[str]) -> Iterator[tuple[str, bytes]]:
    try:
        with ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if entry.file_size or not entry.is_dir()]
            documents = [entry for entry in entries if _is_document(entry.filename)]
            _require_few(path, len(entries), sum(entry.file_size for entry in documents))
            if len(archive.infolist()) != _count_at_its_end(path):
                raise BadZipFile
            others += [_printable(entry.filename) for entry in entries if not _is_document(entry.filename)]
            for entry in documents:
                yield entry.filename, _unpacked(archive, entry)
    except _BROKEN_ARCHIVE as error:
        raise UsageError(
            _("{path} is damaged.").format(path=path), next_step=_("Download it again, or take it from where you kept it.")
        ) from error


def _count_at_its_end(path: Path) -> int:
    """How many files the archive says that it has: where its list is damaged, some can hide behind another one."""
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, _LONGEST_END), SEEK_END)
        end = file.read()
    return int.from_bytes(end[end.rfind(b"PK\5\6") :][10:12], "little")


def _unpacked(archive: ZipFile, entry: ZipInfo) -> bytes:
    if entry.compress_type not in _PACKED_AS:
        raise BadZipFile
    with archive.open(entry) as file:
        return _bounded(file)


def _is_document(name: str) -> bool:
    return name.lower().endswith(_CHECKED)


def _require_few(path: Path, files: int, size: int) -> None:
    """Raises `UsageError` for more than is checked at once: a part of it would pass for the whole."""
    if files > _MOST or size > _MOST_BYTES:
        raise UsageError(
            _("{path} holds more than is checked at once.").format(path=path),
            next_step=_("Unpack it into several folders, and check each: guildmark verify FOLDER"),
        )


def _are_keys(content: bytes) -> bool:
    try:
        _KEYS.validate_json(content)
    except ValidationError:
        return issuer_file_in(content) is not None
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
    """The portal's keys from a file, as `/api/v1/keys` gives them, or from the issuer's file. Raises `UsageError`."""
    return _published_in(path)[0]


def issuer_in(path: Path) -> IssuerFile:
    """The issuer's file at `path`. Raises `UsageError`."""
    file = _published_in(path)[1]
    if file is None:
        raise UsageError(
            _("{path} is a list of keys; certificates are checked with the issuer's file.").format(path=path),
            next_step=_("Save what the portal answers at /verify/issuer.json, and name that file."),
        )
    return file


def _published_in(path: Path) -> tuple[tuple[PublicKey, ...], IssuerFile | None]:
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST_ISSUER_FILE + 1)
    except OSError:
        content = b""
    found = issuer_file_in(content)
    if found is not None:
        return found.receipt_keys, found
    try:
        return _KEYS.validate_json(content), None
    except ValidationError as error:
        raise UsageError(
            _("{path} is no list of a portal's keys.").format(path=path),
            next_step=_("Save what the portal answers at /verify/issuer.json, and name that file."),
        ) from error
