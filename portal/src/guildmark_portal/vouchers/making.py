"""Making vouchers, and stopping them. A batch is made whole, with all of its codes, or not at all."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.protocol import ExamKind
from guildmark.rules.calendar_days import FIRST_DAY, LAST_DAY, is_in_reach
from guildmark.rules.entitlement import is_over
from guildmark.rules.voucher import VoucherValue
from guildmark_portal.accounts import sealing
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.models import Program
from guildmark_portal.vouchers.codes import digest_of, new_code
from guildmark_portal.vouchers.models import LONGEST_NAME, Batch, Voucher
from guildmark_portal.vouchers.refusals import BatchRefused

MOST_CODES: Final = 500
MOST_USES: Final = 10_000
PERSONAL: Final = "stipend"
"""The source of the right to sit that a personal voucher grants."""

Actor = AbstractBaseUser | str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a batch is to be. Without a `program`, it pays any; without days, it is taken until it is stopped."""

    name: str
    value: VoucherValue
    count: int = 1
    uses: int = 1
    program: Program | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    def problems(self, *, now: datetime) -> list[str]:
        """Everything that speaks against it, in words."""
        found = []
        if not self.name.strip() or len(self.name) > LONGEST_NAME:
            found.append(_("a name has 1 to {most} characters").format(most=LONGEST_NAME))
        if not 1 <= self.count <= MOST_CODES:
            found.append(_("a batch has 1 to {most} codes").format(most=MOST_CODES))
        if not 1 <= self.uses <= MOST_USES:
            found.append(_("a code has 1 to {most} uses").format(most=MOST_USES))
        if not all(is_in_reach(day) for day in (self.valid_from, self.valid_until) if day is not None):
            found.append(_("days lie in the years {first} to {last}").format(first=FIRST_DAY.year, last=LAST_DAY.year))
        if self.valid_from is not None and self.valid_until is not None and self.valid_until < self.valid_from:
            found.append(_("the last day comes before the first"))
        if is_over(self.valid_until, now=now):
            found.append(_("the last day is over"))
        return found + (self._problems_of_currency() if self.program is None else self._problems_with(self.program))

    def _problems_of_currency(self) -> list[str]:
        """An amount in a currency in which nothing is sold pays nothing. Before there is any program, nobody can tell."""
        programs = Program.objects.exclude(kind=ExamKind.REHEARSAL.value)
        known = sorted({program.policy.currency for program in programs})
        if not known or any(self.value.is_taken_in(currency) for currency in known):
            return []
        said = _("no program here is paid for in {currency}, only in: {known}")
        return [said.format(currency=self.value.currency, known=", ".join(known))]

    def _problems_with(self, program: Program) -> list[str]:
        if program.is_free:
            return [_("{program} is free").format(program=program.slug)]
        if not self.value.is_taken_in(program.policy.currency):
            said = _("they would pay in {currency}, and {program} costs {price}")
            return [said.format(currency=self.value.currency, program=program.slug, price=program.policy.price)]
        return []


@transaction.atomic
def make(*, plan: Plan, actor: Actor, now: datetime, once: str = "") -> Batch:
    """Make the batch with its codes; with the same `once`, the one that was made then. Raises `BatchRefused`."""
    if (before := _made_before(once)) is not None:
        return before
    return _made(plan, holder=None, actor=actor, once=once, now=now)


@transaction.atomic
def make_personal(*, plan: Plan, holder: User, actor: Actor, now: datetime, once: str) -> Voucher:
    """Make one voucher that `holder` alone can use, once. Raises `BatchRefused`."""
    batch = _made_before(once) or _made(plan, holder=holder, actor=actor, once=once, now=now)
    return batch.vouchers.get()


def code_of(voucher: Voucher) -> str:
    """The code, for whoever may have it. Raises `ValueError` or `InvalidTag` where the master secret is another one."""
    return sealing.unseal(voucher.sealed)


@transaction.atomic
def stop(*, batch: Batch, actor: Actor, now: datetime) -> bool:
    """Let nobody use the batch from now on; False if it was stopped before. Orders that hold a slot keep it."""
    if not Batch.objects.filter(pk=batch.pk, stopped_at=None).update(stopped_at=now):
        return False
    audit.record(actor=actor, action="vouchers.stopped", subject=batch)
    return True


def _made_before(once: str) -> Batch | None:
    return Batch.objects.filter(once=once).first() if once else None


def _made(plan: Plan, *, holder: User | None, actor: Actor, once: str, now: datetime) -> Batch:
    if problems := plan.problems(now=now):
        raise BatchRefused(_("No voucher was made: {problems}.").format(problems="; ".join(problems)))
    value = plan.value
    batch = Batch.objects.create(
        name=plan.name.strip(),
        program=plan.program,
        kind=value.kind.value,
        percent=value.percent,
        amount=value.amount,
        currency=value.currency,
        uses=plan.uses,
        valid_from=plan.valid_from,
        valid_until=plan.valid_until,
        is_personal=holder is not None,
        source=PERSONAL if holder is not None else "voucher",
        once=once,
        made_at=now,
        made_by=audit.name_of(actor),
    )
    codes = [new_code() for _number in range(plan.count)]
    Voucher.objects.bulk_create(
        Voucher(batch=batch, number=number, digest=digest_of(code), sealed=sealing.seal(code), holder=holder)
        for number, code in enumerate(codes, start=1)
    )
    detail = {
        "program": None if plan.program is None else plan.program.slug,
        "kind": value.kind.value,
        "percent": value.percent,
        "amount": value.amount,
        "currency": value.currency,
        "codes": plan.count,
        "uses": plan.uses,
    }
    audit.record(actor=actor, action="vouchers.made", subject=batch, detail=detail)
    return batch
