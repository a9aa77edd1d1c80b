"""The languages that a handbook is written in: English always, and those of the others that its program offers."""

from collections.abc import Collection
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

ENGLISH: Final = "en"
"""The language whose text prevails."""

WRITTEN: Final = {ENGLISH: _("English"), "ko": _("Korean"), "zh-Hans": _("Chinese (simplified)")}
"""Every language with a template `handbook.LANGUAGE.md`, and its name for those who read another one."""


def offered(by_program: Collection[str]) -> tuple[str, ...]:
    """Those of the handbook of a program that offers the languages `by_program`."""
    return tuple(written for written in WRITTEN if written == ENGLISH or written in by_program)


def chosen(wanted: str, among: Collection[str]) -> str:
    """The one of `among` that is `wanted`, as Django or a pack writes it (`zh-hans`, `zh-Hans`); else English."""
    return next((there for there in among if there.lower() == wanted.lower()), ENGLISH)


def speaking(spoken: str) -> override:
    """What is rendered within is rendered in that language."""
    return override(spoken.lower())


def name_of(spoken: str) -> str:
    """Its name in the active language; a language that is not known stands as it is."""
    return str(WRITTEN.get(spoken, spoken))


def own_name_of(spoken: str) -> str:
    """Its name in itself: `한국어`."""
    return str(dict(settings.LANGUAGES).get(spoken.lower(), spoken))
