"""Writes that are whole or did not happen, digests, and whether there is a file at all."""

import hashlib
import os
import uuid
from pathlib import Path

from guildmark.errors import UsageError
from guildmark.i18n import _

_CHUNK = 1024 * 1024


def write_atomically(
    path: Path, content: bytes, *, private: bool = False, durable: bool = True, makes_parents: bool = True
) -> None:
    """Write `content` to `path` so that a reader sees the old bytes or the new ones, never a part.

    `private` keeps the file to its owner, where the system knows owners. `durable` waits for the disk, which a thousand small
    files that can be had again need not do. Without `makes_parents` the folder is there, or `FileNotFoundError` is raised.
    """
    if makes_parents:
        path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(draft, flags, 0o600 if private else 0o666), "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in lower-case hex, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def require_file(model: Path) -> None:
    """Raises `UsageError` where `model` is not a file; a folder is what TensorFlow's SavedModel format leaves."""
    if model.is_dir():
        raise UsageError(
            _("{path} is a folder; a model is handed in as one file.").format(path=model),
            next_step=_("Save the model as one file: model.save('mymodel.keras')"),
        )
    if not model.is_file():
        if model.exists():
            raise UsageError(
                _("{path} is no file whose bytes can be sent.").format(path=model),
                next_step=_("Save the model as a file of its own, and name that."),
            )
        raise UsageError(
            _("There is no file {path}.").format(path=model),
            next_step=_("Train and save the model first, or name the file."),
        )
