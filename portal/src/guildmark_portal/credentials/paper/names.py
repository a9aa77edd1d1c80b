"""Names of people: in which direction they run, and which of their letters cannot be set."""

import unicodedata
from typing import Final

from guildmark_portal.credentials.paper.typesetting import NoLetters, drawn
from guildmark_portal.fonts import families_of_name

_JOINERS: Final = "\u200c\u200d"
"""Persian and the scripts of India need them within words."""
_UNWRITTEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_PHRASES: Final = frozenset("\ufdfa\ufdfb\ufdfd")
"""One character each, and yet a whole phrase: no line of a certificate is wide enough for some of them."""
_MOST_MARKS: Final = 6
"""More marks over one letter than any script writes: they would run over what stands above and below."""
_FROM_RIGHT: Final = frozenset({"R", "AL"})


def letters_missing(name: str) -> str:
    """The letters of `name` that no certificate can show, each once and with a space between; empty if all can be shown.

    Besides letters that no font has, these are signs without a look of their own, such as those that turn the direction of
    the text around, letters under a tower of marks, and signs that are a whole phrase.
    """
    letters = dict.fromkeys(letters_of(unicodedata.normalize("NFC", name)))
    hidden = [letter for letter in letters if not _is_writing(letter)]
    shown = "".join(letter for letter in letters if letter not in hidden)
    missing = [] if _has_font(shown) else [letter for letter in letters if letter not in hidden and not _has_font(letter)]
    return " ".join(_named(letter) for letter in letters if letter in {*hidden, *missing})


def direction(name: str) -> str:
    """`rtl` where the first letter that has a direction runs from right to left, else `ltr`."""
    for letter in name:
        side = unicodedata.bidirectional(letter)
        if side == "L" or side in _FROM_RIGHT:
            return "rtl" if side in _FROM_RIGHT else "ltr"
    return "ltr"


def letters_of(name: str) -> list[str]:
    """The name cut into letters with the marks that stand on them."""
    letters: list[str] = []
    for character in name:
        if letters and (unicodedata.category(character).startswith("M") or character in _JOINERS):
            letters[-1] += character
        else:
            letters.append(character)
    return letters


def _is_writing(letter: str) -> bool:
    marks = sum(unicodedata.combining(character) > 0 for character in letter)
    hidden = any(unicodedata.category(character) in _UNWRITTEN and character not in _JOINERS for character in letter)
    return marks <= _MOST_MARKS and not hidden and letter not in _PHRASES


def _has_font(text: str) -> bool:
    try:
        drawn("name", {"text": text, "fonts": families_of_name(text), "direction": direction(text)}, {})
    except NoLetters:
        return False
    return True


def _named(letter: str) -> str:
    """The letter without its marks, or its number where it has no look or is a phrase."""
    seen = letter[0]
    has_look = unicodedata.category(seen) not in _UNWRITTEN and seen not in _PHRASES
    return (letter if _is_writing(letter) else seen) if has_look else f"U+{ord(seen):04X}"
