"""The letters that tell a result, and that it changed: in the reader's language, the titles of exam and categories too."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, override

from guildmark.packs.model import text_in
from guildmark.protocol import AreaResult, Result
from guildmark.rules.scoring import MAX_SCORE, PassRule
from guildmark_portal import clock
from guildmark_portal.credentials import services as credentials
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.credentials.queries import certificate_of
from guildmark_portal.engine.outcome import result_view
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt, Revision
from guildmark_portal.exams.queries import attempt_with
from guildmark_portal.exams.results import Reached
from guildmark_portal.mail import rewriting
from guildmark_portal.mail import services as mail

_FULL, _EMPTY = "◆", "◇"
_NAMED: Final = 5
"""So many skills to practise are named; the page has all of them."""
_PRIORITY: Final = 50
"""Before a letter to everybody who is registered; after the codes that people wait for."""


def tell_result(attempt: Attempt, certificate: Certificate | None) -> None:
    """Mail the result of an attempt that was just decided."""
    _send(attempt, "engine/result", key=f"result:{attempt.pk}", certificate=certificate)


def tell_revision(attempt: Attempt, revision: Revision, *, before: Reached, certificate: Certificate | None) -> None:
    """Mail that the result rose, or what an examiner ruled and why, and from what to what the result changed."""
    said = {
        "before": f"{before.points:g}",
        "passed_before": before.passed,
        "reason": "" if revision.ruling is None else revision.ruling.reason,
    }
    _send(attempt, "engine/revised", key=f"revised:{attempt.pk}:{revision.number}", certificate=certificate, **said)


@rewriting.writer("result")
@rewriting.writer("revised")
def _tell_again(key: str) -> None:
    """The result as it stands now, for a letter that came back."""
    attempt = attempt_with(UUID(key.partition(":")[0]))
    tell_result(attempt, certificate_of(attempt))


def _send(attempt: Attempt, template: str, *, key: str, certificate: Certificate | None, **said: Any) -> None:
    language = attempt.user.language or get_language()
    with override(language):
        context = {**_context(attempt, certificate), **said}
    mail.send(to=attempt.user.email, key=key, template=template, language=language, context=context, priority=_PRIORITY)


def _context(attempt: Attempt, certificate: Certificate | None) -> dict[str, Any]:
    exam, result = attempt.exam_version.bank.exam, result_view(attempt, now=clock.now())
    return {
        "name": attempt.user.name,
        "exam": text_in(exam.title, current()),
        "kind": attempt.program.kind,
        "is_pilot": attempt.is_pilot,
        "certifies": attempt.certifies,
        "passed": result.passed,
        "points": f"{result.points:g}",
        "possible": result.points_possible,
        "pass_mark": exam.pass_mark if exam.pass_rule is PassRule.WEIGHTED else None,
        "lines": [_line(row.score, f"{row.score}/{MAX_SCORE}", f"{row.number}. {row.title}") for row in result.categories],
        "areas": [_share(area) for area in result.skills],
        "practise": () if result.passed else _to_practise(result),
        "again": _instant(result.retake_from),
        "appeal_until": _instant(result.appeal_until),
        "may_retry": not result.passed and result.retake_from is None and attempt.program.is_open,
        "result_url": f"{settings.PORTAL_URL}/exam/{attempt.pk}/result/",
        "certificate_url": None if certificate is None else credentials.address(certificate.identifier),
    }


def _instant(at: datetime | None) -> str:
    return "" if at is None else date_format(localtime(at), "DATETIME_FORMAT")


def _share(area: AreaResult) -> str:
    """The marks of an area fill with its share; only the whole of it fills the last one."""
    return _line(MAX_SCORE * area.hundredths // 100, f"{area.hundredths} %", area.title)


def _line(score: int, said: str, what: str) -> str:
    return f"{_FULL * score + _EMPTY * (MAX_SCORE - score)}  {said}  {what}"


def _to_practise(result: Result) -> list[str]:
    titles = {skill.id: skill.title for area in result.skills for skill in area.skills}
    return [f"{skill} {titles[skill]}" for skill in result.practise[:_NAMED]]
