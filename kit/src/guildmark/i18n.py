"""Translation of everything that a person reads. A leaf: any module may import it.

Sentences are written in English in the code and looked up at the moment they are shown, in the language of the
environment (`LANGUAGE`, `LC_ALL`, `LC_MESSAGES`, `LANG`). A catalogue that is missing means English.
"""

import gettext
from functools import lru_cache
from pathlib import Path

_CATALOGUES = Path(__file__).parent / "locale"


@lru_cache(maxsize=1)
def _catalogue() -> gettext.NullTranslations:
    return gettext.translation("guildmark", _CATALOGUES, fallback=True)


def _(sentence: str) -> str:
    """Translate `sentence` into the language of the environment."""
    return _catalogue().gettext(sentence)


def plural(one: str, many: str, count: int) -> str:
    """The sentence that fits `count` things, in the language of the environment: `one` or `many` in English."""
    return _catalogue().ngettext(one, many, count)


def mark(sentence: str) -> str:
    """Mark `sentence` for the catalogue without translating it yet; `_` does so when it is shown."""
    return sentence
