"""Protocol buffers, read strictly: a message is what its schema says, once, and nothing else.

A lenient reader keeps the last of two values, skips what it does not know and merges what stands there twice; two readers then
see two models in one file. So whatever could be read in two ways is refused here, and what passes means the same to any
reader. Schemas are short tables of text (`schemas`); a part that nobody has to look into is `opaque` and stays bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from guildmark.inspection.findings import Unfit, printable

DEPTH_LIMIT: Final = 60
FIELDS_LIMIT: Final = 1_000_000

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WIRE: Final = {"int": _VARINT, "fixed64": _FIXED64, "fixed32": _FIXED32, "text": _BYTES, "bytes": _BYTES, "opaque": _BYTES}
_FIXED_SIZES: Final = {_FIXED64: 8, _FIXED32: 4}
_VARINT_BYTES: Final = 10
_MORE, _LOW, _WORD = 0x80, 0x7F, 1 << 64
_BITS: Final = 7


class Field(NamedTuple):
    """A field of a message: `kind` is a key of `_WIRE`, or the name of another message; of the choices, one may be there."""

    name: str
    kind: str
    wire: int
    is_repeated: bool
    is_choice: bool


Schema = Mapping[int, Field]
Schemas = Mapping[str, Schema]


def schemas(text: str) -> Schemas:
    """Schemas out of their table: a line with the name of a message, then a line `number name kind` for each field.

    After the kind, `*` means that it may be there many times, `?` that it is one of the message's choices.
    """
    read: dict[str, dict[int, Field]] = {}
    message = ""
    for words in map(str.split, text.strip().splitlines()):
        if len(words) == 1:
            message = words[0]
            read[message] = {}
        elif words:
            number, name, kind = words
            bare = kind.rstrip("*?")
            read[message][int(number)] = Field(name, bare, _WIRE.get(bare, _BYTES), kind.endswith("*"), kind.endswith("?"))
    return read


@dataclass(frozen=True, slots=True)
class Parsed:
    """A message that was read: lists of values by the name of the field. Packed numbers stay bytes until asked for."""

    schema: str
    fields: dict[str, list[Any]] = field(default_factory=dict)

    def one(self, name: str) -> Any:
        """The value of a field that is there once, or None."""
        return self.fields[name][0] if name in self.fields else None

    def all(self, name: str) -> list[Any]:
        """The values of a field that may be there many times."""
        return self.fields.get(name, [])

    def text(self, name: str) -> str:
        """A field of text; empty if it is not there."""
        return str(self.fields[name][0]) if name in self.fields else ""

    def number(self, name: str) -> int:
        """A field of whole numbers, signed; 0 if it is not there."""
        return signed(self.fields[name][0]) if name in self.fields else 0

    def numbers(self, name: str, limit: int) -> list[int]:
        """All the numbers of a repeated field, packed or not, signed. Raises `Unfit` beyond `limit` of them."""
        found: list[int] = []
        for value in self.all(name):
            found.extend(_unpacked(value, limit) if isinstance(value, bytes) else (signed(value),))
            if len(found) > limit:
                raise Unfit("config.too_complex")
        return found

    def mapping(self, name: str) -> dict[str, Any]:
        """A field that maps text to values. Raises `Unfit` for a key that is there twice."""
        found = {entry.text("key"): entry.one("value") for entry in self.all(name)}
        if len(found) != len(self.all(name)):
            raise Unfit("file.corrupt")
        return found


@dataclass(frozen=True)
class Document:
    """A whole file that was read: its outermost message, and all messages in it by the name of their schema."""

    root: Parsed
    messages: Mapping[str, list[Parsed]]

    def every(self, schema: str) -> list[Parsed]:
        """All messages of one schema, however deep they stand."""
        return self.messages.get(schema, [])


def signed(number: int) -> int:
    """A number as two's complement of 64 bits."""
    return number - _WORD if number >> 63 else number


def parse(data: bytes, message: str, known: Schemas) -> Document:
    """The `message` in `data`. Raises `Unfit` for damage, for what the schema does not know, and beyond the bounds."""
    reader = _Reader(data, known)
    return Document(reader.message(0, len(data), message, 1), reader.found)


class _Reader:
    def __init__(self, data: bytes, known: Schemas) -> None:
        self._data = data
        self._known = known
        self._left = FIELDS_LIMIT
        self.found: dict[str, list[Parsed]] = {name: [] for name in known}

    def message(self, at: int, end: int, name: str, depth: int) -> Parsed:
        if depth > DEPTH_LIMIT:
            raise Unfit("config.too_complex")
        data, schema, choices = self._data, self._known[name], 0
        fields: dict[str, list[Any]] = {}
        while at < end:
            self._left -= 1
            if self._left < 0:
                raise Unfit("config.too_complex")
            key = data[at]
            at += 1
            if key >= _MORE:
                key, at = self._varint(at - 1, end)
            known = schema.get(key >> 3)
            if known is None:
                raise Unfit("file.unknown_part", {"name": printable(f"{name}.{key >> 3}")})
            value, at = self._value(at, end, key & 7, known, depth)
            choices += known.is_choice
            if known.name not in fields and choices <= 1:
                fields[known.name] = [value]
            elif known.is_repeated:
                fields[known.name].append(value)
            else:
                raise Unfit("file.corrupt")
        message = Parsed(name, fields)
        self.found[name].append(message)
        return message

    def _value(self, at: int, end: int, wire: int, known: Field, depth: int) -> tuple[Any, int]:
        data = self._data
        is_packed = wire == _BYTES and known.is_repeated and known.wire != _BYTES
        if wire != known.wire and not is_packed:
            raise Unfit("file.corrupt")
        if wire == _VARINT:
            return self._varint(at, end)
        if wire != _BYTES:
            size = _FIXED_SIZES[wire]
        elif at < end and data[at] < _MORE:
            size, at = data[at], at + 1
        else:
            size, at = self._varint(at, end)
        stop = at + size
        if stop > end:
            raise Unfit("file.corrupt")
        if known.kind not in _WIRE:
            return self.message(at, stop, known.kind, depth + 1), stop
        content = data[at:stop]
        if known.kind == "text":
            return _text(content), stop
        return (int.from_bytes(content, "little") if wire != _BYTES else content), stop

    def _varint(self, at: int, end: int) -> tuple[int, int]:
        data, value, shift = self._data, 0, 0
        while at < end and shift < 7 * _VARINT_BYTES:
            byte = data[at]
            at += 1
            value |= (byte & _LOW) << shift
            if byte < _MORE:
                # A number with needless zeros behind it is one that no library writes: bytes to hide another file in.
                if value >= _WORD or (not byte and shift):
                    break
                return value, at
            shift += 7
        raise Unfit("file.corrupt")


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Unfit("file.corrupt") from None


def _unpacked(content: bytes, limit: int) -> list[int]:
    found: list[int] = []
    value = shift = 0
    for byte in content:
        value |= (byte & _LOW) << shift
        shift += 7
        if byte < _MORE:
            if not byte and shift > _BITS:
                raise Unfit("file.corrupt")
            found.append(signed(value % _WORD))
            value = shift = 0
        if shift >= 7 * _VARINT_BYTES or len(found) > limit:
            raise Unfit("config.too_complex" if len(found) > limit else "file.corrupt")
    if shift:
        raise Unfit("file.corrupt")
    return found
