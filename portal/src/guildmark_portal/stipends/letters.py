"""What applicants and staff are told about stipends. No letter holds a word of what was written in an application."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, override

from guildmark.rules.case import remind_at
from guildmark_portal import clock
from guildmark_portal.accounts.models import Role, User
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, enqueue, handler
from guildmark_portal.mail import rewriting
from guildmark_portal.mail import services as mail
from guildmark_portal.stipends.models import Application, Decision
from guildmark_portal.vouchers.making import code_of
from guildmark_portal.vouchers.wording import title_of, worth_of

REMIND: Final = "stipend.remind"


def applied(application: Application) -> None:
    """Tell the applicant that it arrived, and by when it is answered."""
    _tell(application, "applied", due=date_format(localtime(application.answer_due), "DATETIME_FORMAT"))


def decided(decision: Decision) -> None:
    """Tell the applicant what was decided; of a stipend, its voucher with the last day."""
    application, voucher = decision.application, decision.voucher
    if voucher is None:
        _tell(application, "declined", days=settings.IDENTITY_RETENTION_DAYS)
        return
    language = _language(application)
    with override(language):
        last = voucher.batch.valid_until
        said = {"pays": worth_of(voucher.batch), "until": "" if last is None else date_format(last, "DATE_FORMAT")}
    code = code_of(voucher)
    _tell(application, "granted", code=code, redeem=f"{settings.PORTAL_URL}/register/voucher/{code}/", **said)


@rewriting.writer("stipend.applied")
def _applied_again(key: str) -> None:
    applied(Application.objects.select_related("user", "program").get(pk=UUID(key)))


@rewriting.writer("stipend.waiting")
def _asked_again(key: str) -> None:
    """To whoever decides still, while it waits."""
    number, _colon, person = key.partition(":")
    application = Application.objects.select_related("program").filter(pk=UUID(number), decision=None).first()
    if application is not None:
        for one in deciders(application):
            if one.pk == int(person):
                _ask(application, one)


@rewriting.writer("stipend.granted")
@rewriting.writer("stipend.declined")
def _decided_again(key: str) -> None:
    decided(
        Decision.objects.select_related("application__user", "application__program", "voucher__batch").get(
            application=UUID(key)
        )
    )


def remind(application: Application, *, at: datetime) -> None:
    """Have those who decide told at `at`, the day before it is due, and when it is; in the caller's transaction."""
    enqueue(kind=REMIND, key=str(application.pk), run_at=at)


def _language(application: Application) -> str:
    return application.language or application.user.language or get_language() or settings.LANGUAGE_CODE


def _tell(application: Application, template: str, **more: object) -> None:
    language = _language(application)
    with override(language):
        context = {
            "name": application.user.name,
            "exam": title_of(application.program),
            "page": f"{settings.PORTAL_URL}/stipend/mine/",
            **more,
        }
    mail.send(
        to=application.user.email,
        key=f"stipend.{template}:{application.pk}",
        template=f"stipends/{template}",
        context=context,
        language=language,
    )


@handler(REMIND)
def _remind(job: Job) -> None:
    """Write to those who decide, for as long as nobody did."""
    now = clock.now()
    application = Application.objects.select_related("program").filter(pk=job.key, decision=None).first()
    if application is None:
        return
    for person in deciders(application):
        _ask(application, person)
    following = [instant for instant in remind_at(application.answer_due) if instant > now]
    if following:
        raise Later(following[0])


def deciders(application: Application) -> list[User]:
    """Support and owners, but never the applicant."""
    holding = User.objects.filter(
        is_active=True, grants__revoked_at=None, grants__role__in=[Role.SUPPORT.value, Role.OWNER.value]
    )
    return list(holding.exclude(pk=application.user_id).distinct().order_by("email"))


def _ask(application: Application, person: User) -> None:
    language = person.language or settings.LANGUAGE_CODE
    with override(language):
        context = {
            "name": person.name,
            "exam": title_of(application.program),
            "due": date_format(localtime(application.answer_due), "DATETIME_FORMAT"),
            "url": f"{settings.PORTAL_URL}/desk/stipends/{application.pk}/",
        }
    mail.send(
        to=person.email,
        key=f"stipend.waiting:{application.pk}:{person.pk}",
        template="stipends/waiting",
        context=context,
        language=language,
    )
