"""What is mailed about a cohort, in the language of the roster's row, or that of the account once there is one."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import override

from guildmark_portal.accounts.own_data import is_deleted
from guildmark_portal.cohorts.links import address_of
from guildmark_portal.cohorts.models import Invitation, Taking
from guildmark_portal.cohorts.wording import title_of
from guildmark_portal.exams.support import contact_of
from guildmark_portal.jobs.models import Job
from guildmark_portal.mail import rewriting
from guildmark_portal.mail import services as mail

KINDS: Final = ("cohort.invited", "cohort.reminded", "cohort.accepted", "cohort.prolonged", "cohort.withdrawn")
_PRIORITY: Final = 20


def key_of_invitation(invitation: Invitation) -> str:
    """The key of the letter that holds its link; another one once it is sent again."""
    return f"cohort.invited:{invitation.pk}:{invitation.nonce[:8]}"


def invited(invitation: Invitation) -> None:
    """The personal link, with the window and what is granted."""
    _tell(invitation, "invited", key_of_invitation(invitation), link=address_of(invitation.nonce))


def reminded(invitation: Invitation, *, now: datetime) -> None:
    """The same link again."""
    _tell(invitation, "reminded", f"cohort.reminded:{invitation.pk}:{now:%Y%m%d}", link=address_of(invitation.nonce))


def withdrawn(invitation: Invitation) -> None:
    """That it counts no longer; only whoever was written to before is written to."""
    _tell(invitation, "withdrawn", f"cohort.withdrawn:{invitation.pk}:{invitation.nonce[:8]}")


def prolonged(invitation: Invitation) -> None:
    """That the window closes later than was told; once for each close, whatever is done again."""
    key = f"cohort.prolonged:{invitation.pk}:{invitation.cohort.closes_at:%Y%m%d%H%M%S}"
    if not Job.objects.filter(kind=mail.KIND, key=key).exists():
        _tell(invitation, "prolonged", key, page=f"{settings.PORTAL_URL}/exam/")


def accepted(taking: Taking) -> None:
    """The seat, and from when on it can be begun."""
    invitation, seat = taking.invitation, taking.seat
    starts_at = invitation.cohort.window.starts_at(seat.offset)
    page = f"{settings.PORTAL_URL}/exam/"
    _tell(invitation, "accepted", f"cohort.accepted:{taking.pk}", starts_at=starts_at, number=seat.number, page=page)


@rewriting.writer("cohort.invited")
@rewriting.writer("cohort.reminded")
def _invited_again(key: str) -> None:
    number, _colon, _rest = key.partition(":")
    _rewrite(Invitation.objects.filter(pk=number, withdrawn_at=None, accepted_at=None), invited)


@rewriting.writer("cohort.withdrawn")
def _withdrawn_again(key: str) -> None:
    number, _colon, _rest = key.partition(":")
    _rewrite(Invitation.objects.filter(pk=number, withdrawn_at__isnull=False), withdrawn)


@rewriting.writer("cohort.accepted")
def _accepted_again(key: str) -> None:
    found = Taking.objects.filter(pk=key, given_back_at=None).select_related("seat", "invitation__cohort__program")
    for taking in found:
        accepted(taking)


def _rewrite(found: QuerySet[Invitation], write: Callable[[Invitation], None]) -> None:
    for invitation in found.select_related("cohort__program", "user"):
        write(invitation)


def _tell(invitation: Invitation, template: str, key: str, *, starts_at: datetime | None = None, **more: object) -> None:
    user, cohort = invitation.user, invitation.cohort
    to = invitation.email if user is None else user.email
    if not to or is_deleted(to):
        return
    language = ("" if user is None else user.language) or invitation.language or settings.LANGUAGE_CODE
    with override(language):
        context = {
            "name": invitation.name if user is None else user.name,
            "cohort": cohort.name,
            "organisation": cohort.organisation,
            "exam": title_of(cohort.program),
            "opens": _said(cohort.opens_at),
            "closes": _said(cohort.closes_at),
            "starts": "" if starts_at is None else _said(starts_at),
            "percent": invitation.percent,
            "breaks": invitation.breaks,
            "break_minutes": invitation.break_minutes,
            "support": contact_of(cohort.program.policy),
            **more,
        }
    mail.send(to=to, key=key, template=f"cohorts/{template}", context=context, language=language, priority=_PRIORITY)


def _said(instant: datetime) -> str:
    return date_format(localtime(instant), "DATETIME_FORMAT")
