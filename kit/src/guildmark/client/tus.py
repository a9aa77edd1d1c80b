"""A small tus 1.0 client: an upload is opened once, then its bytes are sent; a cut connection goes on where it stopped.

Opening is what counts before the deadline, so it is tried again until it is answered: opening another upload of a category
abandons the one before it, which makes the repetition harmless. The address of an upload is kept in a file, so that
another process can go on with it. After each cut the portal is asked how far it got; only progress renews our patience.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from guildmark.client.files import sha256_of, write_atomically
from guildmark.client.transport import API, Transport
from guildmark.errors import GuildmarkError, OurFault, Refused, ServerUnreachable
from guildmark.i18n import _
from guildmark.protocol import SUBMISSION_HEADER

TUS_VERSION = "1.0.0"
CHUNK_BYTES = 2 * 1024 * 1024
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Outgoing:
    """A file to send: what its opening request says of it. `size` in bytes."""

    path: Path
    category: str
    sha256: str
    size: int

    @classmethod
    def of(cls, path: Path, category: str) -> "Outgoing":
        """`path` with its digest and size."""
        return cls(path, category, sha256_of(path), path.stat().st_size)

    @property
    def metadata(self) -> str:
        """`Upload-Metadata`: names with their values in base64."""
        values = {"category": self.category, "filename": self.path.name, "sha256": self.sha256}
        return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


class _Remembered(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    url: str
    sha256: str
    size: int


@dataclass(frozen=True)
class _Standing:
    """Where an upload stands: bytes that arrived, and its submission once all have."""

    offset: int
    submission: str | None


class Uploader:
    """Sends files to one attempt. `memory` is the folder that keeps the addresses of uploads under way."""

    def __init__(self, transport: Transport, attempt: str, memory: Path) -> None:
        self._transport = transport
        self._attempt = attempt
        self._memory = memory

    def send(self, outgoing: Outgoing, progress: Progress) -> str | None:
        """Send all bytes, and give the id of the submission.

        None if the portal has all bytes but did not say the id: the connection was cut just there, and the id stands in
        the attempt's state. Raises `ServerUnreachable` when patience ends; the next call goes on from there.
        """
        url, standing = self._resume(outgoing) or self._create(outgoing)
        progress(standing.offset, outgoing.size)
        with outgoing.path.open("rb") as file:
            while standing.submission is None:
                file.seek(standing.offset)
                chunk = file.read(CHUNK_BYTES)
                if standing.offset + len(chunk) < outgoing.size and len(chunk) < CHUNK_BYTES:
                    raise _changed(outgoing.path)
                before, standing = standing, self._advance(url, standing.offset, chunk)
                progress(standing.offset, outgoing.size)
                if standing.offset >= outgoing.size:
                    break
                if standing.offset <= before.offset:
                    raise OurFault(_("The portal took the bytes and does not count them."))
        self._forget(outgoing.category)
        return standing.submission

    def _resume(self, outgoing: Outgoing) -> tuple[str, _Standing] | None:
        try:
            kept = _Remembered.model_validate_json(self._note(outgoing.category).read_bytes())
        except (OSError, ValidationError):
            return None
        if (kept.sha256, kept.size) != (outgoing.sha256, outgoing.size):
            return None
        try:
            return kept.url, self._ask(kept.url)
        except ServerUnreachable:
            raise
        except GuildmarkError:
            return None  # abandoned, finished or expired: a new one says why, if that is refused too

    def _create(self, outgoing: Outgoing) -> tuple[str, _Standing]:
        response = self._transport.request(
            "POST",
            f"{API}/attempts/{self._attempt}/uploads",
            headers=_tus({"Upload-Length": str(outgoing.size), "Upload-Metadata": outgoing.metadata}),
        )
        # Only the path: our token goes to no other host, whatever address the portal thinks that it has.
        url = response.request.url.join(response.headers.get("Location", "")).raw_path.decode()
        note = _Remembered(url=url, sha256=outgoing.sha256, size=outgoing.size)
        write_atomically(self._note(outgoing.category), note.model_dump_json().encode())
        return url, _standing(response, default=0)

    def _ask(self, url: str) -> _Standing:
        return _standing(self._transport.request("HEAD", url, headers=_tus({})), default=0)

    def _ask_after(self, refusal: Refused, url: str) -> _Standing:
        try:
            return self._ask(url)
        except Refused:
            raise refusal from None  # it says why; the answer to HEAD has no words

    def _advance(self, url: str, offset: int, chunk: bytes) -> _Standing:
        headers = _tus({"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"})
        waits = iter(self._transport.patience.waits_s)
        while True:
            try:
                response = self._transport.request("PATCH", url, content=chunk, headers=headers, repeatable=False)
                return _standing(response, default=offset + len(chunk))
            except ServerUnreachable:
                seconds = next(waits, None)
                if seconds is None:
                    raise
                self._transport.patience.sleep(seconds)
                standing = self._ask(url)
            except Refused as refusal:
                # A chunk whose answer was lost arrives twice: the portal refuses it, and knows a better offset.
                standing = self._ask_after(refusal, url)
                if standing.offset <= offset and standing.submission is None:
                    raise
            if standing.offset > offset or standing.submission is not None:
                return standing

    def _note(self, category: str) -> Path:
        return self._memory / f"{category}.json"

    def _forget(self, category: str) -> None:
        self._note(category).unlink(missing_ok=True)


def _tus(headers: dict[str, str]) -> dict[str, str]:
    return {"Tus-Resumable": TUS_VERSION, **headers}


def _standing(response: httpx.Response, *, default: int) -> _Standing:
    said = response.headers.get("Upload-Offset", "")
    return _Standing(int(said) if said.isdecimal() else default, response.headers.get(SUBMISSION_HEADER))


def _changed(path: Path) -> Refused:
    return Refused(
        _("{path} changed while it was being sent.").format(path=path),
        next_step=_("Let the training finish saving, then submit the file again."),
        code="file_changed",
    )
