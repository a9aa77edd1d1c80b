"""The encrypted bundle of an attempt: what a candidate downloads before the clock, and opens when it runs.

Its plain content is a zip archive with `exam.json`, `requirements.txt` and a folder `Category1` … for each category, taken
from the public archives of the drawn variants and nothing else. It is sealed with AES-256-GCM; the attempt's id is the
associated data, so a bundle cannot be passed off as another attempt's.

    GMB1 | nonce, 12 bytes | ciphertext with tag
"""

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from guildmark.errors import BundleDamaged

MAGIC = b"GMB1"
_NONCE_BYTES = 12
_EPOCH = (1980, 1, 1, 0, 0, 0)

# All that `zipfile` is known to raise on bytes that are no whole archive: most is not `BadZipFile`.
_BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, struct.error)


def new_key() -> bytes:
    """A fresh key: 32 random bytes."""
    return AESGCM.generate_key(bit_length=256)


def seal(content: bytes, *, key: bytes, attempt: str) -> bytes:
    """`content` encrypted for `attempt`."""
    nonce = os.urandom(_NONCE_BYTES)
    return MAGIC + nonce + AESGCM(key).encrypt(nonce, content, attempt.encode())


def unseal(sealed: bytes, *, key: bytes, attempt: str) -> bytes:
    """The content of a bundle. Raises `BundleDamaged` if it is not whole, not this attempt's, or the key is another's."""
    if not sealed.startswith(MAGIC):
        raise BundleDamaged
    start = len(MAGIC)
    nonce, ciphertext = sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, attempt.encode())
    except (InvalidTag, ValueError) as error:
        raise BundleDamaged from error


def pack_zip(files: Mapping[str, bytes]) -> bytes:
    """A zip archive of `files`, the same bytes for the same files: sorted, without times or owners."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def iter_zip(content: bytes) -> Iterator[tuple[PurePosixPath, bytes]]:
    """The files of an archive. Raises `BundleDamaged` for a broken archive, or a path that would leave the folder."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                path = PurePosixPath(entry.filename)
                if path.is_absolute() or not path.parts or ".." in path.parts or "\\" in entry.filename:
                    raise BundleDamaged
                if not entry.is_dir():
                    yield path, archive.read(entry)
    except _BROKEN_ARCHIVE as error:
        raise BundleDamaged from error
