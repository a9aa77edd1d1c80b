"""What a legal name looks like: its script, and whether it seems to be an organisation's (rules P6 and G3).

Certificates are given to natural persons. The marks below are legal forms that no person's name carries; forms of two
letters (AG, Sa, Co) are left out, because they are names and initials of people too. Whoever looks at the papers sees the
rest.
"""

import re
import unicodedata
from typing import Final

_WORDS: Final = frozenset(
    (
        *("ltd", "limited", "inc", "incorporated", "corp", "corporation", "llc", "llp", "plc", "pty", "pvt", "pte"),
        *("gmbh", "ggmbh", "mbh", "ohg", "kgaa", "sarl", "eurl", "ltda", "srl", "oyj", "kft", "zrt", "شركة"),
        *("ооо", "оао", "зао", "пао"),  # noqa: RUF001 - Cyrillic letters are meant
        *(
            "university",
            "universität",
            "université",
            "universidad",
            "institute",
            "foundation",
            "association",
            "stiftung",
            "verein",
        ),
    )
)
"""As a whole word, in any case."""

_SPELLINGS: Final = (
    *(r"S\.p\.A\.?", r"S\.r\.l\.?", r"s\.r\.o\.?", r"d\.o\.o\.?", r"z\s?o\.\s?o\.?"),
    *(r"e\.\s?V\.", r"L\.L\.C\.?", r"K\.K\.", r"&\sCo\b"),
)
"""As it is written, case and all: `S.A.` and `B.V.` may be a person's initials."""

_SYLLABLES: Final = (
    *("주식회사", "(주)", "유한회사", "재단법인", "사단법인", "학교법인", "대학교"),
    *("株式会社", "有限会社", "合同会社", "(株)"),
    *("有限公司", "股份公司", "有限责任公司", "有限責任公司", "集团", "集團", "大学", "大學"),
)
"""Anywhere in the name: these scripts put no space around them. `㈜` and `㈱` are written out before the comparison."""

_SIGNS: Final = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pd", "Zs"})
"""Letters of every script with their marks, numbers as in `John Smith 3rd`, hyphens and spaces."""
_PUNCTUATION: Final = frozenset(
    "'’‘`´"  # noqa: RUF001 - of O'Brien, however it is typed
    ".,/()"  # Jr., and a/l and d/o, `child of`
    "·・･‧•．"  # noqa: RUF001 - between the parts of a name: Catalan, Chinese, Japanese
    "״׳་፡॰"  # noqa: RUF001 - Hebrew, Tibetan, Ethiopic and Devanagari
)
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS: Final = frozenset("\u200c\u200d")  # letters of Persian and of Indian scripts need them
_BLANKS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and signs by their category, which are drawn as nothing."""
_ORDINALS: Final = frozenset("ªº")
MOST_MARKS: Final = 8
"""Marks on one letter: Tibetan and Hebrew have some, and more of them cover the lines around."""


def mark_of_organisation(name: str) -> str:
    """The part of `name` that only an organisation's name has, or an empty string."""
    written = unicodedata.normalize("NFKC", name)
    for syllables in _SYLLABLES:
        if syllables in written:
            return syllables
    for spelling in _SPELLINGS:
        if found := re.search(rf"(?:^|\s|,){spelling}", written):
            return found.group().strip(" ,")
    return next((word for word in re.findall(r"\w+", written) if word.casefold() in _WORDS), "")


def signs_of_no_name(name: str) -> tuple[str, ...]:
    """What stands in no name on papers, in order: digits alone are no name either, and then they are all that is returned."""
    if not any(_is_letter(sign) for sign in name):
        return tuple(sign for sign in name if not sign.isspace())
    return tuple(sign for sign in name if not _may_stand_in_a_name(sign))


def _is_letter(sign: str) -> bool:
    return unicodedata.category(sign).startswith("L") and sign not in _BLANKS | _ORDINALS


def _may_stand_in_a_name(sign: str) -> bool:
    return sign in _PUNCTUATION or sign in _JOINERS or unicodedata.category(sign) in _SIGNS


def is_latin(name: str) -> bool:
    """Whether every letter of `name` is of the Latin script, accents and the like included. No letter at all is not."""
    letters = [sign for sign in unicodedata.normalize("NFKC", name) if unicodedata.category(sign).startswith("L")]
    return bool(letters) and all(unicodedata.name(sign, "").startswith(("LATIN", "MODIFIER LETTER")) for sign in letters)


def hidden_characters(text: str) -> frozenset[str]:
    """What cannot be seen in `text` and may turn or hide the text around it; joiners that scripts need are no such thing."""
    found, marks, before = set(), 0, " "
    for sign in text:
        kind = unicodedata.category(sign)
        marks = marks + 1 if kind in {"Mn", "Me"} else 0
        joins = sign in _JOINERS and unicodedata.category(before)[0] in "LM"
        if marks > MOST_MARKS or sign in _BLANKS or (kind in _UNSEEN and not joins):
            found.add(sign)
        before = sign
    return frozenset(found)
