"""Texts as the layouts take them: with fonts for their letters, and what is needed to make them fit."""

import unicodedata
from typing import Any, Final

from guildmark_portal.credentials.paper.names import direction, letters_of
from guildmark_portal.fonts import families_of_name

_BROKEN_ANYWHERE: Final = frozenset({"W", "F"})
_WITHOUT_SPACES: Final = ("THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")
_PIECE: Final = 20
"""Letters of a word that is broken because it fits no line."""


def lettered(text: str) -> dict[str, Any]:
    """A text for `bold` and `fitted` of the layouts."""
    words = text.split()
    return {
        "text": text,
        "fonts": families_of_name(text),
        "direction": direction(text),
        "pieces": [word for word in words if not any(map(_breaks, word))],
        "broken": " ".join(map(_broken, words)),
    }


def _breaks(letter: str) -> bool:
    """Whether a line may end beside this letter, as in scripts that put no spaces between words."""
    return unicodedata.east_asian_width(letter) in _BROKEN_ANYWHERE or unicodedata.name(letter, "").startswith(_WITHOUT_SPACES)


def _broken(word: str) -> str:
    letters = letters_of(word)
    return "\u200b".join("".join(letters[start : start + _PIECE]) for start in range(0, len(letters), _PIECE))
