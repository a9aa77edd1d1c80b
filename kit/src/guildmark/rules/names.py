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

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS: Final = frozenset("\u200c\u200d")  # letters of Persian and of Indian scripts need them


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


def is_latin(name: str) -> bool:
    """Whether every letter of `name` is of the Latin script, accents and the like included. No letter at all is not."""
    letters = [sign for sign in unicodedata.normalize("NFKC", name) if unicodedata.category(sign).startswith("L")]
    return bool(letters) and all(unicodedata.name(sign, "").startswith(("LATIN", "MODIFIER LETTER")) for sign in letters)


def hidden_characters(text: str) -> frozenset[str]:
    """What cannot be seen in `text` and may turn or hide the text around it; joiners that scripts need are no such thing."""
    return frozenset(sign for sign in text if unicodedata.category(sign) in _UNSEEN) - _JOINERS
