"""What the worker writes and the grader reads: a stream of frames with a fixed header.

    frame       magic "GMR1", kind (1 byte), length of the payload (4 bytes, little-endian), payload
    STAGE       1 byte, the stage that begins; the reader takes the time
    REFUSED     a record of findings, see `pack_findings`
    ACCEPTED    a record of what an inspection learnt, see `pack_accepted`; the model that was written out lies in a file
    TIME        8 bytes, how long 1,000 rows take to predict, in microseconds; before the array, where the task asks for it
    PREDICTIONS one array, row after row, float32 little-endian; its size is known to the reader beforehand
    WORDS       what a probe of the self-check found, a few printable words

All but STAGE and TIME end the stream. Nothing in it can say that a fault is ours: whoever writes it may have met the file.
"""

import struct
from collections.abc import Iterable
from enum import IntEnum

from guildmark.inspection import Finding, printable
from guildmark.rules.contract import ModelFormat

HEADER = struct.Struct("<4sBI")
MICROSECONDS = struct.Struct("<Q")
MAGIC = b"GMR1"

FINDINGS_LIMIT = 16
PARAMS_LIMIT = 4
TEXT_LIMIT = 200


class Kind(IntEnum):
    """What a frame carries."""

    STAGE = 1
    REFUSED = 2
    ACCEPTED = 3
    PREDICTIONS = 4
    WORDS = 5
    TIME = 6


class Stage(IntEnum):
    """How far the worker has come."""

    INSPECTING = 1
    LOADING = 2
    PREDICTING = 3
    TIMING = 4
    ANSWERING = 5


class ParamType(IntEnum):
    """The type of a parameter in a record of findings."""

    TEXT = 1
    INTEGER = 2


def frame(kind: Kind, payload: bytes | memoryview) -> bytes:
    """A header alone, or with a short payload. Longer payloads are written after `header`."""
    return header(kind, len(payload)) + bytes(payload)


def header(kind: Kind, length: int) -> bytes:
    """The header of a frame whose payload has `length` bytes."""
    return HEADER.pack(MAGIC, kind, length)


def pack_findings(findings: Iterable[Finding]) -> bytes:
    """A record: a count, then for each finding its code, and its parameters by name, type and value. Lengths are one byte."""
    kept = list(findings)[:FINDINGS_LIMIT]
    parts = [bytes([len(kept)])]
    for finding in kept:
        params = list(finding.params.items())[:PARAMS_LIMIT]
        parts += [_short(finding.code), bytes([len(params)])]
        for name, value in params:
            parts += [_short(name), _packed(value)]
    return b"".join(parts)


def pack_accepted(kind: ModelFormat, version: str, *, is_recurrent: bool) -> bytes:
    """A record: the format of a model that passed inspection, whether it has recurrent layers, and who saved it."""
    return bytes([list(ModelFormat).index(kind), is_recurrent]) + _short(version)


def _packed(value: str | float) -> bytes:
    if isinstance(value, int):
        return bytes([ParamType.INTEGER]) + struct.pack("<q", value)
    return bytes([ParamType.TEXT]) + _short(str(value))


def _short(text: str) -> bytes:
    encoded = printable(text, TEXT_LIMIT).encode("ascii")
    return bytes([len(encoded)]) + encoded
