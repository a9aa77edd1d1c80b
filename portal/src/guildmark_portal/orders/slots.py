"""The slot of a voucher that an order holds: kept with it, used up once it is paid, and free again once it is given up.

A page of payment that nobody could close may still be paid afterwards. Then the slot is taken anew, if it can be: a discount is
worth nothing without one. Which voucher it was stands in the audit entry of giving up, which nothing changes or deletes.
"""

from datetime import datetime
from typing import Final

from guildmark_portal.audit import services as audit
from guildmark_portal.audit.models import Entry
from guildmark_portal.orders.models import Order
from guildmark_portal.vouchers import redeeming
from guildmark_portal.vouchers.models import Use, Voucher
from guildmark_portal.vouchers.refusals import VoucherRefused

GIVEN_UP: Final = "order.given_up"
"""The audit entry's action; `voucher` in its detail is the one whose slot was freed."""


def release(order: Order) -> int | None:
    """The slot is free again; the number of its voucher, None without one."""
    use = Use.objects.filter(once=order.once).first()
    if use is None:
        return None
    redeeming.release(use=use)
    return use.voucher_id


def use_up(order: Order, *, now: datetime) -> bool:
    """What the order was paid with is used up; False where it had a discount whose slot is another's by now."""
    use = Use.objects.filter(once=order.once).first() or _taken_again(order, now=now)
    if use is not None:
        redeeming.consume(use=use, now=now)
    return use is not None or not order.discount


def _taken_again(order: Order, *, now: datetime) -> Use | None:
    voucher = _voucher_of(order) if order.discount else None
    if voucher is None or order.user is None:
        return None
    discount = order.money(order.discount)
    try:
        return redeeming.reserve_again(
            voucher=voucher, user=order.user, program=order.program, once=order.once, discount=discount, now=now
        )
    except VoucherRefused:
        return None


def _voucher_of(order: Order) -> Voucher | None:
    for entry in Entry.objects.filter(action=GIVEN_UP, subject=audit.name_of(order)):
        if "voucher" in entry.detail:
            return Voucher.objects.filter(pk=entry.detail["voucher"]).first()
    return None
