"""The text of a handbook: rendered Markdown, its parts and sections, and how two texts differ.

The text has a fixed shape, so that page and PDF can be made from it alike: `# Part`, `## Section`, and below them
paragraphs, lists, tables and blocks of code without further headings. Whatever others wrote is escaped, or indented as code,
so that it can be neither a heading nor any other markup.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from django.template.loader import render_to_string

LANGUAGE: Final = "en"
"""The language that handbooks are written in; a translation is a template beside this one."""

_MARKUP: Final = re.compile(r"([\\`*_\[\]<>|#~&])")
_EMPTY_LINES: Final = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Section:
    """A section: its title, and its body as Markdown."""

    title: str
    body: str


@dataclass(frozen=True)
class Part:
    """A part of the handbook with its sections."""

    title: str
    sections: tuple[Section, ...]


def plain(written: str) -> str:
    """What somebody wrote, such as a title, so that Markdown shows it as it is."""
    return _MARKUP.sub(r"\\\1", " ".join(written.split()))


def render(contents: Mapping[str, Any]) -> str:
    """The handbook that states `contents`."""
    rendered = render_to_string(f"handbook/handbook.{LANGUAGE}.md", dict(contents))
    return _EMPTY_LINES.sub("\n\n", rendered.strip()) + "\n"


def digest(text: str) -> str:
    """The SHA-256 of a text, in hex."""
    return sha256(text.encode()).hexdigest()


def parts(text: str) -> tuple[Part, ...]:
    """The parts of a rendered text."""
    return tuple(_part(piece) for piece in re.split(r"^# ", text, flags=re.MULTILINE)[1:])


def _part(piece: str) -> Part:
    title, *sections = re.split(r"^## ", piece, flags=re.MULTILINE)
    return Part(title.strip(), tuple(_section(section) for section in sections))


def _section(piece: str) -> Section:
    title, _newline, body = piece.partition("\n")
    return Section(title.strip(), body.strip())


def differences(before: str, after: str) -> list[dict[str, str]]:
    """What became of each section: `section` and `what` ("new", "changed", "gone"), in the order of the newer text."""
    return list(_differences(_bodies(before), _bodies(after)))


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for title, body in after.items():
        if before.get(title) != body:
            yield {"section": title, "what": "changed" if title in before else "new"}
    yield from ({"section": title, "what": "gone"} for title in before if title not in after)


def _bodies(text: str) -> dict[str, str]:
    return {section.title: section.body for part in parts(text) for section in part.sections}
