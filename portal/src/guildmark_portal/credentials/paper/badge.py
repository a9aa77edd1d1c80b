"""The pictures that a certificate is shown by: its badge, and the preview of its page.

Letters are drawn as outlines, so that a badge looks the same wherever it is shown.
"""

import base64
import re
from functools import lru_cache
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from django.utils import translation
from django.utils.translation import gettext as _

from guildmark_portal.credentials.paper import artwork
from guildmark_portal.credentials.paper.facts import BadgeFacts, PaperFacts
from guildmark_portal.credentials.paper.lettering import lettered
from guildmark_portal.credentials.paper.names import letters_missing
from guildmark_portal.credentials.paper.typesetting import NoLetters, drawn
from guildmark_portal.fonts import families

_BADGE_ART: Final = {"rosette": artwork.rosette("#e3dcc0", width=1.3), "mark": artwork.guild_mark(artwork.SHEET)}
_DEMONSTRATION: Final = "DEMONSTRATION"
"""A badge speaks English, as the credential does that is baked into it."""
_ENCLOSED: Final = re.compile(
    r'<image (transform="[^"]*") xlink:href="data:image/svg\+xml;base64,([^"]*)" (width="[^"]*" height="[^"]*")[^>]*/>'
)
"""A drawing within the drawing, as typst writes it."""


@lru_cache(maxsize=32)
def badge_svg(facts: BadgeFacts) -> str:
    """The badge as an SVG 512 wide and high, on nothing; its title says what is on it. Raises `NoLetters`."""
    drawing = drawn("badge", _on_badge(facts), _BADGE_ART, into="svg").decode().replace('"512pt"', '"512"')
    title = " · ".join(filter(None, (facts.program, facts.level_beside_program, facts.issuer, str(facts.year))))
    opening, _bracket, rest = _ENCLOSED.sub(_opened, drawing).partition(">")
    return f'{opening} role="img" aria-label={quoteattr(title)}><title>{escape(title)}</title>{rest}'


@lru_cache(maxsize=32)
def badge_png(facts: BadgeFacts) -> bytes:
    """The same as a PNG of 512 by 512 pixels. Raises `NoLetters`."""
    return drawn("badge", _on_badge(facts), _BADGE_ART, into="png")


def preview_png(facts: PaperFacts) -> bytes:
    """A PNG of 1200 by 630 pixels with the holder's name, the program and the issuer: for a page that shows them anyway.

    Raises `NoLetters`.
    """
    _refuse_what_cannot_be_shown(facts.holder, facts.program, facts.level, facts.issuer)
    with translation.override(facts.language):
        said = {
            "fonts": families(facts.language),
            "issuer": lettered(facts.issuer),
            "holder": lettered(facts.holder),
            "program": lettered(facts.program),
            "foot": lettered(" · ".join(filter(None, (facts.badge.level_beside_program, facts.identifier)))),
            "demonstration": facts.demonstration,
            "word": lettered(_("DEMONSTRATION")),
        }
    art = {
        "rosette": artwork.rosette(artwork.ENGRAVING),
        "band": artwork.band(artwork.ENGRAVING),
        "mark_on_accent": artwork.guild_mark(artwork.SHEET),
    }
    return drawn("preview", said, art, into="png")


def _on_badge(facts: BadgeFacts) -> dict[str, Any]:
    _refuse_what_cannot_be_shown(facts.program, facts.level, facts.issuer)
    return {
        "program": lettered(facts.program),
        "level": lettered(facts.level_beside_program),
        "foot": lettered(f"{facts.issuer} · {facts.year}"),
        "demonstration": facts.demonstration,
        "word": lettered(_DEMONSTRATION),
    }


def _refuse_what_cannot_be_shown(*texts: str) -> None:
    """Pictures do not tell which letters their fonts lack, as a PDF does."""
    missing = letters_missing(" ".join(texts))
    if missing:
        raise NoLetters(missing)


def _opened(enclosed: re.Match[str]) -> str:
    """A drawing within the drawing as its own elements: sites that take a badge often drop pictures in `data:` addresses."""
    transform, content, size = enclosed.groups()
    drawing = base64.b64decode(content).decode().partition("<svg ")[2]
    return f"<g {transform}><svg {size} {drawing.rstrip()}</g>"
