"""Where files lie: the only module that knows the folders below `blobs/` and `banks/`.

    blobs/public/SHA256.zip             public archives of published banks
    blobs/bundles/ATTEMPT-SHA256.gmb    the encrypted bundle of an attempt
    blobs/uploads/UPLOAD.part           bytes of an upload under way
    blobs/submissions/ATTEMPT/SHA256    an accepted file; never shared between attempts
    banks/BANK/{bank.json,hidden/}      what the grading service reads, and nobody else

A file that something was promised for is on the disk before the promise is given: bytes and folder entry are synced.
"""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from uuid import UUID

from django.conf import settings

_PIECE = 1024 * 1024


def public_archive(sha256: str) -> Path:
    """The public archive with this digest."""
    return _folder("public") / f"{sha256}.zip"


def bundle(attempt: UUID, sha256: str) -> Path:
    """The encrypted bundle of an attempt."""
    return _folder("bundles") / f"{attempt}-{sha256}.gmb"


def part(upload: UUID) -> Path:
    """The bytes of an upload under way."""
    return _folder("uploads") / f"{upload}.part"


def submitted(attempt: UUID, sha256: str) -> Path:
    """An accepted file of an attempt."""
    return _folder("submissions") / str(attempt) / sha256


def bank(sha256: str) -> Path:
    """The folder of a published bank."""
    root: Path = settings.BANKS_DIR
    return root / sha256


def digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(path: Path, content: bytes) -> None:
    """Put `content` at `path`, whole or not at all, and on the disk when this returns."""
    make_private_folder(path.parent)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def copy(source: Path, target: Path) -> None:
    """Copy a file to `target`, whole or not at all, and on the disk when this returns."""
    make_private_folder(target.parent)
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file, source.open("rb") as original:
            shutil.copyfileobj(original, file, _PIECE)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def keep(source: Path, target: Path) -> None:
    """Have the bytes of `source` at `target` too, on the disk when this returns. `source` stays until it is removed."""
    make_private_folder(target.parent)
    descriptor = os.open(source, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    link = target.with_name(f".{source.name}")
    link.unlink(missing_ok=True)
    os.link(source, link)
    link.replace(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Have the entries of `folder` on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_private_folder(folder: Path) -> None:
    """Make `folder`, and those above it, for the portal's own account alone."""
    missing = [folder, *folder.parents]
    for place in reversed([place for place in missing if not place.exists()]):
        place.mkdir(mode=0o700, exist_ok=True)
        sync_folder(place.parent)


def _folder(name: str) -> Path:
    root: Path = settings.BLOBS_DIR
    return root / name
