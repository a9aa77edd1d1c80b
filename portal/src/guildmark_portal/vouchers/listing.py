"""Batches as the desk and the command show them: how many codes and slots, who used which, and the codes themselves."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from guildmark_portal.audit import services as audit
from guildmark_portal.vouchers.making import code_of
from guildmark_portal.vouchers.models import Batch, Use, Voucher
from guildmark_portal.vouchers.wording import exam_of, worth_of


@dataclass(frozen=True)
class Listed:
    """A batch with its numbers: codes, slots in all, those that were used, and those that orders hold."""

    batch: Batch
    codes: int
    used: int
    held: int

    @property
    def slots(self) -> int:
        """How often its codes can be used, all together."""
        return self.codes * self.batch.uses

    @property
    def pays(self) -> str:
        """How much of the fee."""
        return worth_of(self.batch)

    @property
    def exam(self) -> str:
        """Of which exam."""
        return exam_of(self.batch)


@dataclass(frozen=True)
class Printed:
    """A code as it is given away, with the address at which it is redeemed."""

    number: int
    code: str

    @property
    def address(self) -> str:
        """Where it is redeemed: whoever opens it signs in first, and nothing happens before they say so."""
        return f"{settings.PORTAL_URL}/register/voucher/{self.code}/"


def batches() -> list[Listed]:
    """Every batch that is for anybody, the newest first. Personal vouchers stand with what they were granted for."""
    return [_listed(batch) for batch in _counted(Batch.objects.filter(is_personal=False))]


def batch_of(number: int) -> Listed:
    """The batch with that number. Raises `Batch.DoesNotExist`, for personal ones too."""
    return _listed(_counted(Batch.objects.filter(is_personal=False)).get(pk=number))


def _counted(rows: QuerySet[Batch]) -> QuerySet[Batch]:
    return rows.select_related("program").annotate(
        codes=Count("vouchers", distinct=True),
        used=Count("vouchers__taken", filter=Q(vouchers__taken__consumed_at__isnull=False), distinct=True),
        held=Count("vouchers__taken", filter=Q(vouchers__taken__consumed_at=None), distinct=True),
    )


def _listed(batch: Batch) -> Listed:
    counts = vars(batch)
    return Listed(batch, counts["codes"], counts["used"], counts["held"])


def uses_of(batch: Batch) -> QuerySet[Use]:
    """Who used the batch, the newest first."""
    return Use.objects.filter(voucher__batch=batch).select_related("user", "voucher", "program").order_by("-taken_at", "-pk")


@transaction.atomic
def codes_of(batch: Batch, *, actor: AbstractBaseUser | str) -> list[Printed]:
    """The codes, for the printed list. That they were read is written down first."""
    audit.record(actor=actor, action="vouchers.read", subject=batch)
    return [Printed(voucher.number, code_of(voucher)) for voucher in Voucher.objects.filter(batch=batch)]
