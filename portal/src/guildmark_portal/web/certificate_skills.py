"""The skills that a certificate or an exam stands for, as pages show them: by area, in the language of whoever reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from guildmark import i18n, protocol
from guildmark.packs.skills import AREAS, TITLES
from guildmark.rules.breakdown import area_of
from guildmark_portal.credentials.badge import shown_skills
from guildmark_portal.exams.models import Attempt


@dataclass(frozen=True)
class Area:
    """An area of the skills checklist, with those of its skills that were shown or asked for: id and title."""

    title: str
    skills: tuple[tuple[str, str], ...]


def by_area(attempt: Attempt, document: protocol.Certificate) -> tuple[Area, ...]:
    """The skills that the attempt showed, in the order of the checklist."""
    return in_areas(shown_skills(attempt, document))


def in_areas(skills: Sequence[str]) -> tuple[Area, ...]:
    """The skills with these ids, by area."""
    return tuple(
        Area(_word(AREAS, area), tuple((skill, _word(TITLES, skill)) for skill in skills if area_of(skill) == area))
        for area in dict.fromkeys(map(area_of, skills))
    )


def _word(words: Mapping[str, str], name: str) -> str:
    return i18n._(words[name]) if name in words else name
