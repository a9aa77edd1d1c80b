"""Zip archives of hostile origin: what an archive may declare, before any of it is expanded.

The end of the archive is read by hand first, because a reader of zip archives believes a directory of any length. Entries are
plain files, stored or deflated, each there once, under plain relative names; what they add up to is bounded.
"""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from guildmark.inspection.findings import Finding, Unfit, printable
from guildmark.inspection.limits import Limits

MAGIC: Final = b"PK\x03\x04"

DAMAGE: Final = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, EOFError, struct.error),
    *(OSError, KeyError, RuntimeError, ValueError, TypeError, OverflowError, AttributeError, UnicodeError),
)
"""What `zipfile`, and h5py on an entry, raise on an archive that is damaged, or made to look so."""

_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED: Final = 0x1
_PLAIN_NAME: Final = re.compile(r"(?:[A-Za-z0-9_.+ ()-]+/)*[A-Za-z0-9_.+ ()-]+/?")

_END: Final = struct.Struct("<4s4H2LH")
_END_MAGIC: Final = b"PK\x05\x06"
_LOCATOR: Final = struct.Struct("<4sLQL")
_LOCATOR_MAGIC: Final = b"PK\x06\x07"
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_END_64_MAGIC: Final = b"PK\x06\x06"
_MANY, _FAR = 0xFFFF, 0xFFFFFFFF
_BYTES_PER_ENTRY: Final = 1024


class Archive:
    """An archive whose directory is within bounds. `names` are its files; folders are left out."""

    def __init__(self, file: zipfile.ZipFile, limits: Limits) -> None:
        self._file = file
        self._limits = limits
        self._infos = file.infolist()
        self.names = tuple(info.filename for info in self._infos if not info.is_dir())

    def findings(self, is_expected: Callable[[str], bool]) -> list[Finding]:
        """The entries that the format does not have, or that no format has. Raises `Unfit` for what expands too far."""
        expanded = sum(info.file_size for info in self._infos)
        if expanded > self._limits.expanded_bytes or any(map(self._is_squeezed, self._infos)):
            raise Unfit("archive.expands")
        findings, seen = [], set[str]()
        for info in self._infos:
            name = info.filename
            if name in seen or not _is_plain(info) or not (info.is_dir() or is_expected(name)):
                findings.append(Finding("archive.unsafe", {"name": printable(info.orig_filename)}))
            seen.add(name)
        return findings

    def read(self, name: str, limit: int | None = None, *, beyond: str = "archive.expands") -> bytes:
        """The bytes of an entry. Raises `Unfit` with the code `beyond` if they are more than `limit`."""
        most = self._limits.expanded_bytes if limit is None else limit
        info = self._file.getinfo(name)
        if info.compress_type not in _METHODS:
            raise Unfit("archive.unsafe", {"name": printable(name)})
        with self._file.open(name) as entry:
            content = entry.read(min(most, info.file_size) + 1)  # it expands as much as it is asked for, whatever is declared
        if len(content) > most:
            raise Unfit(beyond)
        return content

    def _is_squeezed(self, info: zipfile.ZipInfo) -> bool:
        limits = self._limits
        return info.file_size > limits.ratio_floor and info.file_size > limits.ratio * max(1, info.compress_size)


@contextmanager
def opened(path: Path, limits: Limits) -> Iterator[Archive]:
    """The archive at `path`. Raises `Unfit` for a damaged one, also out of the block that reads it."""
    try:
        with path.open("rb") as file:
            entries = _entry_count(file, limits)
            with zipfile.ZipFile(file) as archive:
                if len(archive.infolist()) != entries:
                    raise Unfit("file.corrupt")
                yield Archive(archive, limits)
    except DAMAGE as error:
        raise Unfit("file.corrupt") from error


def write(target: Path, parts: Mapping[str, bytes]) -> None:
    """Write a new archive of `parts`, stored, each at its name."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)


def _is_plain(info: zipfile.ZipInfo) -> bool:
    mode = info.external_attr >> 16
    kinds = (0, stat.S_IFDIR) if info.is_dir() else (0, stat.S_IFREG)
    is_name = _PLAIN_NAME.fullmatch(info.orig_filename) is not None and not _climbs(info.orig_filename)
    is_whole = info.compress_type in _METHODS and not info.flag_bits & _ENCRYPTED and not (info.is_dir() and info.file_size)
    return stat.S_IFMT(mode) in kinds and is_name and is_whole


def _climbs(name: str) -> bool:
    return any(part in (".", "..") for part in name.split("/"))


def _entry_count(file: io.BufferedReader, limits: Limits) -> int:
    """The number of entries that the archive's last bytes declare; its directory is within bounds."""
    size = file.seek(0, io.SEEK_END)
    if size < _END.size:
        raise Unfit("file.corrupt")
    magic, disk, first_disk, here, entries, directory_size, offset, comment = _END.unpack(
        _read_at(file, size - _END.size, _END.size)
    )
    if magic != _END_MAGIC or comment or disk or first_disk or here != entries:
        raise Unfit("file.corrupt")
    locator_at = size - _END.size - _LOCATOR.size
    locator = _read_at(file, locator_at, _LOCATOR.size) if locator_at >= 0 else b""
    if locator.startswith(_LOCATOR_MAGIC):
        entries, directory_size, offset = _declared_in_64_bits(file, locator, (entries, directory_size, offset))
    if offset + directory_size > size:
        raise Unfit("file.corrupt")
    if entries > limits.entries or directory_size > limits.entries * _BYTES_PER_ENTRY:
        raise Unfit("archive.unsafe", {"name": f"{entries} entries"})
    file.seek(0)
    return int(entries)


def _declared_in_64_bits(file: io.BufferedReader, locator: bytes, short: tuple[int, int, int]) -> tuple[int, int, int]:
    """What the record for large archives declares, which PyTorch always writes; it must not contradict the short one."""
    _, disk, at, disks = _LOCATOR.unpack(locator)
    record = _read_at(file, at, _END_64.size)
    if disk or disks > 1 or len(record) < _END_64.size:
        raise Unfit("file.corrupt")
    magic, _, _, _, disk, first_disk, here, entries, directory_size, offset = _END_64.unpack(record)
    long = (entries, directory_size, offset)
    agrees = all(s in (one, full) for s, one, full in zip(short, long, (_MANY, _FAR, _FAR), strict=True))
    if magic != _END_64_MAGIC or disk or first_disk or here != entries or not agrees:
        raise Unfit("file.corrupt")
    return long


def _read_at(file: io.BufferedReader, at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)
