"""The list before Finish: what each category stands at, and what finishing now would leave behind."""

from datetime import datetime

from django.utils.translation import gettext as _

from guildmark.packs.model import CategorySpec, text_in
from guildmark.protocol import OpenUpload, Readiness, ReadinessItem
from guildmark.rules.attempt import accepts_bytes
from guildmark.rules.counting import Counts
from guildmark.rules.scoring import MAX_SCORE, PassRule
from guildmark_portal.exams import facts
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt, Submission, Upload
from guildmark_portal.exams.results import Counted, result_of


def readiness(attempt: Attempt, *, now: datetime) -> Readiness:
    """What finishing at `now` would mean."""
    exam, accepted = attempt.exam_version.bank.exam, facts.submissions(attempt)
    counted = result_of(attempt).counted
    clock = facts.timeline(attempt)
    return Readiness(
        items=tuple(_item(attempt, category, accepted, counted.get(category.id)) for category in exam.categories),
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


def _item(attempt: Attempt, category: CategorySpec, accepted: tuple[Submission, ...], counted: Counted | None) -> ReadinessItem:
    exam, mine = attempt.exam_version.bank.exam, [s for s in accepted if s.category == category.id]
    score = None if counted is None else counted.score
    warning = _missing(mine, score) or (_shortfall(mine, score or 0, exam.pass_rule) if exam.feedback.tells_score else None)
    chosen = facts.pinned(attempt).get(category.id)
    known = exam.feedback.tells_score or exam.counts is Counts.LAST or chosen is not None
    return ReadinessItem(
        id=category.id,
        number=category.number,
        title=text_in(category.title, current()),
        best_score=score if exam.feedback.tells_score else None,
        ready=warning is None,
        warning=warning,
        file_name=counted.submission.file_name if counted is not None and known else None,
        pinned=chosen is not None,
        grading=any(submission.report is None for submission in mine),
    )


def _missing(mine: list[Submission], score: int | None) -> str | None:
    if not mine:
        return _("nothing was submitted; it would count zero.")
    waiting = any(submission.report is None for submission in mine)
    return _("no submission could be graded; it would count zero.") if score is None and not waiting else None


def _shortfall(mine: list[Submission], score: int, pass_rule: PassRule) -> str | None:
    scores = [graded for graded in map(facts.score_of, mine) if graded is not None]
    waiting = any(submission.report is None for submission in mine)
    if not scores:
        return None
    if score < (best := max(scores)):
        return _("{score} counts here, though another submission has {best}.").format(score=score, best=best)
    if score == 0:
        return _("its best score is 0, which counts nothing.")
    if pass_rule is PassRule.ALL_FULL and score < MAX_SCORE and not waiting:
        return _("the score is %(score)s; this exam is passed with %(full)s in every category.") % {
            "score": score,
            "full": MAX_SCORE,
        }
    return None
