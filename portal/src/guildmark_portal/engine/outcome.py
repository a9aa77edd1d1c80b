"""The result of a decided attempt as its candidate reads it: on pages, in letters, through the API; in the active language."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from guildmark import i18n
from guildmark.packs.model import text_in
from guildmark.packs.skills import AREAS, TITLES
from guildmark.protocol import AreaResult, Result, RevisionView, ScoreChange, SkillResult
from guildmark.rules.attempt import decided_at
from guildmark.rules.breakdown import Asked, Shown, area_of, by_area, by_skill, to_practise
from guildmark_portal.credentials import services as credentials
from guildmark_portal.credentials.queries import certificate_of
from guildmark_portal.exams.appealing import appeal_until
from guildmark_portal.exams.facts import drawn, timeline
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt, Decision, Revision
from guildmark_portal.exams.results import category_results, result_of
from guildmark_portal.exams.retakes import wait_until


def result_view(attempt: Attempt, *, now: datetime) -> Result:
    """The decision, as its newest revision has it, with the skills that it shows."""
    exam, reached, certificate = attempt.exam_version.bank.exam, result_of(attempt), certificate_of(attempt)
    asked, decided = _asked(attempt), decided_at(timeline(attempt), now=now) or now
    return Result(
        passed=reached.passed,
        points=reached.points,
        points_possible=sum(exam.weights.values()),
        pass_rule=exam.pass_rule,
        pass_mark=exam.pass_mark,
        decided_at=decided,
        categories=category_results(attempt, language=current()),
        certificate=None if certificate is None else certificate.identifier,
        certificate_url=None if certificate is None else credentials.address(certificate.identifier),
        skills=_areas(asked),
        practise=to_practise(asked),
        retake_from=None if reached.passed else wait_until(user=attempt.user, program=attempt.program, now=now),
        appeal_until=appeal_until(attempt, decided_at=decided),
        revisions=tuple(_revisions(attempt)),
    )


def _asked(attempt: Attempt) -> list[Asked]:
    """Each category with what its drawn task asks for."""
    counted = result_of(attempt).counted
    return [
        Asked(
            score=counted[category.id].score if category.id in counted else 0,
            weight=category.weight,
            skills=drawn(attempt, category.id).form.task.skills,
        )
        for category in attempt.exam_version.bank.exam.categories
    ]


def _areas(asked: list[Asked]) -> tuple[AreaResult, ...]:
    """In the order of the checklist."""
    areas, skills, order = by_area(asked), by_skill(asked), list(TITLES)
    listed = sorted(skills, key=lambda skill: order.index(skill) if skill in TITLES else len(order))
    return tuple(
        AreaResult(
            **_row(area, AREAS, areas[area]),
            skills=tuple(SkillResult(**_row(skill, TITLES, skills[skill])) for skill in listed if area_of(skill) == area),
        )
        for area in sorted(areas)
    )


def _row(identifier: str, titles: Mapping[str, str], shown: Shown) -> dict[str, Any]:
    """An area or a skill; one that this version's checklist does not know has its id for a title."""
    title = i18n._(titles[identifier]) if identifier in titles else identifier
    return {"id": identifier, "title": title, "points": float(shown.points), "points_possible": shown.possible}


def _revisions(attempt: Attempt) -> Iterator[RevisionView]:
    """Every change since the decision, the oldest first."""
    before: Decision | Revision | None = getattr(attempt, "decision", None)
    if before is None:
        return
    for revision in attempt.decision.revisions.all():  # in their order
        yield RevisionView(
            recorded_at=revision.recorded_at,
            reason="" if revision.ruling is None else revision.ruling.reason,
            passed_before=before.passed,
            passed=revision.passed,
            points_before=float(before.points),
            points=float(revision.points),
            changes=tuple(_changes(attempt, before, revision)),
        )
        before = revision


def _changes(attempt: Attempt, before: Decision | Revision, after: Decision | Revision) -> Iterator[ScoreChange]:
    for category in attempt.exam_version.bank.exam.categories:
        scores = [written.counted.get(category.id, {}).get("score", 0) for written in (before, after)]
        if scores[0] != scores[1]:
            title = text_in(category.title, current())
            yield ScoreChange(number=category.number, title=title, before=scores[0], after=scores[1])
