"""What stands before a payment on the candidate's pages: the fee that is owed, and a right to sit that waits to be accepted.

Whoever is offered a right, or invited to a seat, is led there first: money for the same exam would be money for nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from guildmark.errors import Refused
from guildmark.rules.money import Money, after_discount
from guildmark.rules.registration import Step
from guildmark_portal.accounts.models import User
from guildmark_portal.cohorts import accepting
from guildmark_portal.exams.entitling import not_over, unspent
from guildmark_portal.exams.models import Attempt, Program
from guildmark_portal.exams.pilots import invitations_to
from guildmark_portal.orders.models import Order
from guildmark_portal.orders.opening import is_sold
from guildmark_portal.profiles.registration import steps_missing
from guildmark_portal.transfers import giving
from guildmark_portal.transfers.models import Transfer
from guildmark_portal.vouchers import redeeming


@dataclass(frozen=True)
class Fee:
    """What a right to sit costs somebody now, less what the voucher that they brought along takes off."""

    price: Money
    off: Money | None = None
    order: Order | None = None
    """The one that is open."""

    @property
    def left(self) -> Money:
        """What is to be paid."""
        return self.price if self.off is None else after_discount(self.price, self.off)


@dataclass(frozen=True)
class Awaited:
    """The rights to sit one program that wait to be accepted by somebody, and what of it they can accept at once."""

    offers: tuple[Transfer, ...] = ()
    invitations: tuple[accepting.Open, ...] = ()
    takes_offer: bool = False
    """Whether every step is taken that comes before accepting what somebody else gives on."""
    takes_seat: bool = False
    """Whether the handbook is acknowledged, which comes before a seat."""

    def __bool__(self) -> bool:
        return bool(self.offers or self.invitations)

    @property
    def to_accept(self) -> bool:
        """Whether something can be accepted now."""
        return self.offer is not None or self.invitation is not None

    @property
    def offer(self) -> Transfer | None:
        """The one to accept now."""
        return self.offers[0] if self.offers and self.takes_offer else None

    @property
    def invitation(self) -> accepting.Open | None:
        """The one to accept now."""
        return self.invitations[0] if self.invitations and self.takes_seat and self.offer is None else None


def owes(user: User, program: Program | None, *, now: datetime) -> bool:
    """Whether a fee is to be paid for a right to sit, wherever that is done."""
    return program is not None and not program.is_free and program.pk not in _held(user, now=now)


def _held(user: User, *, now: datetime) -> set[int]:
    """The programs that `user` may sit, or sits, or tries as a pilot: nothing is owed for them."""
    rights = not_over(unspent(user), now=now).values_list("program", flat=True)
    sitting = Attempt.objects.filter(user=user, started_at__isnull=False, ended_at=None).values_list("program", flat=True)
    return {*rights, *sitting, *(one.exam_version.program_id for one in invitations_to(user))}


def fees_of(user: User, programs: Iterable[Program], *, code: str, now: datetime) -> Mapping[str, Fee]:
    """What each program costs `user`, who brought the voucher `code`, where it is sold and they owe it.

    One for which a right waits to be accepted costs them nothing.
    """
    costless = _held(user, now=now)
    costless |= {one.right.program_id for one in giving.offered_to(user, now=now)}
    costless |= {one.cohort.program_id for one in accepting.open_to(user, now=now)}
    sold = [program for program in programs if is_sold(program) and program.pk not in costless]
    unpaid = user.orders.filter(paid_at=None, given_up_at=None) if sold else ()
    orders = {order.program_id: order for order in unpaid}
    return {program.slug: _fee(user, program, orders.get(program.pk), code=code, now=now) for program in sold}


def _fee(user: User, program: Program, order: Order | None, *, code: str, now: datetime) -> Fee:
    if code:
        try:
            quote = redeeming.quote(code=code, user=user, program=program, now=now)
        except Refused:  # the page of payment tells why
            pass
        else:
            return Fee(quote.price, quote.discount, order)
    if order is not None:
        return Fee(order.money(order.price), order.money(order.discount) if order.discount else None, order)
    return Fee(redeeming.price_of(program))


def awaited(user: User, program: Program | None, *, now: datetime) -> Awaited:
    """What waits for `user` to accept it, of rights to sit `program`."""
    if program is None:
        return Awaited()
    offers = tuple(one for one in giving.offered_to(user, now=now) if one.right.program_id == program.pk)
    invitations = tuple(one for one in accepting.open_to(user, now=now) if one.cohort.program_id == program.pk)
    return Awaited(
        offers,
        invitations,
        takes_offer=bool(offers) and not missing_to_take(user, program, now=now),
        takes_seat=bool(invitations) and accepting.has_handbook(user, program, now=now),
    )


def missing_to_take(user: User, program: Program, *, now: datetime) -> tuple[Step, ...]:
    """The steps that come before accepting what somebody else gives on: papers may still be checked."""
    asked = replace(program.policy.registration, identity=False)
    return steps_missing(user=user, policy=asked, now=now, program=program.slug)
