"""The machine-readable zone of a travel document: ICAO Doc 9303, formats TD1, TD2 and TD3.

    TD1   3 lines of 30   identity cards
    TD2   2 lines of 36   larger identity cards, older ones
    TD3   2 lines of 44   passports

A check digit is a weighted sum modulo 10. It catches typos, not forgery: whoever forges a document computes it too. So a
zone that is read tells a candidate where a letter is mistyped, and a reviewer nothing about whether the paper is real.

Date of birth, sex and personal numbers are covered by check digits and read for that alone; they are not given out.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

FILLER: Final = "<"
_ALLOWED: Final = re.compile(r"[A-Z0-9<]+")
_WEIGHTS: Final = (7, 3, 1)
_VALUES: Final = {FILLER: 0, **{str(n): n for n in range(10)}, **{chr(ord("A") + n): 10 + n for n in range(26)}}
_CENTURY: Final = 2000  # of an expiry: no document that still is one ran out before


class Format(str, Enum):
    """How the zone is laid out."""

    TD1 = "TD1"
    TD2 = "TD2"
    TD3 = "TD3"


_SHAPES: Final = {(3, 30): Format.TD1, (2, 36): Format.TD2, (2, 44): Format.TD3}


class Field(str, Enum):
    """A part of the zone that has a check digit."""

    NUMBER = "number"
    BIRTH = "birth"
    EXPIRY = "expiry"
    PERSONAL = "personal"
    WHOLE = "whole"


class NotAZone(ValueError):
    """The text does not have the shape of a machine-readable zone; `lengths` are those of its lines as they were read."""

    def __init__(self, lengths: tuple[int, ...]) -> None:
        self.lengths = lengths
        super().__init__(f"lines of {', '.join(map(str, lengths)) or 'no'} characters are no machine-readable zone")


@dataclass(frozen=True)
class Zone:
    """What the zone says. `expires_on` is None where its six digits are no date; `failed` names every digit that is wrong."""

    format: Format
    code: str
    issuer: str
    number: str
    surname: str
    given_names: str
    nationality: str
    expires_on: date | None
    failed: tuple[Field, ...]


def parse(text: str) -> Zone:
    """Read a zone that somebody typed or pasted: in either case, with or without line breaks, spaces left out of account.

    Raises `NotAZone` unless it has the lines of one of the three formats.
    """
    lines = _lines(text)
    found = _SHAPES.get((len(lines), len(lines[0]))) if lines else None
    if found is None or len({*map(len, lines)}) != 1 or not all(_ALLOWED.fullmatch(line) for line in lines):
        raise NotAZone(tuple(map(len, lines)))
    return _td1(*lines) if found is Format.TD1 else _two_lines(found, *lines)


def check_digit(field: str) -> str:
    """The digit that belongs after `field`, letters A to Z, digits and `<`."""
    return str(sum(_VALUES[letter] * _WEIGHTS[place % 3] for place, letter in enumerate(field)) % 10)


def _lines(text: str) -> list[str]:
    wanted = text.upper().replace("«", FILLER * 2)
    lines = ["".join(line.split()) for line in wanted.splitlines() if line.strip()]
    if len(lines) == 1:
        for count, length in _SHAPES:
            if len(lines[0]) == count * length:
                return [lines[0][start : start + length] for start in range(0, count * length, length)]
    return lines


def _td1(first: str, second: str, third: str) -> Zone:
    number, number_ok = _number(first[5:14], first[14], first[15:30])
    birth, expiry = (second[0:6], second[6]), (second[8:14], second[14])
    whole = first[5:30] + second[0:7] + second[8:15] + second[18:29]
    wrong = {
        Field.NUMBER: not number_ok,
        Field.BIRTH: not _fits(*birth),
        Field.EXPIRY: not _fits(*expiry),
        Field.WHOLE: not _fits(whole, second[29]),
    }
    return _zone(Format.TD1, first, number, names=third, nationality=second[15:18], expiry=expiry[0], wrong=wrong)


def _two_lines(found: Format, first: str, second: str) -> Zone:
    birth, expiry = (second[13:19], second[19]), (second[21:27], second[27])
    wrong: dict[Field, bool] = {}
    if found is Format.TD3:
        number, number_ok = _stripped(second[0:9]), _fits(second[0:9], second[9])
        personal = second[28:42]
        is_empty = not personal.strip(FILLER)
        wrong[Field.PERSONAL] = not (_fits(personal, second[42]) or (is_empty and second[42] == FILLER))
    else:
        number, number_ok = _number(second[0:9], second[9], second[28:-1])
    whole = second[0:10] + second[13:20] + second[21:-1]
    wrong = {
        Field.NUMBER: not number_ok,
        Field.BIRTH: not _fits(*birth),
        Field.EXPIRY: not _fits(*expiry),
        **wrong,
        Field.WHOLE: not _fits(whole, second[-1]),
    }
    return _zone(found, first, number, names=first[5:], nationality=second[10:13], expiry=expiry[0], wrong=wrong)


def _number(field: str, digit: str, optional: str) -> tuple[str, bool]:
    """The document's number, and whether its digit fits.

    A number longer than nine characters has `<` where its digit would stand, and goes on in the optional data: the rest of
    it, then the digit, then `<`.
    """
    if digit != FILLER:
        return _stripped(field), _fits(field, digit)
    more = optional.partition(FILLER)[0]
    if not more:
        return _stripped(field), False
    return field + more[:-1], _fits(field + more[:-1], more[-1])


def _zone(  # noqa: PLR0913 - the parts of a zone
    found: Format, first: str, number: str, *, names: str, nationality: str, expiry: str, wrong: dict[Field, bool]
) -> Zone:
    surname, _separator, given = names.partition(FILLER * 2)
    return Zone(
        format=found,
        code=_stripped(first[0:2]),
        issuer=_stripped(first[2:5]),
        number=number,
        surname=_spaced(surname),
        given_names=_spaced(given),
        nationality=_stripped(nationality),
        expires_on=_date(expiry),
        failed=tuple(field for field, is_wrong in wrong.items() if is_wrong),
    )


def _fits(field: str, digit: str) -> bool:
    return check_digit(field) == digit


def _stripped(field: str) -> str:
    return field.strip(FILLER)


def _spaced(field: str) -> str:
    return " ".join(field.replace(FILLER, " ").split())


def _date(six: str) -> date | None:
    try:
        return date(_CENTURY + int(six[0:2]), int(six[2:4]), int(six[4:6]))
    except ValueError:
        return None
