"""What candidates and staff are told about cases. No letter holds a word of what was written in one."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, override

from guildmark.rules.case import CaseKind, Outcome, remind_at
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.roles import owners
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, enqueue, handler
from guildmark_portal.mail import services as mail
from guildmark_portal.operations.models import Case
from guildmark_portal.operations.people import answerers
from guildmark_portal.operations.queries import case_with, exam_of, stands, waiting

REMIND: Final = "case.remind"


def opened(case: Case) -> None:
    """Tell the candidate that the case is here, and by when it is answered."""
    _tell(case, "opened")


def answered(case: Case, outcome: Outcome) -> None:
    """Tell the candidate that there is an answer, and where to read it."""
    _tell(case, "answered", outcome=outcome.value)


def remind(case: Case, *, at: datetime) -> None:
    """Have those who answer told at `at`, the day before the answer is due, and when it is; in the caller's transaction."""
    enqueue(kind=REMIND, key=str(case.pk), run_at=at)


def _tell(case: Case, template: str, **more: object) -> None:
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
        key=f"case.{template}:{case.pk}",
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
    instants = remind_at(case.answer_due)
    is_new = now < instants[0]
    told = list(answerers(case))
    for person in told:
        if not is_new or _is_asked_at_once(case, person, now=now):
            _ask(case, person, now=now, lacks_people=False)
    for owner in owners() if not told else ():
        _ask(case, owner, now=now, lacks_people=True)
    following = [instant for instant in instants if instant > now]
    if following:
        raise Later(following[0])


def case_with_key(key: str) -> Case | None:
    """The case that a job names; None if its candidate's account is gone."""
    found = Case.objects.filter(pk=key).first()
    return None if found is None else case_with(found.pk)


def _is_asked_at_once(case: Case, person: User, *, now: datetime) -> bool:
    """Incidents cannot wait; anything else is told to whoever had nothing to answer until now."""
    is_alone = [one.case.pk for one in waiting(viewer=person, now=now)] == [case.pk]
    return case.kind == CaseKind.INCIDENT.value or is_alone


def _ask(case: Case, person: User, *, now: datetime, lacks_people: bool) -> None:
    language = person.language or get_language()
    with override(language):
        context = {
            **_about(case),
            "name": person.name,
            "is_due": now >= case.answer_due,
            "lacks_people": lacks_people,
            "url": f"{settings.PORTAL_URL}/account/roles/" if lacks_people else f"{settings.PORTAL_URL}/desk/{case.pk}/",
        }
    mail.send(
        to=person.email,
        key=f"case.waiting:{case.pk}:{person.pk}",
        template="operations/waiting",
        context=context,
        language=language,
    )
