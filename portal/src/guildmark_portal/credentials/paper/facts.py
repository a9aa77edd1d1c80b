"""What a certificate says on paper, and what its badge does."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.text import capfirst


@dataclass(frozen=True)
class CategoryScore:
    """A category of the exam: its `score` from 0 to 5, and the `points` of `weight` that it brought."""

    title: str
    score: int
    points: float
    weight: int


@dataclass(frozen=True)
class SkillArea:
    """An area of the skills checklist, with the titles of its skills that were shown."""

    title: str
    skills: tuple[str, ...]


@dataclass(frozen=True)
class BadgeFacts:
    """What the picture of a badge says. It names no holder, so that all badges of a program and a year look the same."""

    program: str
    level: str
    issuer: str
    year: int
    demonstration: bool

    @property
    def level_beside_program(self) -> str:
        """The level where the program's name does not say it by itself, as "TensorFlow practitioner" does; else nothing."""
        is_said = re.search(rf"(?<!\w){re.escape(self.level)}(?!\w)", self.program, re.IGNORECASE)
        return "" if is_said else capfirst(self.level)


@dataclass(frozen=True)
class PaperFacts:
    """Everything that a certificate says. Its texts are in `language`, one of the site's, where they can be translated.

    `identity` says in words how the holder's identity was checked, `pass_rule` by which rule the exam was passed. `verify_url`
    is the page that checks this certificate. `credential` is the signed credential, as it is attached, byte for byte; the
    file that is attached stays in English whatever the language of the paper.
    """

    identifier: str
    holder: str
    program: str
    level: str
    framework: str
    exam_version: str
    issuer: str
    issued_on: date
    expires_on: date
    points: float
    points_possible: int
    categories: tuple[CategoryScore, ...]
    skills: tuple[SkillArea, ...]
    identity: str
    pass_rule: str
    verify_url: str
    demonstration: bool
    credential: bytes
    language: str

    @property
    def badge(self) -> BadgeFacts:
        """What the badge that belongs to this paper says."""
        return BadgeFacts(self.program, self.level, self.issuer, self.issued_on.year, self.demonstration)
