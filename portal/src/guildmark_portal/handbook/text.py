"""The text of a handbook: rendered Markdown, its parts and sections, and how two texts differ.

The text has a fixed shape, so that page and PDF can be made from it alike: `# Part`, `## Section`, and below them
paragraphs, lists, tables and blocks of code without further headings. Whatever others wrote is escaped, or indented as code,
so that it can be neither a heading nor any other markup.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.text import slugify

from guildmark_portal.handbook.languages import ENGLISH

_MARKUP: Final = re.compile(r"([\\`*_\[\]<>|#~&])")
_EMPTY_LINES: Final = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Section:
    """A section: its title, its body as Markdown, and its anchor on a page, which is the same in every language."""

    title: str
    body: str
    anchor: str


@dataclass(frozen=True)
class Part:
    """A part of the handbook with its sections."""

    title: str
    sections: tuple[Section, ...]


def plain(written: str) -> str:
    """What somebody wrote, such as a title, so that Markdown shows it as it is."""
    return _MARKUP.sub(r"\\\1", " ".join(written.split()))


def render(contents: Mapping[str, Any], language: str, *, name: str = "handbook") -> str:
    """The handbook (or the text called `name`) in `language` that states `contents`, which are said in the same language."""
    rendered = render_to_string(f"handbook/{name}.{language}.md", dict(contents))
    return _EMPTY_LINES.sub("\n\n", rendered.strip()) + "\n"


def digest(texts: Mapping[str, str]) -> str:
    """The SHA-256 over the texts in all languages, in hex. That of English alone is the digest of its text."""
    others = (f"\0{language}\0{texts[language]}" for language in sorted(texts) if language != ENGLISH)
    return sha256("".join((texts[ENGLISH], *others)).encode()).hexdigest()


def parts(text: str, english: str) -> tuple[Part, ...]:
    """The parts of a rendered text. Sections are called after those that stand in the same place in `english`."""
    anchors = map(slugify, _titles(english))
    return tuple(_part(piece, anchors) for piece in re.split(r"^# ", text, flags=re.MULTILINE)[1:])


def _part(piece: str, anchors: Iterator[str]) -> Part:
    title, *sections = re.split(r"^## ", piece, flags=re.MULTILINE)
    return Part(title.strip(), tuple(_section(section, anchors) for section in sections))


def _section(piece: str, anchors: Iterator[str]) -> Section:
    title, _newline, body = piece.partition("\n")
    return Section(title.strip(), body.strip(), next(anchors, "") or slugify(title, allow_unicode=True))


def _titles(text: str) -> list[str]:
    return [title.strip() for title in re.findall(r"^## (.*)$", text, flags=re.MULTILINE)]


def differences(before: str, after: str) -> list[dict[str, str]]:
    """What became of each section: `section` and `what` ("new", "changed", "gone"), in the order of the newer text."""
    return list(_differences(_bodies(before), _bodies(after)))


def translated(changes: Sequence[Mapping[str, str]], english: str, text: str) -> list[dict[str, str]]:
    """`changes` of the `english` text with the titles that stand in the same places of `text`; what is gone keeps its own."""
    titles = dict(zip(_titles(english), _titles(text), strict=False))
    return [{**change, "section": titles.get(change["section"], change["section"])} for change in changes]


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for title, body in after.items():
        if before.get(title) != body:
            yield {"section": title, "what": "changed" if title in before else "new"}
    yield from ({"section": title, "what": "gone"} for title in before if title not in after)


def _bodies(text: str) -> dict[str, str]:
    return {section.title: section.body for part in parts(text, text) for section in part.sections}
