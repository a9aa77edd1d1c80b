"""The certificate as a PDF: a page worth framing, and behind it what was shown and how to check it."""

from datetime import UTC, date, datetime, time
from typing import Any, Final

from django.utils import translation
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from guildmark_portal.credentials.paper import artwork
from guildmark_portal.credentials.paper.facts import PaperFacts, SkillArea
from guildmark_portal.credentials.paper.lettering import lettered
from guildmark_portal.credentials.paper.names import letters_missing
from guildmark_portal.credentials.paper.typesetting import NoLetters, drawn
from guildmark_portal.fonts import families
from guildmark_portal.qr_codes import qr_code

_REGIONS: Final = {"zh-hans": "CN"}
"""Where a language is written in more than one way: the one by whose rules it is set."""
_LINE: Final = 62
"""Letters of a skill that make a line, about: only to balance two columns."""


def pdf(facts: PaperFacts) -> bytes:
    """The certificate, not yet signed. Raises `NoLetters` where a letter cannot be shown: ask `letters_missing` first."""
    missing = letters_missing(facts.holder)
    if missing:
        raise NoLetters(missing)
    with translation.override(facts.language):
        said = _said(facts)
    art = {
        "rosette": artwork.rosette(artwork.ENGRAVING, width=0.9),
        "band": artwork.band(artwork.ENGRAVING),
        "corner": artwork.guild_mark(artwork.ENGRAVING),
        "mark": artwork.guild_mark(artwork.ACCENT),
        "mark_on_accent": artwork.guild_mark(artwork.SHEET),
        "qr": qr_code(facts.verify_url),
        "credential": facts.credential.decode(),
    }
    return drawn("paper", said, art, at=datetime.combine(facts.issued_on, time(), UTC))


def warm() -> None:
    """Unpack and read the fonts, which takes about two seconds, so that the first certificate need not wait for it."""
    drawn("name", lettered("Guildmark"), {})


def _said(facts: PaperFacts) -> dict[str, Any]:
    points = _("{points} of {possible} points").format(points=f"{facts.points:g}", possible=facts.points_possible)
    return {
        "language": facts.language.partition("-")[0],
        "region": _REGIONS.get(facts.language.lower()),
        "fonts": families(facts.language),
        "bold": families(facts.language, bold=True),
        "title": f"{facts.program} · {facts.holder}",
        "date": {"year": facts.issued_on.year, "month": facts.issued_on.month, "day": facts.issued_on.day},
        "issuer": lettered(facts.issuer),
        "holder": lettered(facts.holder),
        "program": lettered(facts.program),
        "identifier": facts.identifier,
        "demonstration": facts.demonstration,
        "verify": {"url": facts.verify_url, "host": lettered(facts.verify_url.partition("://")[2])},
        "passed": _("by training models that were measured on unseen data: {points}.").format(points=points),
        "total": lettered(points),
        "pass_rule": facts.pass_rule,
        "foot": [(name, lettered(text)) for name, text in _foot(facts)],
        "evidence": [(name, lettered(text)) for name, text in _evidence(facts) if text],
        "categories": [
            {"title": it.title, "score": it.score, "points": f"{it.points:g} / {it.weight}"} for it in facts.categories
        ],
        "skills": _columns(facts.skills),
        "words": _words(),
    }


def _foot(facts: PaperFacts) -> list[tuple[str, str]]:
    return [
        (_("Issued"), _day(facts.issued_on)),
        (_("Valid until"), _day(facts.expires_on)),
        (_("Level"), capfirst(facts.level)),
        (_("Certificate"), facts.identifier),
    ]


def _evidence(facts: PaperFacts) -> list[tuple[str, str]]:
    return [
        (_("Identity"), facts.identity),
        (_("Exam version"), facts.exam_version),
        (_("Framework"), facts.framework),
        *_foot(facts)[:3],
    ]


def _words() -> dict[str, Any]:
    return {
        "certifies": _("This certifies that"),
        "passed": _("has passed"),
        "demonstration": lettered(_("DEMONSTRATION")),
        "nothing": _("Made with a public exam to show how the system works. It certifies nothing."),
        "check": _("Check the certificate"),
        "scores": _("Scores by category"),
        "category": _("Category"),
        "score": _("Score"),
        "points": _("Points"),
        "skills": _("Skills"),
        "evidence": _("Certificate"),
        "how": _("How to check this certificate"),
        "open": _("Open this address: only the issuer's own site can say that a certificate is genuine."),
        "inside": _(
            "This file is signed: any change made after it was issued shows. The credential that is attached to it "
            "(credential.json) can be checked without the issuer's site, too."
        ),
        "attached": _("The signed credential"),
    }


def _day(day: date) -> str:
    return date_format(day, "j F Y" if translation.get_language() == "en" else "DATE_FORMAT")


def _columns(areas: tuple[SkillArea, ...]) -> list[list[dict[str, Any]]]:
    """The areas in two columns of about the same length."""
    lengths = [2 + sum(1 + len(skill) // _LINE for skill in area.skills) for area in areas]
    cut = min(range(len(areas) + 1), key=lambda at: (max(sum(lengths[:at]), sum(lengths[at:])), -at))
    written = [{"title": lettered(area.title), "skills": list(area.skills)} for area in areas]
    return [written[:cut], written[cut:]]
