"""How names and headlines are found: case and accents do not matter, and the beginning of any word is enough.

    keys("Zoë O'Brien")     zoe, obrien, o, brien
    keys("김민준")           김민준, 민준, 준

In scripts that are written without spaces any part is enough. What is typed is cut into words like a name, and each word must
begin a key. Marks above and below letters are dropped, also where they are more than accents: a search may find
too much, never too little.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from guildmark_portal.directory.models import LONGEST_KEY

_MOST_KEYS: Final = 128
"""Of one text: a headline of Chinese has a key for each character."""
_MOST_WORDS: Final = 8
_LONGEST: Final = 200
_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ħ": "h"}
)
_SILENT: Final = re.compile("['`\u00b4\u02b9\u02bb\u02bc\u2018\u2019\uff07\u0640]")
"""Apostrophes of many kinds, and the Arabic stroke that only makes a word longer."""
_WITHOUT_SPACES: Final = re.compile(
    "["
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"  # Han
    "\uac00-\ud7a3"  # Hangul
    "]+"
)


def keys(*texts: str) -> list[bytes]:
    """Everything whose beginning finds one of the texts, without doubles, 128 of each at most."""
    found = (list(dict.fromkeys(_bytes(key) for key in _keys(_plain(text)) if key))[:_MOST_KEYS] for text in texts)
    return list(dict.fromkeys(key for of_text in found for key in of_text))


def prefixes(typed: str) -> list[bytes]:
    """The words that somebody typed; each must begin a key. Eight at most: more make no difference."""
    words = _words(_SILENT.sub("", _plain(typed)))
    return list(dict.fromkeys(_bytes(word) for word in words))[:_MOST_WORDS]


def _keys(text: str) -> Iterator[str]:
    for spaced in text.split():
        without_apostrophes = _words(_SILENT.sub("", spaced))
        yield "".join(without_apostrophes)  # JeanPierre
        yield from without_apostrophes  # Jean, Pierre; OBrien
        yield from _words(spaced)  # O, Brien
    for run in _WITHOUT_SPACES.findall("".join(_words(text))):  # with the space that a Korean or Chinese name may have
        yield from (run[start:] for start in range(len(run)))


def _words(text: str) -> list[str]:
    return "".join(sign if _is_of_word(sign) else " " for sign in text).split()


def _is_of_word(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LNM"


def _plain(text: str) -> str:
    """Without case, accents and the differences of width; the syllables of Korean stay whole."""
    letters = unicodedata.normalize("NFKD", text[:_LONGEST]).casefold()
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", letters) if unicodedata.category(sign) not in {"Mn", "Cf"})
    return unicodedata.normalize("NFC", bare).translate(_LETTERS)


def _bytes(word: str) -> bytes:
    return word.encode()[:LONGEST_KEY]
