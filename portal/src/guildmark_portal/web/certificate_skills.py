"""The skills that a certificate stands for, as its page shows them: by area, in the language of whoever reads."""

from collections.abc import Mapping
from dataclasses import dataclass

from guildmark import i18n, protocol
from guildmark.packs.skills import AREAS, TITLES
from guildmark.rules.breakdown import area_of
from guildmark_portal.credentials.badge import shown_skills
from guildmark_portal.exams.models import Attempt


@dataclass(frozen=True)
class Area:
    """An area of the skills checklist, with those of its skills that were shown: id and title."""

    title: str
    skills: tuple[tuple[str, str], ...]


def by_area(attempt: Attempt, document: protocol.Certificate) -> tuple[Area, ...]:
    """The skills that the attempt showed, in the order of the checklist."""
    shown = shown_skills(attempt, document)
    return tuple(
        Area(_word(AREAS, area), tuple((skill, _word(TITLES, skill)) for skill in shown if area_of(skill) == area))
        for area in dict.fromkeys(map(area_of, shown))
    )


def _word(words: Mapping[str, str], name: str) -> str:
    return i18n._(words[name]) if name in words else name
