"""The part of what the portal holds on a person that vouchers are: which they hold, and which they used."""

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _

from guildmark.rules.voucher import VoucherStands
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.personal_data import Json, Part
from guildmark_portal.vouchers.making import code_of
from guildmark_portal.vouchers.models import Batch, Use, Voucher
from guildmark_portal.vouchers.wording import worth_of


def lost(user: User) -> Iterator[str]:
    """Personal vouchers that could still be used."""
    for voucher in usable_by(user):
        yield _("Your voucher for {what}, which you have not used, ends with the account.").format(what=worth_of(voucher.batch))


def usable_by(user: User) -> list[Voucher]:
    """The personal vouchers that `user` holds and can still use."""
    now = clock.now()
    held = Voucher.objects.filter(holder=user, taken=None).select_related("batch__program")
    return [voucher for voucher in held if voucher.batch.terms.stands(now=now) in {VoucherStands.OPEN, VoucherStands.EARLY}]


def export(user: User) -> Json:
    """The vouchers that are theirs, with their codes, and every slot that they took."""
    return {
        "held": [_held(voucher) for voucher in Voucher.objects.filter(holder=user).select_related("batch__program")],
        "used": [_used(use) for use in Use.objects.filter(user=user).select_related("program", "voucher__batch")],
    }


def _held(voucher: Voucher) -> dict[str, Any]:
    batch = voucher.batch
    return {
        "code": code_of(voucher),
        "pays": worth_of(batch),
        "program": None if batch.program is None else batch.program.slug,
        "valid_until": None if batch.valid_until is None else batch.valid_until.isoformat(),
        "made_at": batch.made_at.isoformat(),
        "stopped_at": None if batch.stopped_at is None else batch.stopped_at.isoformat(),
    }


def _used(use: Use) -> dict[str, Any]:
    return {
        "program": use.program.slug,
        "discount": use.discount,
        "currency": use.currency,
        "taken_at": use.taken_at.isoformat(),
        "consumed_at": None if use.consumed_at is None else use.consumed_at.isoformat(),
    }


def erase(user: User) -> None:
    """Slots that they used stay taken, by nobody; one that is held for an order goes. What is theirs alone is stopped."""
    Use.objects.filter(user=user, consumed_at=None).delete()
    Use.objects.filter(user=user).update(user=None)
    now = clock.now()
    held = Voucher.objects.filter(holder=user)
    Batch.objects.filter(vouchers__in=held, stopped_at=None).update(stopped_at=now)
    held.update(holder=None)


PART: Final = Part(name="vouchers", export=export, erase=erase, lost=lost)
