"""`/programs/PROGRAM/achievements/VERSION`: what every badge names as its `achievement.id`, for whoever follows that address.

What was asked, what a pass needed, and the criteria word for word as the badges have them. The fragments that a badge names
its results by (`#total`, `#category-category1`) are places on the page.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guildmark.packs.bank import BankManifest
from guildmark.packs.model import ExamSpec, text_in
from guildmark.packs.skills import TITLES
from guildmark.protocol import ExamKind
from guildmark_portal.credentials.achievements import exams_of
from guildmark_portal.credentials.badge import criteria_of
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import ExamVersion
from guildmark_portal.web.certificate_skills import Area, in_areas


@dataclass(frozen=True)
class Category:
    """A category of the exam, in the reader's language; `weight` in points."""

    id: str
    number: int
    title: str
    weight: int


@dataclass(frozen=True)
class Exam:
    """An exam that earns the achievement. `criteria` is in English, as it stands in the badges."""

    spec: ExamSpec
    title: str
    points: int
    demonstration: bool
    categories: tuple[Category, ...]
    areas: tuple[Area, ...]
    criteria: str

    @property
    def seconds(self) -> int:
        """How long it takes."""
        return self.spec.duration_minutes * 60


@require_safe
def show(request: HttpRequest, program: str, version: str) -> HttpResponse:
    """The page. Raises `Http404` for what no badge names."""
    exams = exams_of(program, version)
    if not exams:
        raise Http404(_("There is no such achievement."))
    return render(request, "guildmark/achievement.html", {**described(exams), "skills_page": reverse("web:skills")})


def described(exams: Iterable[ExamVersion]) -> dict[str, Any]:
    """What is told of the achievement that `exams` earn, one at least, in the active language: for `achievement_told.html`."""
    first, *others = map(_exam, exams)
    return {"exam": first, "others": others, "issuer": settings.ORGANISATION}


def _exam(row: ExamVersion) -> Exam:
    bank, language = row.bank, current()
    spec = bank.exam
    return Exam(
        spec=spec,
        title=text_in(spec.title, language),
        points=sum(spec.weights.values()),
        demonstration=row.program.exam_kind is not ExamKind.LIVE,
        categories=tuple(Category(one.id, one.number, text_in(one.title, language), one.weight) for one in spec.categories),
        areas=in_areas(_asked_for(bank)),
        criteria=criteria_of(spec),
    )


def _asked_for(bank: BankManifest) -> tuple[str, ...]:
    """The ids of the skills that any of its tasks asks for, in the order of the checklist; those outside of it last."""
    asked = dict.fromkeys(skill for form in bank.forms for skill in form.task.skills)
    return (*(skill for skill in TITLES if skill in asked), *(skill for skill in asked if skill not in TITLES))
