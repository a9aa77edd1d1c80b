"""How long the texts in an HDF5 file can get, told from its bytes, before HDF5 is asked for one.

A text of free length lies in a heap, and whoever has it holds a reference: how long it is, where the heap is, and the number of
the text in it. Nothing keeps a reference from saying that a short text has four gigabytes, nor a list from naming one text of
megabytes a thousand times, and HDF5 makes room for whatever it is told. So the heaps are read by hand and all references to
them found: each has to agree with its text, and together they are bounded.
"""

import mmap
import struct
from collections.abc import Iterator
from typing import Final

from guildmark.inspection.findings import Unfit
from guildmark.inspection.limits import Limits

_HEAP: Final = b"GCOL"
_HEAP_HEADER: Final = struct.Struct("<4sB3xQ")
_TEXT_HEADER: Final = struct.Struct("<HH4xQ")
_ADDRESS: Final = struct.Struct("<Q")
_LENGTH, _NUMBER = struct.Struct("<I"), struct.Struct("<I")
_MOST_HEAPS: Final = 128
_ALIGNMENT: Final = 8


def require_short(data: bytes | mmap.mmap, limits: Limits) -> None:
    """Raises `Unfit` if a reference in `data`, the bytes of a file, claims more than its text has, or all come to too much."""
    total = 0
    for address in _heaps(data):
        sizes = dict(_texts(data, address))
        for length, number in _references(data, address):
            if length > sizes.get(number, length):
                raise Unfit("file.corrupt")
            total += length if number in sizes else 0
            if total > limits.expanded_bytes:
                raise Unfit("config.too_complex")


def _heaps(data: bytes | mmap.mmap) -> Iterator[int]:
    at = data.find(_HEAP)
    for _ in range(_MOST_HEAPS):
        if at < 0:
            return
        if at % _ALIGNMENT == 0:
            yield at
        at = data.find(_HEAP, at + 1)
    raise Unfit("config.too_complex")


def _references(data: bytes | mmap.mmap, address: int) -> Iterator[tuple[int, int]]:
    """Length and number in whatever looks like a reference to the heap at `address`; those that are none say 0 for a length."""
    packed = _ADDRESS.pack(address)
    at = data.find(packed, _LENGTH.size)
    while 0 <= at <= len(data) - _ADDRESS.size - _NUMBER.size:
        yield _LENGTH.unpack_from(data, at - _LENGTH.size)[0], _NUMBER.unpack_from(data, at + _ADDRESS.size)[0]
        at = data.find(packed, at + 1)


def _texts(data: bytes | mmap.mmap, at: int) -> Iterator[tuple[int, int]]:
    """Number and size of the texts in the heap at `at`. They fill it without a gap; HDF5 runs in circles where they do not."""
    if at + _HEAP_HEADER.size > len(data):
        raise Unfit("file.corrupt")
    _, version, heap_size = _HEAP_HEADER.unpack_from(data, at)
    if version != 1 or not _HEAP_HEADER.size <= heap_size <= len(data) - at:
        raise Unfit("file.corrupt")
    place, end = at + _HEAP_HEADER.size, at + heap_size
    while end - place >= _TEXT_HEADER.size:
        index, _, size = _TEXT_HEADER.unpack_from(data, place)
        whole = size if index == 0 else _TEXT_HEADER.size + -(-size // _ALIGNMENT) * _ALIGNMENT
        if whole > end - place or (index == 0 and whole != end - place):
            raise Unfit("file.corrupt")
        if index:
            yield index, size
        place += whole
