"""The HTML beside a letter's text: made from that text, so that the two can never say different things.

What the text shows by its lines is recognised: paragraphs, lists whose lines begin with "- ", scores whose lines begin with
five marks, a code that stands alone, and addresses that stand on a line of their own. The last of those is where the letter
leads: it becomes the button. Everything is escaped by the template, and nothing is loaded from elsewhere.
"""

import re
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.template.loader import render_to_string

_TEMPLATE: Final = "mail/letter.html"
_ADDRESS: Final = re.compile(r"https?://\S+")
_CODE: Final = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}|[0-9]{6,8}")
_SCORE: Final = re.compile(r"(◆*)(◇*)  (.+?)  (.+)")
_NUMBER: Final = re.compile(r"\b([A-Z]{2}(?:-[0-9A-Z]{4}){3})\b")
"""The number of a certificate, which would else be broken behind its hyphens."""
_MARKS: Final = 5
_GROWING: Final = {"paragraph", "list", "scores"}


@dataclass(frozen=True)
class Block:
    """A part of a letter: lines of a `paragraph`, a `list` or `scores`, or the one of a `code`, a `link` or the `button`."""

    kind: str
    lines: tuple[str, ...]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The lines of `scores` in their columns: filled marks, empty ones, the number, and what it is of."""
        return [found.groups() for line in self.lines if (found := _SCORE.fullmatch(line))]

    @property
    def runs(self) -> list[list[tuple[str, bool]]]:
        """The lines in runs of text, each with whether it is a number that is to stay on one line."""
        return [[(run, place % 2 == 1) for place, run in enumerate(_NUMBER.split(line)) if run] for line in self.lines]


def dressed(subject: str, body: str) -> str:
    """The letter as HTML, in the active language."""
    context = {"subject": subject, "blocks": blocks(body), "organisation": settings.ORGANISATION, "portal": settings.PORTAL_URL}
    return str(render_to_string(_TEMPLATE, context))


def blocks(text: str) -> list[Block]:
    """The parts of a letter's text, in their order."""
    found: list[Block] = []
    for line in (one.strip() for one in text.splitlines()):
        kind, shown = _kind(line), line.removeprefix("- ")
        if found and found[-1].kind == kind and kind in _GROWING:
            found[-1] = Block(kind, (*found[-1].lines, shown))
        else:
            found.append(Block(kind, (shown,)))
    last = max((place for place, block in enumerate(found) if block.kind == "link"), default=None)
    if last is not None:
        found[last] = Block("button", found[last].lines)
    return [block for block in found if block.kind != "gap"]


def _kind(line: str) -> str:
    if not line:
        return "gap"
    if _ADDRESS.fullmatch(line):
        return "link"
    if _CODE.fullmatch(line):
        return "code"
    scored = _SCORE.fullmatch(line)
    if scored and len(scored[1] + scored[2]) == _MARKS:
        return "scores"
    return "list" if line.startswith("- ") else "paragraph"
