"""Reading a reply: hostile bytes, whatever the worker's code is worth once it has met the file.

Nothing here decodes more than fixed headers and short records. An array is taken by its exact length; a finding must be a
known code of the candidate's kind with exactly the parameters of its sentence, and its texts are escaped again.
"""

import string
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from guildmark.inspection import Finding, printable
from guildmark.inspection.findings import NAME_LENGTH
from guildmark.rules.contract import ModelFormat
from guildmark.rules.reasons import REASONS
from guildmark.rules.verdict import Verdict
from guildmark_grader.worker.reply import (
    FINDINGS_LIMIT,
    HEADER,
    MAGIC,
    MICROSECONDS,
    PARAMS_LIMIT,
    TEXT_LIMIT,
    Kind,
    ParamType,
    Stage,
)

_RECORD_LIMIT = 64 * 1024
_THE_CANDIDATES = frozenset({Verdict.REJECTED, Verdict.FAILED, Verdict.OUT_OF_MEMORY})


class Malformed(Exception):
    """The bytes are not a reply."""


@dataclass(frozen=True)
class Accepted:
    """What an inspection learnt of a file that passed. `version` is what the file says of Keras, or empty."""

    format: ModelFormat
    version: str
    is_recurrent: bool


@dataclass(frozen=True)
class Reply:
    """A reply that is complete: one of the first four is set. `micros` is what a timed model says that 1,000 rows took."""

    findings: tuple[Finding, ...] = ()
    accepted: Accepted | None = None
    predictions: bytes | None = None
    words: str | None = None
    micros: int | None = None


class Reader:
    """Takes a reply in as it arrives. `predictions_bytes` is the only length that an array may have."""

    def __init__(self, predictions_bytes: int) -> None:
        self._expected = predictions_bytes
        self._pending = bytearray()
        self._micros: int | None = None
        self.stages: list[Stage] = []
        self.reply: Reply | None = None

    def feed(self, chunk: bytes) -> None:
        """Take `chunk` in; `stages` and `reply` follow. Raises `Malformed`."""
        self._pending += chunk
        while self.reply is None and len(self._pending) >= HEADER.size:
            magic, number, length = HEADER.unpack_from(self._pending)
            kind = self._checked_kind(magic, number, length)
            if len(self._pending) < HEADER.size + length:
                return
            payload = bytes(self._pending[HEADER.size : HEADER.size + length])
            del self._pending[: HEADER.size + length]
            self._take(kind, payload)

    def _checked_kind(self, magic: bytes, number: int, length: int) -> Kind:
        if magic != MAGIC or number not in Kind.__members__.values():
            raise Malformed("no frame")
        kind = Kind(number)
        allowed = {
            Kind.STAGE: length == 1,
            Kind.TIME: length == MICROSECONDS.size,
            Kind.PREDICTIONS: length == self._expected,
        }
        if not allowed.get(kind, length <= _RECORD_LIMIT):
            raise Malformed(f"a {kind.name} of {length} bytes")
        return kind

    def _take(self, kind: Kind, payload: bytes) -> None:
        if kind is Kind.STAGE:
            self._take_stage(payload[0])
        elif kind is Kind.PREDICTIONS:
            self.reply = Reply(predictions=payload, micros=self._micros)
        elif kind is Kind.TIME:
            self._take_time(payload)
        elif kind is Kind.REFUSED:
            self.reply = Reply(findings=tuple(parse_findings(payload)))
        elif kind is Kind.ACCEPTED:
            self.reply = Reply(accepted=_accepted(payload))
        else:
            self.reply = Reply(words=printable(payload.decode("ascii", "replace"), TEXT_LIMIT))

    def _take_stage(self, number: int) -> None:
        if number not in Stage.__members__.values() or (self.stages and number <= self.stages[-1]):
            raise Malformed("stages out of order")
        self.stages.append(Stage(number))

    def _take_time(self, payload: bytes) -> None:
        if self._micros is not None:
            raise Malformed("two times")
        self._micros = int(MICROSECONDS.unpack(payload)[0])


def _accepted(record: bytes) -> Accepted:
    reading = _Reading(record)
    kinds, number, is_recurrent, version = list(ModelFormat), reading.byte(), reading.byte(), reading.text()
    if number >= len(kinds) or is_recurrent > 1 or not reading.is_at_end:
        raise Malformed("not what an inspection learns")
    return Accepted(kinds[number], version, bool(is_recurrent))


def parse_findings(record: bytes) -> list[Finding]:
    """The findings in a record. Raises `Malformed` unless it holds at least one, and every one is sound."""
    reading = _Reading(record)
    count = reading.byte()
    if not 1 <= count <= FINDINGS_LIMIT:
        raise Malformed("no findings, or too many")
    findings = [_finding(reading) for _ in range(count)]
    if not reading.is_at_end:
        raise Malformed("more than the findings")
    return findings


def _finding(reading: "_Reading") -> Finding:
    code, count = reading.text(), reading.byte()
    if code not in REASONS or REASONS[code].verdict not in _THE_CANDIDATES or count > PARAMS_LIMIT:
        raise Malformed("not a reason that a worker may give")
    params = {reading.text(): reading.value() for _ in range(count)}
    if set(params) != set(_gaps(code)):
        raise Malformed("not the parameters of the reason")
    return Finding(code, params)


def _gaps(code: str) -> Iterator[str]:
    return (name for _, name, _, _ in string.Formatter().parse(REASONS[code].sentence) if name is not None)


class _Reading:
    """A cursor over a record."""

    def __init__(self, record: bytes) -> None:
        self._record = record
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        return self._at == len(self._record)

    def byte(self) -> int:
        return self._bytes(1)[0]

    def text(self) -> str:
        return printable(self._bytes(self.byte()).decode("ascii", "replace"), TEXT_LIMIT)

    def value(self) -> str | int | float:
        kind = self.byte()
        if kind == ParamType.TEXT:
            return printable(self.text(), NAME_LENGTH)
        if kind == ParamType.INTEGER:
            return int(struct.unpack("<q", self._bytes(8))[0])
        raise Malformed("a parameter of an unknown type")

    def _bytes(self, count: int) -> bytes:
        taken = self._record[self._at : self._at + count]
        if len(taken) != count:
            raise Malformed("a record that is cut short")
        self._at += count
        return taken
