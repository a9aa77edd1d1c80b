"""Which entitlement an attempt takes (rule G6): the one that ends first, while its last day is not over.

An attempt that was opened and not begun keeps its entitlement until that is over or taken back; registering again gives it
another one, where there is one or the program is free. One that has begun is never asked.
"""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from guildmark.rules.entitlement import Worth
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.changes import announce
from guildmark_portal.exams.entitling import claim, grant, usable
from guildmark_portal.exams.models import Attempt, Entitlement, Program
from guildmark_portal.exams.refusals import EntitlementOver, NotPaid
from guildmark_portal.exams.support import contact_of

FREE: Final = "free"
"""The source of an entitlement to a program without a fee. No reminder is written: another one is to be had at any time."""


def entitlement_for(*, user: User, program: Program, now: datetime) -> Entitlement:
    """The right to sit that an attempt opened now will spend. Raises `NotPaid` where there is none and the program costs."""
    claim(user=user, now=now)
    held = usable(user=user, program=program, now=now)
    if held is not None:
        return held
    if not program.is_free:
        raise NotPaid(
            _("The fee for this exam, {fee}, is not paid.").format(fee=program.policy.price),
            next_step=_how_to_pay(program),
        )
    return grant(to=user, program=program, source=FREE, actor=user, now=now)


def _how_to_pay(program: Program) -> str:
    if settings.PAYMENTS.mode:
        return _("Pay it at %s.") % f"{settings.PORTAL_URL}/register/pay/?program={program.slug}"
    return _("Write to {contact}: they tell you how to pay, and give you the right to sit it.").format(
        contact=whom_to_write_to(program)
    )


def renewed(attempt: Attempt, *, now: datetime) -> bool:
    """Give an attempt that has not begun another entitlement where its own is over or taken back; whether it got one.

    Raises `EntitlementOver` where there is none.
    """
    if may_begin(attempt, now=now):
        return False
    if attempt.is_pilot:  # an invitation is worth one right, and no other one is spent on it
        require_entitlement(attempt, now=now)
    try:
        right = entitlement_for(user=attempt.user, program=attempt.program, now=now)
    except NotPaid:
        require_entitlement(attempt, now=now)
        raise
    Attempt.objects.filter(pk=attempt.pk, started_at=None).update(entitlement=right)
    audit.record(actor=attempt.user, action="attempt.entitled_again", subject=attempt, detail={"entitlement": right.pk})
    announce(attempt.pk)
    return True


def can_be_renewed(attempt: Attempt, *, now: datetime) -> bool:
    """Whether registering again would give the attempt another entitlement."""
    program = attempt.program
    if attempt.is_pilot:
        return False
    return program.is_free or usable(user=attempt.user, program=program, now=now) is not None


def may_begin(attempt: Attempt, *, now: datetime) -> bool:
    """Whether nothing about its entitlement speaks against beginning; of an attempt that has begun, nothing ever does."""
    return attempt.started_at is not None or attempt.entitlement.worth(now=now) is Worth.USABLE


def require_entitlement(attempt: Attempt, *, now: datetime) -> None:
    """Refuse to begin with an entitlement that is over or taken back. Raises `EntitlementOver` with the next step."""
    if may_begin(attempt, now=now):
        return
    raise EntitlementOver(_said(attempt, now=now), next_step=_next_step(attempt))


def _said(attempt: Attempt, *, now: datetime) -> str:
    right = attempt.entitlement
    worth = right.worth(now=now)
    if worth is Worth.OVER and right.valid_until is not None:
        return _("Your right to sit this exam was valid until %(day)s. The clock has not started.") % {
            "day": date_format(right.valid_until, "DATE_FORMAT")
        }
    if worth is Worth.VOID and right.voided_at is not None:
        return _("Your right to sit this exam was taken back on %(day)s. The clock has not started.") % {
            "day": date_format(right.voided_at, "DATE_FORMAT")
        }
    return _("The right to sit this exam was spent already.")


def _next_step(attempt: Attempt) -> str:
    page = f"{settings.PORTAL_URL}/exam/{attempt.pk}/"
    if attempt.program.is_free:
        return _("Register again at %s: it costs nothing, and the exam stays as you prepared it.") % page
    return _("With another right to sit it, register again at %(page)s; to get one, write to %(contact)s.") % {
        "page": page,
        "contact": whom_to_write_to(attempt.program),
    }


def whom_to_write_to(program: Program) -> str:
    """For a right to sit: as the program or the portal says, else the organisation's name."""
    return contact_of(program.policy) or str(settings.ORGANISATION)
