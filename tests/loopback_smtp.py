"""A mail server on loopback: real SMTP in a thread of its own, which refuses whom a test names, and hangs on wish.

It speaks what a client of RFC 5321 needs (EHLO, HELO, MAIL, RCPT, DATA, RSET, NOOP, QUIT), takes the dots of DATA out again,
and keeps every letter with its envelope. It offers no extension, so that letters arrive as a server of any age would get them.
"""

import asyncio
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Final, Self

_ADDRESS = re.compile(r"(?:FROM|TO):\s*<([^>]*)>", re.IGNORECASE)
_START_S = 10
_SIMPLE: Final = {"NOOP": "250 2.0.0 Here", "QUIT": "221 2.0.0 Good bye"}


@dataclass(frozen=True)
class Delivered:
    """One letter as it arrived."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The letter, read by the rules of today."""
        read = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(read, EmailMessage)
        return read


@dataclass
class _Envelope:
    sender: str | None = None
    recipients: list[str] = field(default_factory=list)


class LoopbackSmtp:
    """The server, between `with` and its end. `refuse` maps an address to the answer that its RCPT gets: `550 5.1.1 …`;
    `refuse_sender` is the answer to every MAIL. With `hangs` it takes connections and never says a word.
    """

    def __init__(self, *, refuse: dict[str, str] | None = None, hangs: bool = False) -> None:
        self.refuse, self.hangs = dict(refuse or {}), hangs
        self.refuse_sender = ""
        self.letters: list[Delivered] = []
        self.connections = 0
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="loopback-smtp", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(_START_S)
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(_START_S)
        assert not self._thread.is_alive()

    def letter_to(self, address: str, *, timeout_s: float = 20) -> Delivered:
        """The newest letter to the address; waits for one."""
        self.until(lambda: any(address in one.recipients for one in self.letters), timeout_s)
        return next(one for one in reversed(self.letters) if address in one.recipients)

    @staticmethod
    def until(condition: Callable[[], object], timeout_s: float = 20) -> None:
        """Wait for `condition`."""
        end = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < end, f"waited {timeout_s} s in vain"
            time.sleep(0.02)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stopped = asyncio.Event()
        self._talks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopped.wait()
        server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        talk = self._loop.create_task(self._talk(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.hangs:
                await self._stopped.wait()
            await self._session(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):  # the client went without QUIT, as clients may
            pass
        finally:
            writer.close()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 loopback ESMTP\r\n")
        envelope = _Envelope()
        while line := await reader.readline():
            verb, _, rest = line.decode("ascii", "replace").rstrip("\r\n").partition(" ")
            if verb.upper() == "DATA" and envelope.recipients:
                writer.write(b"354 End with a dot\r\n")
                content = await _undotted(reader)
                self.letters.append(Delivered(envelope.sender or "", tuple(envelope.recipients), content))
                envelope, answer = _Envelope(), "250 2.0.0 Taken"
            else:
                envelope, answer = self._answer(verb.upper(), rest, envelope)
            writer.write(f"{answer}\r\n".encode("ascii"))
            await writer.drain()
            if verb.upper() == "QUIT":
                return

    def _answer(self, verb: str, rest: str, envelope: _Envelope) -> tuple[_Envelope, str]:
        """What follows a command other than a DATA that may begin: the envelope as it stands now, and the answer."""
        named = _ADDRESS.match(rest)
        if verb in _SIMPLE:
            return envelope, _SIMPLE[verb]
        if verb in {"EHLO", "HELO", "RSET"}:
            return _Envelope(), "250 loopback"
        if verb == "MAIL" and self.refuse_sender:
            return _Envelope(), self.refuse_sender
        if verb == "MAIL" and named:
            return _Envelope(sender=named[1]), "250 2.1.0 Go on"
        if verb == "RCPT" and named and envelope.sender is not None:
            refusal = self.refuse.get(named[1])
            if refusal is None:
                envelope.recipients.append(named[1])
            return envelope, refusal or "250 2.1.5 Go on"
        known = verb in {"MAIL", "RCPT", "DATA"}
        return envelope, "503 5.5.1 Not now, or not so" if known else "502 5.5.2 Unknown"


async def _undotted(reader: asyncio.StreamReader) -> bytes:
    """What follows DATA, up to the dot that ends it; of lines that begin with a dot, one dot is the sender's protocol."""
    lines = list[bytes]()
    while (line := await reader.readuntil(b"\r\n")) != b".\r\n":
        lines.append(line.removeprefix(b"."))
    return b"".join(lines)
