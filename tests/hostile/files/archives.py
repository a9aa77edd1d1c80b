"""Zip archives that link, climb, repeat, lie and swell. `.keras` all of them; SavedModels have the same door."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

from tests.hostile.files.bench import CONFIG, WEIGHTS, Bench, write_zip
from tests.hostile.files.keras_code import lambda_layer

_SYMLINK = 0o120777 << 16
_MIB = 1024 * 1024


def symbolic_link(bench: Bench, at: Path) -> None:
    """The weights are a link to a secret."""
    _with_entry(bench, at, WEIGHTS, str(bench.marks.secret_h5).encode(), attributes=_SYMLINK)


def climbing_entry(bench: Bench, at: Path) -> None:
    _with_entry(bench, at, "../" * 12 + str(bench.marks.marker).lstrip("/"), b"x")


def absolute_entry(bench: Bench, at: Path) -> None:
    _with_entry(bench, at, str(bench.marks.marker), b"x")


def climbing_asset(bench: Bench, at: Path) -> None:
    _with_entry(bench, at, f"assets/layers/words/{'../' * 12}{str(bench.marks.marker).lstrip('/')}", b"x")


def link_and_a_file_through_it(bench: Bench, at: Path) -> None:
    """A link to a folder of the host, then a file below it: no name climbs."""
    with zipfile.ZipFile(at, "w") as archive:
        link = zipfile.ZipInfo("assets")
        link.external_attr = _SYMLINK
        archive.writestr(link, str(bench.marks.marker.parent))
        archive.writestr("assets/marker", b"x")
        for name, content in bench.keras_parts().items():
            archive.writestr(name, content)


def second_configuration(bench: Bench, at: Path) -> None:
    """An honest configuration first, and one with code under the same name, which a reader of zip archives believes."""
    lambda_layer(bench, at)
    with zipfile.ZipFile(at) as archive:
        hostile = archive.read(CONFIG)
    with zipfile.ZipFile(at, "w") as archive:
        for name, content in bench.keras_parts().items():
            archive.writestr(name, content)
        again = zipfile.ZipInfo(CONFIG)
        archive.NameToInfo.pop(CONFIG)
        archive.writestr(again, hostile)


def module_beside(bench: Bench, at: Path) -> None:
    """A Python module that would be found by whoever adds the archive to the path."""
    _with_entry(bench, at, "keras.py", f"import pathlib; pathlib.Path({str(bench.marks.marker)!r}).touch()".encode())


def encrypted_entry(bench: Bench, at: Path) -> None:
    """The flag alone makes readers ask for a password."""
    write_zip(at, bench.keras_parts())
    content = bytearray(at.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(signature)
        while start >= 0:
            content[start + offset] |= 1
            start = content.find(signature, start + 4)
    at.write_bytes(content)


def swelling_weights(bench: Bench, at: Path) -> None:
    """3.9 GiB of zeros, under Keras's own limit of 4, in 4 MB."""
    _with_swelling(bench, at, 3993 * _MIB)


def swelling_under_a_lie(bench: Bench, at: Path) -> None:
    """The directory declares a few bytes; the data go on."""
    _with_swelling(bench, at, 512 * _MIB, declared=1000)


def many_entries(bench: Bench, at: Path) -> None:
    with zipfile.ZipFile(at, "w") as archive:
        for name, content in bench.keras_parts().items():
            archive.writestr(name, content)
        for number in range(20_000):
            archive.writestr(f"assets/{number}", b"")


def overlapping_entries(bench: Bench, at: Path) -> None:
    """1,000 names in the directory for the same 2 MiB of zeros: each is small, together they are not."""
    squeezed = _deflated(2 * _MIB)
    content, directory = io.BytesIO(), io.BytesIO()
    for name, data in bench.keras_parts().items():
        _write_entry(content, directory, name, data, data)
    start = content.tell()
    _write_entry(content, io.BytesIO(), "a0", b"\0" * (2 * _MIB), squeezed)
    for number in range(1000):
        directory.write(_directory_entry(f"a{number}", b"\0" * (2 * _MIB), squeezed, start))
    at.write_bytes(_finished(content, directory, 1000 + len(bench.keras_parts())))


def second_nature(bench: Bench, at: Path) -> None:
    """An HDF5 file with an archive behind it: who goes by the first bytes and who goes by the last differ."""
    lambda_layer(bench, at)
    at.write_bytes(bench.h5_file.read_bytes() + at.read_bytes())


def cut_short(bench: Bench, at: Path) -> None:
    content = bench.keras_file.read_bytes()
    at.write_bytes(content[: len(content) * 2 // 3])


def flipped_bits(bench: Bench, at: Path) -> None:
    """One bit in every 500 bytes."""
    content = bytearray(bench.keras_file.read_bytes())
    for place in range(40, len(content), 500):
        content[place] ^= 1 << (place % 8)
    at.write_bytes(content)


def _with_entry(bench: Bench, at: Path, name: str, content: bytes, *, attributes: int = 0o644 << 16) -> None:
    """An honest `.keras` with one more entry, or one in place of its own."""
    with zipfile.ZipFile(at, "w") as archive:
        for own, honest in bench.keras_parts().items():
            if own != name:
                archive.writestr(own, honest)
        entry = zipfile.ZipInfo(name)
        entry.external_attr = attributes
        archive.writestr(entry, content)


def _with_swelling(bench: Bench, at: Path, size: int, declared: int | None = None) -> None:
    content, directory = io.BytesIO(), io.BytesIO()
    for name, data in bench.keras_parts().items():
        if name != WEIGHTS:
            _write_entry(content, directory, name, data, data)
    squeezed, start = _deflated(size), content.tell()
    entry = _directory_entry(WEIGHTS, None, squeezed, start, size=declared or size)
    content.write(_local_header(WEIGHTS, 0, len(squeezed), declared or size, zipfile.ZIP_DEFLATED) + squeezed)
    directory.write(entry)
    at.write_bytes(_finished(content, directory, len(bench.keras_parts())))


def _deflated(size: int) -> bytes:
    """`size` zeros: one MiB deflated, and repeated, which a full flush allows."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(b"\0" * _MIB) + packer.flush(zlib.Z_FULL_FLUSH)
    return piece * (size // _MIB) + packer.flush()


def _write_entry(content: io.BytesIO, directory: io.BytesIO, name: str, data: bytes, stored: bytes) -> None:
    start = content.tell()
    method = zipfile.ZIP_STORED if data is stored else zipfile.ZIP_DEFLATED
    content.write(_local_header(name, zlib.crc32(data), len(stored), len(data), method) + stored)
    directory.write(_directory_entry(name, data, stored, start))


def _local_header(name: str, crc: int, packed: int, size: int, method: int) -> bytes:
    return struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, method, 0, 0x21, crc, packed, size, len(name), 0) + name.encode()


def _directory_entry(name: str, data: bytes | None, stored: bytes, start: int, *, size: int = 0) -> bytes:
    method = zipfile.ZIP_STORED if data is stored else zipfile.ZIP_DEFLATED
    crc, size = (0, size) if data is None else (zlib.crc32(data), len(data))
    fixed = (b"PK\x01\x02", 20, 20, 0, method, 0, 0x21, crc, len(stored), size, len(name), 0, 0, 0, 0, 0, start)
    return struct.pack("<4s6H3L5H2L", *fixed) + name.encode()


def _finished(content: io.BytesIO, directory: io.BytesIO, entries: int) -> bytes:
    listed = directory.getvalue()
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries, entries, len(listed), content.tell(), 0)
    return content.getvalue() + listed + end
