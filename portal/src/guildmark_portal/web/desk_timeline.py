"""What happened in an attempt, in its order: told from the facts that the database keeps, with who of the staff did what."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from guildmark.packs.model import text_in
from guildmark.rules.scoring import MAX_SCORE
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams.facts import submissions
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt, CreditKind, Report, Revision
from guildmark_portal.exams.retakes import waiver_of
from guildmark_portal.web import wording

_DONE_BY_STAFF: Final = {
    "submission.regraded": "regrade",
    "submission.ruled": "ruling",
    "attempt.credited": "credit",
    "attempt.waived": "entitlement",
}
"""Actions of the audit table, and the name under which its detail has the row that was written."""


_GRANTED: Final[Mapping[str, Callable[[], str]]] = {
    CreditKind.ACCOMMODATION.value: lambda: _("Extra time that was granted."),
    CreditKind.BREAK.value: lambda: _("A break that was granted."),
}
"""Reasons that speak to the candidate, as others read them."""


@dataclass(frozen=True)
class Moment:
    """Something that happened, in words. `tone` is that of its icon."""

    at: datetime
    what: str
    tone: str = "plain"


def moments(attempt: Attempt) -> list[Moment]:
    """Everything, the earliest first; of what happened at once, in the order in which it is told."""
    exam = attempt.exam_version.bank.exam
    titles = {one.id: f"{one.number}. {text_in(one.title, current())}" for one in exam.categories}
    doers = _doers(attempt)
    told = [*_course(attempt), *_uploads(attempt, titles), *_files(attempt, titles, doers)]
    told += [*_pins(attempt, titles), *_time(attempt, doers), *_outcome(attempt), *_again(attempt, doers)]
    return sorted(told, key=lambda moment: moment.at)


def _doers(attempt: Attempt) -> Mapping[tuple[str, int], str]:
    """Who of the staff ordered a regrade, ruled, or added time, by the row that came of it."""
    subjects = [f"attempt:{attempt.pk}", *(f"submission:{one.pk}" for one in submissions(attempt))]
    entries = list(Entry.objects.filter(action__in=_DONE_BY_STAFF, subject__in=subjects, actor__startswith="user:"))
    numbers = {int(entry.actor.removeprefix("user:")) for entry in entries}
    names = {f"user:{person.pk}": person.get_full_name() for person in User.objects.filter(pk__in=numbers)}
    return {
        (_DONE_BY_STAFF[entry.action], entry.detail[_DONE_BY_STAFF[entry.action]]): names.get(entry.actor, "")
        for entry in entries
    }


def _by(doers: Mapping[tuple[str, int], str], kind: str, number: int) -> str:
    """Who did it, as the end of a sentence in brackets; empty for the portal itself."""
    name = doers.get((kind, number), "")
    return f" ({name})" if name else ""


def _course(attempt: Attempt) -> Iterator[Moment]:
    yield Moment(attempt.opened_at, _("Registered"))
    for at, what in (
        (attempt.prepared_at, _("The exam was prepared")),
        (attempt.started_at, _("The clock was started")),
        (attempt.finished_at, _("Finished by the candidate")),
    ):
        if at is not None:
            yield Moment(at, what)


def _uploads(attempt: Attempt, titles: Mapping[str, str]) -> Iterator[Moment]:
    for upload in attempt.uploads.order_by("opened_at"):
        named = {"category": titles[upload.category], "name": upload.file_name}
        yield Moment(upload.opened_at, _("{category}: upload of {name} opened").format(**named))
        if upload.abandoned_at is not None:
            yield Moment(upload.abandoned_at, _("{category}: upload of {name} given up").format(**named), "caution")


def _files(attempt: Attempt, titles: Mapping[str, str], doers: Mapping[tuple[str, int], str]) -> Iterator[Moment]:
    for submission in reversed(submissions(attempt)):
        named = {"category": titles[submission.category], "name": submission.file_name}
        yield Moment(submission.received_at, _("{category}: {name} submitted").format(**named))
        for regrade in submission.regrades.all():
            told = _("{category}: a regrade of {name} was ordered. {reason}").format(**named, reason=regrade.reason)
            yield Moment(regrade.ordered_at, told + _by(doers, "regrade", regrade.pk))
        for report in submission.reports.all():
            yield _graded(report, named)
        for ruling in submission.rulings.all():
            told = _("{category}: ruled which report of {name} stands. {reason}").format(**named, reason=ruling.reason)
            yield Moment(ruling.ruled_at, told + _by(doers, "ruling", ruling.pk), "caution")


def _graded(report: Report, named: Mapping[str, str]) -> Moment:
    found = wording.of_verdict(report.verdict)
    word = found.word if report.score is None else _("{score} of {full}").format(score=report.score, full=MAX_SCORE)
    return Moment(report.recorded_at, _("{category}: {name} was graded. {found}").format(**named, found=word), found.tone)


def _pins(attempt: Attempt, titles: Mapping[str, str]) -> Iterator[Moment]:
    files = {one.pk: one.file_name for one in submissions(attempt)}
    for pin in attempt.pins.all():
        name = None if pin.submission_id is None else files.get(pin.submission_id)
        pinned = _("{category}: {name} was pinned") if name is not None else _("{category}: the pin was taken off")
        yield Moment(pin.pinned_at, pinned.format(category=titles[pin.category], name=name))


def _time(attempt: Attempt, doers: Mapping[tuple[str, int], str]) -> Iterator[Moment]:
    for credit in attempt.credits.all():
        reason = _GRANTED[credit.kind]() if credit.kind in _GRANTED else credit.said
        told = _("{span} were added. {reason}").format(span=wording.span(credit.seconds), reason=reason)
        yield Moment(credit.granted_at, told + _by(doers, "credit", credit.pk), "good")


def _outcome(attempt: Attempt) -> Iterator[Moment]:
    if attempt.ended_at is not None:
        yield Moment(attempt.ended_at, _("The attempt ended"))
    decision = getattr(attempt, "decision", None)
    if decision is None:
        return
    yield Moment(decision.recorded_at, _told(passed=decision.passed, points=decision.points))
    for revision in decision.revisions.all():
        yield _revised(revision)


def _again(attempt: Attempt, doers: Mapping[tuple[str, int], str]) -> Iterator[Moment]:
    right = waiver_of(attempt)
    if right is not None:
        told = _("The candidate may sit again: this is no failure of theirs.") + _by(doers, "entitlement", right.pk)
        yield Moment(right.granted_at, told, "good")


def _revised(revision: Revision) -> Moment:
    told = _told(passed=revision.passed, points=revision.points)
    return Moment(revision.recorded_at, _("The result was revised: {result}").format(result=told), "caution")


def _told(*, passed: bool, points: object) -> str:
    said = _("Passed with {points} points") if passed else _("Not passed, {points} points")
    return said.format(points=f"{points}".removesuffix(".0"))
