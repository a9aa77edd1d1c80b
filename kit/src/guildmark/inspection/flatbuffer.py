"""FlatBuffers, read with every offset checked: tables, vectors and texts that lie within the file.

A FlatBuffer is a web of offsets, and two tables may share a third. Nothing here follows one on its own account: the reader of a
format asks for the fields that it knows, at a depth that its schema fixes, and what it has asked for is counted.
"""

import struct
from dataclasses import dataclass
from typing import Final

from guildmark.inspection.findings import Unfit

READS_LIMIT: Final = 400_000

_U16, _I32, _U32, _U64 = (struct.Struct(form) for form in ("<H", "<i", "<I", "<Q"))
_FORMS: Final = {"u8": struct.Struct("<B"), "i8": struct.Struct("<b"), "i32": _I32, "u32": _U32, "u64": _U64}
_FIRST_FIELD: Final = 4


class Buffer:
    """The bytes of a file. Raises `Unfit` for an offset that leads out of them, and for more reads than a model needs."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._left = READS_LIMIT

    def root(self) -> "Table":
        """The table with which the file begins."""
        return Table(self, self.follow(0))

    def number(self, form: struct.Struct, at: int) -> int:
        """The number at `at`."""
        self.spend(1)
        if not 0 <= at <= len(self._data) - form.size:
            raise Unfit("file.corrupt")
        return int(form.unpack_from(self._data, at)[0])

    def spend(self, reads: int) -> None:
        """Count reads, those of a vector before it is read."""
        self._left -= reads
        if self._left < 0:
            raise Unfit("config.too_complex")

    def follow(self, at: int) -> int:
        """Where the offset at `at` leads: always onwards, so no path has a cycle."""
        step = self.number(_U32, at)
        if step == 0:
            raise Unfit("file.corrupt")
        return at + step

    def content(self, at: int, size: int) -> bytes:
        """`size` bytes from `at`."""
        self.require(at, size)
        return self._data[at : at + size]

    def require(self, at: int, size: int) -> None:
        """Raises `Unfit` unless `size` bytes from `at` are in the file."""
        if size < 0 or not 0 <= at <= len(self._data) - size:
            raise Unfit("file.corrupt")


@dataclass(frozen=True, slots=True)
class Table:
    """A table at a place in the file. Fields go by their number in the schema."""

    buffer: Buffer
    at: int

    def number(self, field: int, form: str, default: int = 0) -> int:
        """A scalar field; `default` where the table leaves it out."""
        place = self._place(field)
        return default if place is None else self.buffer.number(_FORMS[form], place)

    def has(self, field: int) -> bool:
        """Whether the field is there at all."""
        return self._place(field) is not None

    def table(self, field: int) -> "Table | None":
        """A field that is a table."""
        place = self._place(field)
        return None if place is None else Table(self.buffer, self.buffer.follow(place))

    def tables(self, field: int) -> "list[Table]":
        """A field that is a vector of tables."""
        items = self._items(field, _U32.size)
        self.buffer.spend(len(items))
        return [Table(self.buffer, self.buffer.follow(place)) for place in items]

    def numbers(self, field: int, form: str) -> list[int]:
        """A field that is a vector of numbers."""
        shape = _FORMS[form]
        items = self._items(field, shape.size)
        self.buffer.spend(len(items))
        return [self.buffer.number(shape, place) for place in items]

    def size(self, field: int, item_bytes: int = 1) -> int:
        """How many items a vector has; all of them lie within the file."""
        return len(self._items(field, item_bytes))

    def text(self, field: int) -> str:
        """A field of text; what is not UTF-8 is shown escaped."""
        items = self._items(field, 1)
        return self.buffer.content(items.start, len(items)).decode(errors="backslashreplace")

    def _items(self, field: int, item_bytes: int) -> range:
        place = self._place(field)
        if place is None:
            return range(0)
        start = self.buffer.follow(place)
        count = self.buffer.number(_U32, start)
        first = start + _U32.size
        self.buffer.require(first, count * item_bytes)
        return range(first, first + count * item_bytes, item_bytes)

    def _place(self, field: int) -> int | None:
        """Where the field stands: the table refers to a list of places, which lies somewhere before or after it."""
        places = self.at - self.buffer.number(_I32, self.at)
        size, slot = self.buffer.number(_U16, places), _FIRST_FIELD + 2 * field
        if size < _FIRST_FIELD or size % 2:
            raise Unfit("file.corrupt")
        if slot >= size:
            return None
        step = self.buffer.number(_U16, places + slot)
        return self.at + step if step else None
