"""The list before Finish: what each category stands at, and what finishing now would leave behind."""

from datetime import datetime

from django.utils.translation import gettext as _

from guildmark.packs.model import CategorySpec, text_in
from guildmark.protocol import OpenUpload, Readiness, ReadinessItem
from guildmark.rules.attempt import accepts_bytes
from guildmark.rules.scoring import MAX_SCORE, PassRule
from guildmark_portal.exams import facts
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt, Submission, Upload
from guildmark_portal.exams.results import Counted, result_of


def readiness(attempt: Attempt, *, now: datetime) -> Readiness:
    """What finishing at `now` would mean."""
    exam = attempt.exam_version.bank.exam
    accepted = facts.submissions(attempt)
    counted = result_of(attempt).counted
    clock = facts.timeline(attempt)
    return Readiness(
        items=tuple(_item(category, accepted, counted.get(category.id), exam.pass_rule) for category in exam.categories),
        open_uploads=tuple(
            open_upload_view(upload)
            for upload in facts.open_uploads(attempt)
            if accepts_bytes(clock, opened_at=upload.opened_at, now=now)
        ),
        pending=clock.pending_reports,
    )


def open_upload_view(upload: Upload) -> OpenUpload:
    """An upload under way, as its owner sees it."""
    return OpenUpload(
        id=str(upload.pk),
        category=upload.category,
        file_name=upload.file_name,
        size=upload.size,
        offset=upload.offset,
        opened_at=upload.opened_at,
    )


def warnings(listed: Readiness) -> tuple[str, ...]:
    """What a candidate should know before finishing, one sentence each."""
    missing = tuple(
        _("Category %(number)s, %(title)s: %(warning)s") % {"number": item.number, "title": item.title, "warning": item.warning}
        for item in listed.items
        if item.warning is not None
    )
    unsent = tuple(
        _("The upload of %(file)s is not complete and would be abandoned.") % {"file": upload.file_name}
        for upload in listed.open_uploads
    )
    return missing + unsent


def _item(
    category: CategorySpec, accepted: tuple[Submission, ...], counted: Counted | None, pass_rule: PassRule
) -> ReadinessItem:
    score = None if counted is None else counted.score
    warning = _warning([s for s in accepted if s.category == category.id], score, pass_rule)
    return ReadinessItem(
        id=category.id,
        number=category.number,
        title=text_in(category.title, current()),
        best_score=score,
        ready=warning is None,
        warning=warning,
    )


def _warning(accepted: list[Submission], score: int | None, pass_rule: PassRule) -> str | None:
    if not accepted:
        return _("nothing was submitted; it would count zero.")
    waiting = any(submission.report is None for submission in accepted)
    if score is None:
        return None if waiting else _("no submission could be graded; it would count zero.")
    best = max(facts.score_of(submission) or 0 for submission in accepted)
    if score < best:
        return _("{score} counts here, though another submission has {best}.").format(score=score, best=best)
    if score == 0:
        return _("its best score is 0, which counts nothing.")
    if pass_rule is PassRule.ALL_FULL and score < MAX_SCORE and not waiting:
        return _("the score is %(score)s; this exam is passed with %(full)s in every category.") % {
            "score": score,
            "full": MAX_SCORE,
        }
    return None
