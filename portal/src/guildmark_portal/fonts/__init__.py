"""IBM Plex Sans with its Korean and Chinese companions, for whatever is set by typst. A leaf: any module may import it.

The files are those of the IBM Plex project, unchanged, as its licence (OFL.txt) asks of fonts that keep the name; they are
compressed one by one. A process unpacks them once, in about a second, into a folder of its own: other processes neither wait
for it nor take it away, and it is gone when its process ends.
"""

import lzma
import os
import shutil
from functools import lru_cache
from multiprocessing.util import Finalize
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from typing import Final

import typst

_PACKED: Final = Path(__file__).parent
_FAMILY: Final = "IBM Plex Sans"
_COMPANIONS: Final = {"ko": "KR", "zh": "SC"}
_one_at_a_time: Final = Lock()
_unpacked: dict[int, Path] = {}
"""The folder of this process; the number of the process before it, so that a forked one makes its own."""


def faces() -> typst.Fonts:
    """These fonts and the ones that typst brings, none of the host's: for typst's `font_paths`."""
    return _read(folder())


@lru_cache(maxsize=1)
def _read(there: Path) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[there])


def folder() -> Path:
    """A folder with the fonts as plain files. It stays while this process lives."""
    with _one_at_a_time:
        own = os.getpid()
        if own not in _unpacked:
            _unpacked[own] = _unpack()
        return _unpacked[own]


def families(language: str, *, bold: bool = False) -> tuple[str, ...]:
    """The families to set `language` in, the first choice first; `bold` ones are families of their own to typst.

    Letters of the other languages are found too: a Korean name in an English text, a Chinese one in a Korean.
    """
    companions = sorted(_COMPANIONS.items(), key=lambda companion: companion[0] != language.partition("-")[0])
    weight = " SmBld" if bold else ""
    return (f"{_FAMILY}{weight}", *(f"{_FAMILY} {letters}{weight}" for _language, letters in companions))


def _unpack() -> Path:
    into = Path(mkdtemp(prefix="guildmark-fonts-"))
    # Unlike atexit, this knows forks: a child leaves its parent's folder alone, and does not forget its own.
    Finalize(None, shutil.rmtree, args=(into,), kwargs={"ignore_errors": True}, exitpriority=0)
    for packed in sorted(_PACKED.glob("*.ttf.xz")):
        (into / packed.stem).write_bytes(lzma.decompress(packed.read_bytes()))
    return into
