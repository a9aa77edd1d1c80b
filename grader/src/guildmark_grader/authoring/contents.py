"""What the files of a candidate hold, read as far as they can be: arrays, tables, JSON, TOML and pictures.

Authors hand out files of every kind, and broken ones by mistake. Nothing here fails on one: what cannot be read holds nothing.
Arrays and pictures that cannot be read are of no use to a candidate either, so `unreadable_files` tells of them.
"""

import csv
import gzip
import io
import json
import struct
import sys
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePosixPath
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import tomllib
from numpy.typing import NDArray

from guildmark.i18n import _

if TYPE_CHECKING:
    from PIL import Image

# All that NumPy, Pillow, `json`, `gzip` and `zipfile` are known to raise on bytes that are not what they should be.
_BROKEN = (
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    SystemError,
    TypeError,
    ValueError,
    csv.Error,
    struct.error,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
_PACKED = ".gz"
_ARRAYS = (".npy", ".npz")
_PICTURES = (".jpg", ".jpeg", ".png")
_REAL = "iuf"
_LARGEST_CELL = 2**31 - 1
_DEEPEST = 64
"""NumPy knows as many axes; what is nested deeper is no data."""

_one_table = Lock()

Arrays = dict[str, NDArray[np.generic]]


def unreadable_files(public: Mapping[str, bytes]) -> list[str]:
    """What is wrong with each array and picture that cannot be opened."""
    found = []
    for name, content in public.items():
        if suffix_of(name) in _ARRAYS and _loaded(unpacked(name, content)) is None:
            message = _(
                "The public file {name} cannot be loaded with np.load: it holds Python objects, or is broken. "
                "Save plain arrays of numbers or text."
            )
            found.append(message.format(name=name))
        elif suffix_of(name) in _PICTURES and _is_no_picture(unpacked(name, content)):
            message = _("The public file {name} cannot be opened as a picture: it is broken, or far too large. Save it anew.")
            found.append(message.format(name=name))
    return found


def suffix_of(name: str) -> str:
    """The suffix that tells what a file holds, in small letters: `.csv` of `a.CSV.gz`."""
    return PurePosixPath(name.removesuffix(_PACKED)).suffix.lower()


def unpacked(name: str, content: bytes) -> bytes:
    """The content of a file, out of its gzip if it is called like one."""
    if not name.endswith(_PACKED):
        return content
    try:
        return gzip.decompress(content)
    except _BROKEN:
        return b""


def arrays_in(content: bytes) -> Arrays:
    """The arrays of an `.npz` by name, or the one of an `.npy` under the name ""; never arrays of objects."""
    return _loaded(content) or {}


def is_real(array: NDArray[np.generic]) -> bool:
    """Whether an array holds whole or real numbers: neither truth, text, time nor complex numbers."""
    return array.dtype.kind in _REAL


def table_in(content: bytes, delimiter: str = ",") -> list[list[str]]:
    """The rows of a table, with cells of any length."""
    try:
        with _cells_of_any_length():
            return list(csv.reader(io.StringIO(content.decode(errors="replace"), newline=""), delimiter=delimiter))
    except csv.Error:
        return []


def json_in(content: bytes) -> Any:
    """A document in JSON; None if it is none, or nested without sense."""
    try:
        return _of_sense(json.loads(content), brackets=content.count(b"[") + content.count(b"{"))
    except _BROKEN:
        return None


def json_lines_in(content: bytes) -> list[Any]:
    """The documents that stand one on a line, without the lines that hold none."""
    documents = (json_in(line) for line in content.splitlines())
    return [document for document in documents if document is not None]


def toml_in(content: bytes) -> Any:
    """A document in TOML; None if it is none, or nested without sense."""
    try:
        return _of_sense(tomllib.loads(content.decode()))
    except _BROKEN:
        return None


def picture_in(content: bytes) -> "Image.Image | None":
    """A picture, loaded as a whole; None if it cannot be, or Pillow is not installed."""
    try:
        from PIL import Image
    except ImportError:
        return None
    # A warning of a large picture is an error to those who made warnings errors.
    too_large = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        picture = Image.open(io.BytesIO(content))
        picture.load()
    except (*_BROKEN, *too_large):
        return None
    return picture


def _is_no_picture(content: bytes) -> bool:
    try:
        import PIL  # noqa: F401 - without it, nobody can tell
    except ImportError:
        return False
    return picture_in(content) is None


def _loaded(content: bytes) -> Arrays | None:
    try:
        found = np.load(io.BytesIO(content), allow_pickle=False)
        if isinstance(found, np.ndarray):
            return {"": _of_letters(found)}
        with found as archive:
            members = {name: archive[name] for name in archive.files}
        return {name: _of_letters(array) for name, array in members.items() if isinstance(array, np.ndarray)}
    except _BROKEN:
        return None


def _of_letters(array: NDArray[np.generic]) -> NDArray[np.generic]:
    """`array`, if Python has letters for its text. Raises `ValueError` where it has not: NumPy would not notice."""
    if array.dtype.kind == "U" and array.dtype.itemsize:
        letters = np.ascontiguousarray(array).ravel().view(f"{array.dtype.byteorder}u4")
        if letters.max(initial=0) > sys.maxunicode:
            raise ValueError
    return array


@contextmanager
def _cells_of_any_length() -> Iterator[None]:
    """The limit belongs to the whole process: it is raised for one table at a time, and put back."""
    with _one_table:
        before = csv.field_size_limit(_LARGEST_CELL)
        try:
            yield
        finally:
            csv.field_size_limit(before)


def _of_sense(document: Any, brackets: int = sys.maxsize) -> Any:
    """`document`, which may be walked through by recursion. Raises `ValueError` if it is nested too deep for that.

    It has so many opening `brackets`: a few cannot be nested deep, and the lines of a file with rows need no second look.
    """
    if brackets < _DEEPEST:
        return document
    level = [document]
    for _depth in range(_DEEPEST):
        level = [
            part
            for whole in level
            for part in (whole.values() if isinstance(whole, dict) else whole if isinstance(whole, list) else ())
            if isinstance(part, dict | list)
        ]
        if not level:
            return document
    raise ValueError
