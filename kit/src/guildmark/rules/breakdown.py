"""What a result says of skills: how far each one that was asked for was shown, and which to practise next.

A skill is shown by the points of the categories whose tasks ask for it. Points are exact.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from guildmark.rules.scoring import MAX_SCORE

ENOUGH: Final = Fraction(4, 5)
"""The share of a skill's points from which a certificate says that it was shown."""


@dataclass(frozen=True)
class Asked:
    """A category as it counts: a `score` of 0 to 5, worth `weight` points, and the `skills` that its task asks for."""

    score: int
    weight: int
    skills: tuple[str, ...]

    @property
    def points(self) -> Fraction:
        """What the score is worth."""
        return Fraction(self.weight * self.score, MAX_SCORE)


@dataclass(frozen=True)
class Shown:
    """`points` reached, of the `possible` ones of every category that asks for it."""

    points: Fraction
    possible: int

    @property
    def share(self) -> Fraction:
        """From 0 to 1."""
        return self.points / self.possible if self.possible else Fraction()


def area_of(skill: str) -> str:
    """The area of a skill's id: `C` of `C6`."""
    return skill[:1]


def by_skill(categories: Iterable[Asked]) -> dict[str, Shown]:
    """Each skill that was asked for, in the order in which the categories name them."""
    return _shown(categories, lambda category: category.skills)


def by_area(categories: Iterable[Asked]) -> dict[str, Shown]:
    """Each area of which a skill was asked for; a category counts once, however many of its skills are of the area."""
    return _shown(categories, lambda category: map(area_of, category.skills))


def _shown(categories: Iterable[Asked], names_of: Callable[[Asked], Iterable[str]]) -> dict[str, Shown]:
    found = dict[str, Shown]()
    for category in categories:
        for name in dict.fromkeys(names_of(category)):
            before = found.get(name, Shown(Fraction(), 0))
            found[name] = Shown(before.points + category.points, before.possible + category.weight)
    return found


def shown_well(categories: Iterable[Asked]) -> tuple[str, ...]:
    """The skills of which `ENOUGH` was shown: those that a certificate names."""
    return tuple(skill for skill, shown in by_skill(categories).items() if shown.share >= ENOUGH)


def to_practise(categories: Sequence[Asked]) -> tuple[str, ...]:
    """The skills of the categories that miss points, each once: where most are missing first, and there the least shown.

    So what only that category asks for stands before what others asked for and got. Empty where nothing is missing.
    """
    shown = by_skill(categories)
    losing = [category for category in categories if category.score < MAX_SCORE]
    ranked = sorted(losing, key=lambda category: category.points - category.weight)
    return tuple(
        dict.fromkeys(skill for category in ranked for skill in sorted(category.skills, key=lambda skill: shown[skill].share))
    )
