"""Deciding on an application, once, by the criteria of its program: nothing, a part of the fee, or all of it (rule G7).

What is granted is a voucher that the applicant's account alone can use, for as many days as the program settles.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction

from guildmark.rules.stipend import last_day_of_use, may_grant
from guildmark.rules.voucher import ALL, VoucherValue
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.identity import vault
from guildmark_portal.identity.sealed import Sealed
from guildmark_portal.stipends import letters, shredding
from guildmark_portal.stipends.applying import Words, words_of
from guildmark_portal.stipends.models import Application, Decision
from guildmark_portal.stipends.refusals import (
    CriteriaNotMet,
    DecidedBefore,
    NoStipend,
    NoSuchShare,
    NothingSaid,
    OwnApplication,
    TooMuchSaid,
)
from guildmark_portal.vouchers.making import Plan, make_personal
from guildmark_portal.vouchers.models import Voucher

MOST_CHARACTERS: Final = 2000
_PURPOSE: Final = "stipend-decision"


@transaction.atomic
def decide(  # noqa: PLR0913 - a decision has this many parts
    *, application: Application, by: User, percent: int, met: Iterable[str], text: str, now: datetime
) -> Decision:
    """Decide it, and have the applicant told with the voucher, if there is one.

    Raises `OwnApplication`, `DecidedBefore`, `CriteriaNotMet`, `NoSuchShare`, `NoStipend`, `NothingSaid` or `TooMuchSaid`.
    """
    held = Application.objects.select_for_update().select_related("program", "user").get(pk=application.pk)
    if held.user_id == by.pk:
        raise OwnApplication
    if Decision.objects.filter(application=held).exists():
        raise DecidedBefore
    words = _checked(text)
    if not 0 <= percent <= ALL:
        raise NoSuchShare
    criteria = list(held.program.policy.stipend_criteria)
    found = [criterion for criterion in criteria if criterion in set(met)]
    if percent and not may_grant(criteria, found):
        raise CriteriaNotMet
    decision = Decision.objects.create(
        application=held,
        by=by,
        percent=percent,
        criteria=criteria,
        met=found,
        words=vault.seal(content=words.encode(), purpose=_PURPOSE),
        voucher=_voucher(held, percent, by=by, now=now) if percent else None,
        decided_at=now,
    )
    audit.record(actor=by, action="stipend.decided", subject=held, detail={"percent": percent, "met": found})
    letters.decided(decision)
    shredding.look_when_due(decision)
    return decision


def _voucher(application: Application, percent: int, *, by: User, now: datetime) -> Voucher:
    days = application.program.policy.stipend_use_days
    if days is None:
        raise NoStipend
    plan = Plan(
        name="Stipend",
        value=VoucherValue.share(percent),
        program=application.program,
        valid_until=last_day_of_use(now, days),
    )
    return make_personal(plan=plan, holder=application.user, actor=by, now=now, once=f"stipend:{application.pk}")


def _checked(text: str) -> str:
    words = text.strip()
    if not words:
        raise NothingSaid
    if len(words) > MOST_CHARACTERS:
        raise TooMuchSaid(MOST_CHARACTERS)
    return words


def decision_words(sealed: Sealed) -> str | None:
    """What was written to the applicant; None once it was destroyed. Raises `Unreadable`."""
    try:
        return vault.unseal(sealed).decode()
    except vault.Shredded:
        return None


@transaction.atomic
def looked_at(*, application: Application, viewer: User) -> Words | None:
    """What the applicant wrote, for the staff: the look is written down first. Raises `OwnApplication`, or `Unreadable`.

    Raises `Application.DoesNotExist` where the account was deleted meanwhile.
    """
    held = Application.objects.select_for_update().select_related("words").get(pk=application.pk)
    if held.user_id == viewer.pk:
        raise OwnApplication
    audit.record(actor=viewer, action="stipend.look", subject=held)
    return words_of(held.words)
