"""The environment guide: for every system and editor, the way from an empty machine to a running exam.

It is written like the handbook, from what the system itself follows, and is shown as it holds now: it has no editions, for it
asks nothing of anybody. It is help, as the pages around it are, and therefore in every language that they are in, whichever the
program offers for registration. A language without a template `environment.LANGUAGE.md` reads the English one.
"""

from dataclasses import dataclass
from typing import Final

from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from guildmark_portal.exams.models import ExamVersion
from guildmark_portal.handbook.contents import contents
from guildmark_portal.handbook.languages import ENGLISH, WRITTEN, chosen
from guildmark_portal.handbook.text import render

NAME: Final = "environment"


@dataclass(frozen=True)
class Guide:
    """The guide in `language`, with its English text, from which anchors are taken. `languages` are all that it is in."""

    language: str
    languages: tuple[str, ...]
    text: str
    english: str


def guide(version: ExamVersion, wanted: str) -> Guide:
    """The guide to sitting `version`, in the language that is `wanted` where it is written in it."""
    languages = tuple(filter(_is_written, WRITTEN))
    language = chosen(wanted, languages)
    text, english = (render(contents(version, spoken), spoken, name=NAME) for spoken in (language, ENGLISH))
    return Guide(language=language, languages=languages, text=text, english=english)


def _is_written(language: str) -> bool:
    try:
        get_template(f"handbook/{NAME}.{language}.md")
    except TemplateDoesNotExist:
        return False
    return True
