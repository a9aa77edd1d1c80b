"""IBM Plex Sans with its companions, for whatever is set by typst. A leaf: any module may import it.

Texts are set in the fonts of the site's languages. Names of people need every script: `names/` holds one bold weight of each,
which only papers with names on them unpack.

The files are those of their makers, unchanged, as the licence (OFL.txt) asks of fonts that keep their name; they are
compressed one by one. A process unpacks them once, in about a second, into folders of its own: other processes neither wait
for them nor take them away, and they are gone when their process ends.
"""

import lzma
import os
import shutil
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from multiprocessing.util import Finalize
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from typing import Final

import typst

_PACKED: Final = Path(__file__).parent
_NAMES: Final = _PACKED / "names"
_FAMILY: Final = "IBM Plex Sans"
_COMPANIONS: Final = {"ko": "KR", "zh": "SC"}
_OF_SCRIPT: Final = {
    **{script: f"{_FAMILY} {script.title()} SmBld" for script in ("ARABIC", "HEBREW", "DEVANAGARI", "THAI")},
    "HANGUL": f"{_FAMILY} KR SmBld",
    **{
        script: f"Noto Sans {script.title()}"
        for script in ("ARMENIAN", "BENGALI", "ETHIOPIC", "GEORGIAN", "GUJARATI", "GURMUKHI", "KANNADA", "KHMER", "LAO")
    },
    **{
        script: f"Noto Sans {script.title()}"
        for script in ("MALAYALAM", "MYANMAR", "ORIYA", "SINHALA", "TAMIL", "TELUGU", "THAANA")
    },
    "TIBETAN": "Noto Serif Tibetan",
}
"""The bold family of a script, by the first word of its letters' names in Unicode."""
_EAST_ASIAN: Final = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "FULLWIDTH", "IDEOGRAPHIC"})
_KANA: Final = range(0x3040, 0x3100)
_one_at_a_time: Final = Lock()
_unpacked: dict[tuple[int, Path], Path] = {}
"""The folders of this process; with the number of the process, so that a forked one makes its own."""


def faces() -> typst.Fonts:
    """The fonts of the site's languages and the ones that typst brings, none of the host's: for typst's `font_paths`."""
    return _read(folder())


def faces_with_names() -> typst.Fonts:
    """As `faces`, with those for the names of people in any script."""
    return _read(folder(), _plain(_NAMES))


@lru_cache(maxsize=2)
def _read(*folders: Path) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=list(folders))


def folder() -> Path:
    """A folder with the fonts of the site's languages as plain files. It stays while this process lives."""
    return _plain(_PACKED)


def families(language: str, *, bold: bool = False) -> tuple[str, ...]:
    """The families to set `language` in, the first choice first; `bold` ones are families of their own to typst.

    Letters of the other languages are found too: a Korean name in an English text, a Chinese one in a Korean.
    """
    companions = sorted(_COMPANIONS.items(), key=lambda companion: companion[0] != language.partition("-")[0])
    weight = " SmBld" if bold else ""
    return (f"{_FAMILY}{weight}", *(f"{_FAMILY} {letters}{weight}" for _language, letters in companions))


def families_of_name(name: str) -> tuple[str, ...]:
    """The families to set a name in, all of them bold, the first choice first: those of the scripts that are in it, no others.

    Of the fonts with Chinese characters it is that of the country which the characters of the name point to. A font of
    another script must not be asked: some draw signs of it that they do not know.
    """
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in name}
    found = [family for script, family in _OF_SCRIPT.items() if script in scripts]
    if scripts & _EAST_ASIAN:
        manner = _manner(name)
        found += [f"{_FAMILY} {letters} SmBld" for letters in sorted(("SC", "TC", "JP"), key=lambda letters: letters != manner)]
    return (f"{_FAMILY} SmBld", *found, "Noto Sans")


def _manner(name: str) -> str:
    """Of the companions that have Chinese characters, the one whose country writes this name."""
    if any(ord(letter) in _KANA for letter in name):
        return "JP"
    ideographs = "".join(letter for letter in name if "\u3400" <= letter <= "\u9fff")
    for companion, charset in (("SC", "gb2312"), ("TC", "big5"), ("JP", "shift_jis")):
        try:
            ideographs.encode(charset)
        except UnicodeEncodeError:
            continue
        return companion
    return "SC"


def _plain(packed: Path) -> Path:
    with _one_at_a_time:
        own = (os.getpid(), packed)
        if own not in _unpacked:
            _unpacked[own] = _unpack(packed)
        return _unpacked[own]


def _unpack(packed: Path) -> Path:
    into = Path(mkdtemp(prefix="guildmark-fonts-"))
    # Unlike atexit, this knows forks: a child leaves its parent's folder alone, and does not forget its own.
    Finalize(None, shutil.rmtree, args=(into,), kwargs={"ignore_errors": True}, exitpriority=0)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda file: _unpack_file(file, into), sorted(packed.glob("*.ttf.xz"))))
    return into


def _unpack_file(file: Path, into: Path) -> None:
    (into / file.stem).write_bytes(lzma.decompress(file.read_bytes()))
