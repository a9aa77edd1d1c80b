"""A small tus 1.0 client: an upload is opened once, then its bytes are sent; a cut connection goes on where it stopped.

Opening is what counts before the deadline, so it is tried again until it is answered: the portal answers the same opening
with the same upload, which makes the repetition harmless. The address of an upload is kept in a file, so that another
process can go on with it. After each cut the portal is asked how far it got; only progress renews our patience.

Opening and filling are two steps, so that whoever has several files to send opens them all before the first byte goes.

Bytes go in chunks. On a line that breaks they become smaller, so that what stands between two breaks is soon enough for
one, and its answer; where all goes well they grow again.
"""

import base64
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from guildmark.client.copying import file_changed
from guildmark.client.disk import not_read, open_to_read
from guildmark.client.files import write_atomically
from guildmark.client.transport import API, Transport
from guildmark.errors import GuildmarkError, OurFault, PortalFault, Refused, ServerUnreachable, SignInRequired
from guildmark.i18n import _
from guildmark.protocol import SUBMISSION_HEADER

TUS_VERSION = "1.0.0"
CHUNK_BYTES = 2 * 1024 * 1024
SMALLEST_CHUNK_BYTES = 64 * 1024
_BUSY = "upload_busy"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Outgoing:
    """A file to send: what its opening request says of it. `size` in bytes."""

    path: Path
    category: str
    sha256: str
    size: int

    @property
    def metadata(self) -> str:
        """`Upload-Metadata`: names with their values in base64."""
        values = {"category": self.category, "filename": self.path.name, "sha256": self.sha256}
        told = {name: base64.b64encode(value.encode(errors="replace")).decode() for name, value in values.items()}
        return ",".join(f"{name} {value}" for name, value in told.items())


class _Remembered(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    url: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Standing:
    """Where an upload stands: bytes that arrived, and its submission once all have."""

    offset: int
    submission: str | None


@dataclass(frozen=True)
class Opened:
    """An upload that the portal opened: its address there, and where it stands."""

    url: str
    standing: Standing


class _Pace:
    """How many bytes to send at a time, by how it went: half as many after a cut, twice as many after an answer."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.chunk_bytes = most

    def slower(self) -> None:
        self.chunk_bytes = max(self.chunk_bytes // 2, min(SMALLEST_CHUNK_BYTES, self._most))

    def faster(self) -> None:
        self.chunk_bytes = min(self.chunk_bytes * 2, self._most)


class Uploader:
    """Sends files to one attempt, at most `chunk_bytes` at a time. `memory` keeps the addresses of uploads under way.

    An address that cannot be written there, on a full disk, is held here: sending needs no room.
    """

    def __init__(self, transport: Transport, attempt: str, memory: Path, *, chunk_bytes: int = CHUNK_BYTES) -> None:
        self._transport = transport
        self._attempt = attempt
        self._memory = memory
        self._held: dict[str, _Remembered] = {}
        self._chunk_bytes = chunk_bytes

    def fill(self, opened: Opened, outgoing: Outgoing, progress: Progress) -> str | None:
        """Send the bytes that the upload has not got yet, and give the id of the submission.

        None if the portal has all bytes but did not say the id: the connection was cut just there, and the id stands in
        the attempt's state. Raises `ServerUnreachable` when patience ends (the next call goes on from there), and `Refused`
        where the file cannot be read. The address is remembered until `forget`, so that a process that is killed before it kept
        the receipt sends nothing twice.
        """
        url, standing = opened.url, opened.standing
        progress(standing.offset, outgoing.size)
        pace = _Pace(self._chunk_bytes)
        waits = iter(self._transport.patience.waits_s)
        with open_to_read(outgoing.path) as file:
            while standing.submission is None and standing.offset < outgoing.size:
                before = standing.offset
                standing = self._advance(url, before, _chunk(file, outgoing, before, pace), pace, waits)
                if standing.offset > before:
                    waits = iter(self._transport.patience.waits_s)
                progress(standing.offset, outgoing.size)
        return standing.submission

    def is_under_way(self, outgoing: Outgoing) -> bool:
        """Whether the upload of this very file was opened from this folder, and not forgotten since."""
        kept = self._remembered(outgoing.category)
        return kept is not None and (kept.sha256, kept.size) == (outgoing.sha256, outgoing.size)

    def is_ours(self, category: str, upload: str) -> bool:
        """Whether this folder opened `upload` in `category`, for whatever file."""
        kept = self._remembered(category)
        return kept is not None and kept.url.rstrip("/").rpartition("/")[2] == upload

    def forget(self, category: str) -> None:
        """Forget the upload of `category`: its submission is known, and its receipt is kept."""
        self._held.pop(category, None)
        with suppress(OSError):
            self._note(category).unlink(missing_ok=True)

    def resume(self, outgoing: Outgoing) -> Opened | None:
        """The upload of this very file that was opened from this folder, if the portal still has it."""
        kept = self._remembered(outgoing.category)
        if kept is None or not self.is_under_way(outgoing):
            return None
        try:
            return Opened(kept.url, self._ask(kept.url))
        except (ServerUnreachable, SignInRequired, PortalFault):
            raise
        except GuildmarkError:
            return None  # abandoned, finished or expired: a new one says why, if that is refused too

    def create(self, outgoing: Outgoing) -> Opened:
        """Announce the file. The portal answers the same announcement with the same upload while that is not complete."""
        response = self._transport.request(
            "POST",
            f"{API}/attempts/{self._attempt}/uploads",
            headers=_tus({"Upload-Length": str(outgoing.size), "Upload-Metadata": outgoing.metadata}),
        )
        # Only the path: our token goes to no other host, whatever address the portal thinks that it has.
        url = response.request.url.join(response.headers.get("Location", "")).raw_path.decode()
        note = _Remembered(url=url, sha256=outgoing.sha256, size=outgoing.size)
        try:
            write_atomically(self._note(outgoing.category), note.model_dump_json().encode())
        except OSError:
            self._held[outgoing.category] = note
        return Opened(url, _standing(response, default=0))

    def _ask(self, url: str) -> Standing:
        return _standing(self._transport.request("HEAD", url, headers=_tus({})), default=0)

    def _ask_after(self, refusal: GuildmarkError, url: str, offset: int) -> Standing:
        """Where the upload stands, if that is past `offset`: a chunk whose answer was lost arrives twice, and is refused."""
        try:
            standing = self._ask(url)
        except Refused:
            raise refusal from None  # it says why; the answer to HEAD has no words
        if standing.offset <= offset and standing.submission is None:
            raise refusal
        return standing

    def _advance(self, url: str, offset: int, chunk: bytes, pace: _Pace, waits: Iterator[float]) -> Standing:
        """Send `chunk`; where the upload stands then. A cut takes one of `waits`; with none left it is raised."""
        headers = _tus({"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"})
        try:
            response = self._transport.request("PATCH", url, content=chunk, headers=headers, repeatable=False)
        except (ServerUnreachable, PortalFault, Refused) as error:
            if not _is_weather(error):
                return self._ask_after(error, url, offset)
            seconds = next(waits, None)
            if seconds is None:
                raise
            pace.slower()
            self._transport.patience.sleep(seconds)
            return self._ask(url)
        standing = _standing(response, default=offset + len(chunk))
        if standing.offset <= offset:
            raise OurFault(_("The portal took the bytes and does not count them."))
        pace.faster()
        return standing

    def _remembered(self, category: str) -> _Remembered | None:
        if category in self._held:
            return self._held[category]
        try:
            kept = _Remembered.model_validate_json(self._note(category).read_bytes())
        except (OSError, ValidationError):
            return None
        # A folder that comes from somebody else may name any address, and our token would go there.
        return kept if kept.url.startswith(f"{API}/") else None

    def _note(self, category: str) -> Path:
        return self._memory / f"{category}.json"


def _chunk(file: BinaryIO, outgoing: Outgoing, offset: int, pace: _Pace) -> bytes:
    """The bytes to send next. Raises `Refused` if the file has become shorter than it was announced, or cannot be read."""
    try:
        file.seek(offset)
        chunk = file.read(min(pace.chunk_bytes, outgoing.size - offset))
    except OSError as error:
        raise not_read(outgoing.path, error) from error
    if len(chunk) < min(pace.chunk_bytes, outgoing.size - offset):
        raise file_changed(outgoing.path)
    return chunk


def _is_weather(error: GuildmarkError) -> bool:
    """Whether it passes: no connection, a portal that stumbles, or what came before the cut is still being put away."""
    return isinstance(error, ServerUnreachable | PortalFault) or error.code == _BUSY


def _tus(headers: dict[str, str]) -> dict[str, str]:
    return {"Tus-Resumable": TUS_VERSION, **headers}


def _standing(response: httpx.Response, *, default: int) -> Standing:
    said = response.headers.get("Upload-Offset", "")
    return Standing(int(said) if said.isdecimal() else default, response.headers.get(SUBMISSION_HEADER))
