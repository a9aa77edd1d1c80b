"""The letters that tell a result, and that it changed: in the reader's language, the titles of exam and categories too."""

from typing import Any

from django.conf import settings
from django.utils.translation import get_language, override

from guildmark.packs.model import text_in
from guildmark.protocol import CategoryResult
from guildmark.rules.scoring import MAX_SCORE, PassRule
from guildmark_portal.credentials import services as credentials
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt, Revision
from guildmark_portal.exams.results import Reached, category_results, result_of
from guildmark_portal.mail import services as mail

_FULL, _EMPTY = "◆", "◇"


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


def _send(attempt: Attempt, template: str, *, key: str, certificate: Certificate | None, **said: Any) -> None:
    language = attempt.user.language or get_language()
    with override(language):
        context = {**_context(attempt, certificate), **said}
    mail.send(to=attempt.user.email, key=key, template=template, language=language, context=context)


def _context(attempt: Attempt, certificate: Certificate | None) -> dict[str, Any]:
    exam, reached = attempt.exam_version.bank.exam, result_of(attempt)
    return {
        "name": attempt.user.name,
        "exam": text_in(exam.title, current()),
        "kind": attempt.program.kind,
        "passed": reached.passed,
        "points": f"{reached.points:g}",
        "possible": sum(exam.weights.values()),
        "pass_mark": exam.pass_mark if exam.pass_rule is PassRule.WEIGHTED else None,
        "lines": [_line(result) for result in category_results(attempt, language=current())],
        "result_url": f"{settings.PORTAL_URL}/exam/{attempt.pk}/result/",
        "certificate_url": None if certificate is None else credentials.address(certificate.identifier),
    }


def _line(result: CategoryResult) -> str:
    marks = _FULL * result.score + _EMPTY * (MAX_SCORE - result.score)
    return f"{marks}  {result.score}/{MAX_SCORE}  {result.number}. {result.title}"
