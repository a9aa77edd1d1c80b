"""What a right to sit came from in the first place, however often it was given on: a voucher of one account stays with it."""

from contextlib import suppress
from uuid import UUID

from guildmark_portal.exams.models import Entitlement
from guildmark_portal.orders.models import Order
from guildmark_portal.vouchers.models import Use, Voucher

_MOVED, _ORDER, _VOUCHER = "moved:", "order:", "voucher:"


def is_personal(right: Entitlement) -> bool:
    """Whether a voucher for one account alone, as a stipend is, paid it or a part of it."""
    once = _first_of(right).once
    if once.startswith(_ORDER):
        return _is_order_personal(once.removeprefix(_ORDER).partition(":")[0])
    if once.startswith(_VOUCHER):
        number = once.removeprefix(_VOUCHER).partition(":")[0]
        return Voucher.objects.filter(pk=int(number), batch__is_personal=True).exists()
    return False


def _is_order_personal(number: str) -> bool:
    """Of a discount whose voucher is not known any more, the worse is taken: nobody sells a stipend."""
    use = Use.objects.filter(once=f"{_ORDER}{number}").select_related("voucher__batch").first()
    if use is not None:
        return bool(use.voucher.batch.is_personal)
    with suppress(ValueError):
        return Order.objects.filter(pk=UUID(number), discount__gt=0).exists()
    return False


def _first_of(right: Entitlement) -> Entitlement:
    found = right
    while found.once.startswith(_MOVED):
        before = Entitlement.objects.filter(pk=int(found.once.removeprefix(_MOVED))).first()
        if before is None:
            break
        found = before
    return found
