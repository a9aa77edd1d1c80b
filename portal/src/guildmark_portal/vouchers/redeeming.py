"""Using a voucher: looking its code up, and taking a slot of it, exactly once.

    quote    ──> what it takes off the price now; nothing is written
    redeem   ──> it pays everything: a slot is taken, and the right to sit is granted at once
    reserve  ──> it pays a part: a slot is held for the order that `once` names
                   ├── consume   the order was paid
                   └── release   the order was given up: the slot is free again
                                 (and was paid all the same: `reserve_again`, where one is free)

A slot is a row with a number, unique in its voucher: whoever comes second for the last one finds none. The order settles what
becomes of a slot, never the clock; what was reserved on the last day is consumed on the day after.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

from django.db import IntegrityError, transaction

from guildmark.rules.entitlement import Worth
from guildmark.rules.money import Money, after_discount
from guildmark.rules.voucher import VoucherStands
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.exams import entitlement_letters
from guildmark_portal.exams.conditions import require_conditions
from guildmark_portal.exams.entitling import grant
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.exams.registering import require_handbook
from guildmark_portal.vouchers.codes import digest_of, normalised
from guildmark_portal.vouchers.models import Use, Voucher
from guildmark_portal.vouchers.refusals import (
    MistypedVoucher,
    NoSuchVoucher,
    NothingToPay,
    OtherPrice,
    OtherProgram,
    PaysAPart,
    ProgramClosed,
    VoucherEarly,
    VoucherInAnOrder,
    VoucherOfAnother,
    VoucherOver,
    VoucherStopped,
    VoucherUsedByYou,
    VoucherUsedUp,
)
from guildmark_portal.vouchers.wording import title_of

_AGAIN: Final = 20
"""Tries for a free slot that another process took in between; transactions are worked on one after the other."""


@dataclass(frozen=True)
class Quote:
    """What a voucher does to a price: the price, what it takes off, and what is left to pay."""

    voucher: Voucher
    price: Money
    discount: Money

    @property
    def left(self) -> Money:
        """What is still to be paid."""
        return after_discount(self.price, self.discount)

    @property
    def pays_all(self) -> bool:
        """Whether nothing is left: then it is redeemed, and there is no order."""
        return not self.left


def found(code: str) -> Voucher:
    """The voucher with that code, however it was typed. Raises `NoSuchVoucher`."""
    written = normalised(code)
    if written is None:
        raise MistypedVoucher
    voucher = Voucher.objects.select_related("batch__program").filter(digest=digest_of(written)).first()
    if voucher is None:
        raise NoSuchVoucher
    return voucher


def price_of(program: Program) -> Money:
    """The fee of the program, as it is settled now, and as a card can pay it."""
    policy = program.policy
    return Money.of(policy.fee, policy.currency).payable


def quote(*, code: str, user: User, program: Program, now: datetime, price: Money | None = None) -> Quote:
    """What the voucher would take off the price, for `user`; that of the program unless another one is given.

    Raises what `VoucherRefused` names, `VoucherUsedUp` among it.
    """
    return _quoted(found(code), user=user, program=program, price=price, now=now)


def _quoted(voucher: Voucher, *, user: User, program: Program, price: Money | None, now: datetime) -> Quote:
    _require_standing(voucher, now=now)
    _require_fitting(voucher, user=user, program=program, price=price or price_of(program))
    _require_unused(voucher, user=user)
    if _free_slot(voucher) is None:
        raise VoucherUsedUp
    costs = price or price_of(program)
    return Quote(voucher, costs, voucher.batch.value.discount(costs))


def _require_standing(voucher: Voucher, *, now: datetime) -> None:
    batch = voucher.batch
    stands = batch.terms.stands(now=now)
    if stands is VoucherStands.STOPPED:
        raise VoucherStopped
    if stands is VoucherStands.OVER and batch.valid_until is not None:
        raise VoucherOver(batch.valid_until)
    if stands is VoucherStands.EARLY and batch.valid_from is not None:
        raise VoucherEarly(batch.valid_from)


def _require_fitting(voucher: Voucher, *, user: User, program: Program, price: Money) -> None:
    batch = voucher.batch
    if batch.is_personal and voucher.holder_id != user.pk:
        raise VoucherOfAnother
    if batch.program is not None and batch.program_id != program.pk:
        raise OtherProgram(title_of(batch.program))
    if not program.is_open:
        raise ProgramClosed
    if program.is_free or not price:
        raise NothingToPay
    if not batch.value.is_taken_in(price.currency):
        raise OtherPrice(batch.currency, str(price))


def _require_unused(voucher: Voucher, *, user: User) -> None:
    before = Use.objects.filter(voucher=voucher, user=user).first()
    if before is not None:
        raise VoucherInAnOrder if before.consumed_at is None else VoucherUsedByYou


@transaction.atomic
def redeem(*, code: str, user: User, program: Program, now: datetime) -> Entitlement:
    """Use a voucher that pays everything: the right to sit is granted at once, and its holder is written to.

    Asked twice by the same person, the same right is answered while it can be used. Raises `VoucherRefused`, `PaysAPart`, or
    `RegistrationIncomplete` where the handbook is to be acknowledged first (rule P8).
    """
    voucher = found(code)
    if (right := _redeemed_before(voucher, user=user, program=program, now=now)) is not None:
        return right
    quoted = _quoted(voucher, user=user, program=program, price=None, now=now)
    if not quoted.pays_all:
        raise PaysAPart
    require_conditions(user=user, program=program, now=now)
    require_handbook(user=user, program=program, now=now)
    use = _take(quoted, user=user, program=program, once=f"redeemed:{uuid4().hex}", now=now)
    Use.objects.filter(pk=use.pk).update(consumed_at=now)
    right = grant(
        to=user, program=program, source=voucher.batch.source, actor=user, once=f"voucher:{voucher.pk}:{use.slot}", now=now
    )
    audit.record(actor=user, action="voucher.redeemed", subject=voucher, detail={"slot": use.slot, "entitlement": right.pk})
    entitlement_letters.tell_granted(right)
    return right


def _redeemed_before(voucher: Voucher, *, user: User, program: Program, now: datetime) -> Entitlement | None:
    use = Use.objects.filter(voucher=voucher, user=user, program=program, consumed_at__isnull=False).first()
    if use is None:
        return None
    right = Entitlement.objects.filter(once=f"voucher:{voucher.pk}:{use.slot}", user=user).first()
    return right if right is not None and right.worth(now=now) is Worth.USABLE else None


@transaction.atomic
def reserve(  # noqa: PLR0913 - which slot, for whom, of what price
    *, code: str, user: User, program: Program, once: str, now: datetime, price: Money | None = None
) -> Use:
    """Hold a slot for what `once` names, such as `order:7`; what it takes off `price` stands in the use.

    With the same `once` and code, the use that was reserved then is answered. Raises `VoucherRefused`.
    """
    voucher = found(code)
    before = Use.objects.select_related("voucher__batch").filter(once=once, voucher=voucher, user=user).first()
    if before is not None:
        return before
    return _take(
        _quoted(voucher, user=user, program=program, price=price, now=now), user=user, program=program, once=once, now=now
    )


@transaction.atomic
def reserve_again(  # noqa: PLR0913 - as above
    *, voucher: Voucher, user: User, program: Program, once: str, discount: Money, now: datetime
) -> Use:
    """Hold a slot anew for what was given up and then paid all the same: for what it was, whatever holds of the voucher by now.

    Raises `VoucherRefused` where no slot is free, or `user` has taken one since.
    """
    _require_unused(voucher, user=user)
    return _take(Quote(voucher, discount, discount), user=user, program=program, once=once, now=now)


@transaction.atomic
def consume(*, use: Use, now: datetime) -> bool:
    """What it was reserved for was paid; False if that was said before. Raises `Use.DoesNotExist` for one given back."""
    if not Use.objects.filter(pk=use.pk, consumed_at=None).update(consumed_at=now):
        Use.objects.get(pk=use.pk)
        return False
    audit.record(actor=audit.SYSTEM, action="voucher.consumed", subject=use, detail={"voucher": use.voucher_id})
    return True


@transaction.atomic
def release(*, use: Use) -> bool:
    """What it was reserved for was given up: the slot is free again. False for one that was consumed, or given back before."""
    given_back, _per_model = Use.objects.filter(pk=use.pk, consumed_at=None).delete()
    if given_back:
        audit.record(actor=audit.SYSTEM, action="voucher.released", subject=f"use:{use.pk}", detail={"voucher": use.voucher_id})
    return bool(given_back)


def _take(quoted: Quote, *, user: User, program: Program, once: str, now: datetime) -> Use:
    """A free slot, taken by one row. Raises `VoucherUsedUp`, or `VoucherUsedByYou`, where another process was quicker."""
    voucher = quoted.voucher
    for _try in range(_AGAIN):
        slot = _free_slot(voucher)
        if slot is None:
            break
        try:
            with transaction.atomic():
                return Use.objects.create(
                    voucher=voucher,
                    slot=slot,
                    user=user,
                    program=program,
                    once=once,
                    discount=quoted.discount.amount,
                    currency=quoted.discount.currency,
                    taken_at=now,
                )
        except IntegrityError:
            _require_unused(voucher, user=user)
    raise VoucherUsedUp


def _free_slot(voucher: Voucher) -> int | None:
    """The first slot that nobody took: 1, or one after a taken one."""
    taken = set(Use.objects.filter(voucher=voucher).values_list("slot", flat=True))
    return next((slot for slot in range(1, voucher.batch.uses + 1) if slot not in taken), None)
