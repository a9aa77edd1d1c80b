"""The texts of a pack's TOML that lack a language, each with its own line."""

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from guildmark.errors import PackProblem
from guildmark.i18n import _
from guildmark.packs.model import Text

_SHOWN = 60


def untranslated(text: Text, languages: Iterable[str], name: str, lines: Sequence[str]) -> Iterator[PackProblem]:
    """A problem for each of `languages` that `text` lacks; the file `name`, in which it stands, has these `lines`."""
    for language in languages:
        if language not in text:
            message = _("A text has no {language}: {text}").format(language=language, text=f'"{_beginning(text)}"')
            yield PackProblem(name, _line(text, language, lines), message)


def _beginning(text: Text) -> str:
    """The first words of a text, in English if it has some; in languages without spaces, its first characters."""
    words = text.get("en") or next(iter(text.values()), "")
    return textwrap.shorten(words, _SHOWN, placeholder=" …") if " " in words else words[:_SHOWN]


def _line(text: Text, language: str, lines: Sequence[str]) -> int | None:
    """The line of a text without `language`: another text may begin with the same words, and have it."""
    written = next((json.dumps(words, ensure_ascii=False)[1:-1] for words in text.values() if words), None)
    if written is None:
        return None
    there = re.compile(rf"[\s{{,.\"]{re.escape(language)}\"?\s*=")
    return next((number for number, line in enumerate(lines, start=1) if written in line and not there.search(line)), None)
