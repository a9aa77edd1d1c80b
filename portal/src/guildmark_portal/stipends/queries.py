"""Where applications stand, computed from what happened."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from django.db.models import QuerySet

from guildmark.rules.voucher import VoucherStands
from guildmark_portal.accounts.models import User
from guildmark_portal.stipends.models import Application, Decision
from guildmark_portal.vouchers.wording import title_of


class Standing(str, Enum):
    """Where an application stands."""

    WAITING = "waiting"
    OVERDUE = "overdue"
    DECLINED = "declined"
    GRANTED = "granted"
    USED = "used"
    OVER = "over"


@dataclass(frozen=True)
class Stands:
    """An application with where it stands, the title of its exam, and the last day of what was granted."""

    application: Application
    standing: Standing
    exam: str
    decision: Decision | None = None
    last_day: date | None = None

    @property
    def waits(self) -> bool:
        """Whether nobody decided it yet."""
        return self.decision is None


def applications_of(user: User, *, now: datetime) -> list[Stands]:
    """The person's own, the newest first."""
    return _stand(_all().filter(user=user).order_by("-applied_at"), now=now)


def waiting(*, now: datetime) -> list[Stands]:
    """Those that wait for a decision, the one that is due first on top."""
    return _stand(_all().filter(decision=None), now=now)


def decided(*, now: datetime, most: int) -> list[Stands]:
    """Those that were decided, the newest decision first."""
    return _stand(_all().filter(decision__isnull=False).order_by("-decision__decided_at")[:most], now=now)


def one(number: UUID, *, now: datetime) -> Stands:
    """The application with that number. Raises `Application.DoesNotExist`."""
    return stands(_all().get(pk=number), now=now)


def stands(application: Application, *, now: datetime) -> Stands:
    """Where one stands at `now`."""
    decision: Decision | None = getattr(application, "decision", None)
    exam = title_of(application.program)
    if decision is None:
        return Stands(application, Standing.OVERDUE if now > application.answer_due else Standing.WAITING, exam)
    if decision.voucher is None:
        return Stands(application, Standing.DECLINED, exam, decision)
    batch = decision.voucher.batch
    if decision.voucher.taken.filter(consumed_at__isnull=False).exists():
        standing = Standing.USED
    elif batch.terms.stands(now=now) in {VoucherStands.OVER, VoucherStands.STOPPED}:
        standing = Standing.OVER
    else:
        standing = Standing.GRANTED
    return Stands(application, standing, exam, decision, batch.valid_until)


def _all() -> QuerySet[Application]:
    return Application.objects.select_related("user", "program", "words", "decision__voucher__batch", "decision__by")


def _stand(found: Iterable[Application], *, now: datetime) -> list[Stands]:
    return [stands(application, now=now) for application in found]
