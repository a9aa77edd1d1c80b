"""What candidates and staff are told about cases. No letter holds a word of what was written in one."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, override

from guildmark.rules.case import Outcome, remind_at
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.roles import owners
from guildmark_portal.exams.models import Accommodation
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, enqueue, handler
from guildmark_portal.mail import rewriting
from guildmark_portal.mail import services as mail
from guildmark_portal.operations.models import Case
from guildmark_portal.operations.people import answerers
from guildmark_portal.operations.queries import case_with, exam_of, granted_by, stands

REMIND: Final = "case.remind"
ADDED: Final = "case.added"
_TOGETHER: Final = timedelta(minutes=5)


def opened(case: Case) -> None:
    """Tell the candidate that the case is here, and by when it is answered."""
    _tell(case, "opened")


def answered(case: Case, outcome: Outcome) -> None:
    """Tell the candidate that there is an answer, what it grants, and where to read it."""
    _tell(case, "answered", outcome=outcome.value, granted=granted_by(case))


def asked(case: Case) -> None:
    """Tell the candidate that there is a question, and where to read it."""
    _tell(case, "asked")


def revoked(case: Case, accommodation: Accommodation) -> None:
    """Tell the candidate that what was granted is taken back, and where to read why."""
    _tell(case, "revoked", number=f":{accommodation.pk}", granted=accommodation)


@rewriting.writer("case.opened")
def _opened_again(key: str) -> None:
    opened(case_with(UUID(key)))


@rewriting.writer("case.answered")
def _answered_again(key: str) -> None:
    case = case_with(UUID(key))
    answered(case, Outcome(case.answer.outcome))


@rewriting.writer("case.asked")
def _asked_again(key: str) -> None:
    asked(case_with(UUID(key)))


@rewriting.writer("case.revoked")
def _revoked_again(key: str) -> None:
    number, _colon, granted = key.partition(":")
    revoked(case_with(UUID(number)), Accommodation.objects.get(pk=granted))


def added(case: Case) -> None:
    """Have those who answer told that the candidate added something; what comes within minutes is one letter."""
    enqueue(kind=ADDED, key=str(case.pk), run_at=clock.now() + _TOGETHER)


def remind(case: Case, *, at: datetime) -> None:
    """Have those who answer told at `at`, the day before the answer is due, and when it is; in the caller's transaction."""
    enqueue(kind=REMIND, key=str(case.pk), run_at=at)


def _tell(case: Case, template: str, *, number: str = "", **more: object) -> None:
    language = case.language or case.user.language or get_language()
    with override(language):
        context = {
            **_about(case),
            "name": case.user.name,
            "days": settings.IDENTITY_RETENTION_DAYS,
            "url": f"{settings.PORTAL_URL}/help/{case.pk}/",
            **more,
        }
    mail.send(
        to=case.user.email,
        key=f"case.{template}:{case.pk}{number}",
        template=f"operations/{template}",
        context=context,
        language=language,
    )


def _about(case: Case) -> dict[str, object]:
    return {
        "kind": case.kind,
        "exam": exam_of(case),
        "due": date_format(localtime(case.answer_due), "DATETIME_FORMAT"),
    }


@handler(REMIND)
def _remind(job: Job) -> None:
    """Write to those who answer, for as long as nobody did."""
    now, case = clock.now(), case_with_key(job.key)
    if case is None or not stands(case, now=now).waits:
        return
    told = answerers(case)
    for person in told:
        _ask(case, person, now=now)
    for owner in owners() if not told else ():
        _ask(case, owner, now=now, lacks_people=True)
    following = [instant for instant in remind_at(case.answer_due) if instant > now]
    if following:
        raise Later(following[0])


@handler(ADDED)
def _added(job: Job) -> None:
    """Write to those who answer that there is more to read, if nobody answered meanwhile."""
    now, case = clock.now(), case_with_key(job.key)
    if case is None or not stands(case, now=now).waits:
        return
    for person in answerers(case):
        _ask(case, person, now=now, is_added=True)


def case_with_key(key: str) -> Case | None:
    """The case that a job names; None if its candidate's account is gone."""
    found = Case.objects.filter(pk=key).first()
    return None if found is None else case_with(found.pk)


def _ask(case: Case, person: User, *, now: datetime, lacks_people: bool = False, is_added: bool = False) -> None:
    language = person.language or get_language()
    with override(language):
        context = {
            **_about(case),
            "name": person.name,
            "is_due": now >= case.answer_due,
            "lacks_people": lacks_people,
            "is_added": is_added,
            "url": f"{settings.PORTAL_URL}/account/roles/" if lacks_people else f"{settings.PORTAL_URL}/desk/{case.pk}/",
        }
    mail.send(
        to=person.email,
        key=f"case.{'added' if is_added else 'waiting'}:{case.pk}:{person.pk}",
        template="operations/waiting",
        context=context,
        language=language,
    )
