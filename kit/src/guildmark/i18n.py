"""Translation of everything that a person reads. A leaf: any module may import it.

Sentences are written in English in the code and looked up at the moment they are shown, in the language of whoever reads them:
that of the environment (`LANGUAGE`, `LC_ALL`, `LC_MESSAGES`, `LANG`), or, in a program with many readers, the one that
`follow` tells. A package adds the catalogue of its own sentences. A sentence that no catalogue has stays English.
"""

import gettext
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

_ENVIRONMENT = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
_SIMPLIFIED = {"zh", "zh_cn", "zh_sg", "zh_my", "zh_hans"}
_catalogues: dict[Path, str] = {}
_held: ContextVar[str | None] = ContextVar("language", default=None)


def add_catalogue(folder: Path, domain: str) -> None:
    """Look sentences up in `folder/LANGUAGE/LC_MESSAGES/DOMAIN.mo` as well."""
    _catalogues[folder] = domain
    _translations.cache_clear()


def follow(ask: Callable[[], str | None]) -> None:
    """From now on `ask` tells the language of whoever reads (`ko`, `zh-hans`); None: as the environment says."""
    global _asked  # noqa: PLW0603 - a process has one way to know its readers
    _asked = ask


@contextmanager
def in_language(name: str) -> Iterator[None]:
    """Speak `name` for as long as the context, whoever reads."""
    token = _held.set(name)
    try:
        yield
    finally:
        _held.reset(token)


def language() -> str:
    """The language of whoever reads: `ko`, `zh_Hans`, or `en` where there is no catalogue of any other that they would take."""
    asked = _held.get() or _asked()
    return _first(asked.split(":")) if asked else _of_environment()


def _(sentence: str) -> str:
    """Translate `sentence` into the language of whoever reads it."""
    return _translations(language()).gettext(sentence)


def plural(one: str, many: str, count: int) -> str:
    """The sentence that fits `count` things, in the language of whoever reads it: `one` or `many` in English."""
    return _translations(language()).ngettext(one, many, count)


def mark(sentence: str) -> str:
    """Mark `sentence` for the catalogue without translating it yet; `_` does so when it is shown."""
    return sentence


def _nobody() -> None:
    return None


_asked: Callable[[], str | None] = _nobody


def _of_environment() -> str:
    wanted = next((value for name in _ENVIRONMENT if (value := os.environ.get(name))), "en")
    return _first(wanted.split(":"))


@lru_cache(maxsize=64)
def _known(name: str) -> str | None:
    """The name of our catalogues for a locale such as `ko_KR.UTF-8`; None if there is none."""
    plain = name.partition(".")[0].partition("@")[0].replace("-", "_").lower()
    if plain in _SIMPLIFIED or plain.startswith("zh_hans_"):
        return "zh_Hans"
    short = plain.partition("_")[0]
    return short if short in {"en", "c", "posix", "ko"} else None


def _first(names: list[str]) -> str:
    found = next((known for name in names if (known := _known(name))), "en")
    return found if found in {"ko", "zh_Hans"} else "en"


@lru_cache(maxsize=8)
def _translations(wanted: str) -> gettext.NullTranslations:
    """All catalogues of a language as one."""
    whole = gettext.NullTranslations()
    for folder, domain in _catalogues.items():
        whole.add_fallback(gettext.translation(domain, folder, [wanted], fallback=True))
    return whole


add_catalogue(Path(__file__).parent / "locale", "guildmark")
