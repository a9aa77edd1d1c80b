"""What support does about entitlements to sit: find them, grant one, take one back before it is spent. Never their own."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from guildmark.packs.model import text_in
from guildmark.protocol import ExamKind
from guildmark.rules.entitlement import Worth, is_over
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import entitlement_letters, entitling
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Entitlement, Program, Voided
from guildmark_portal.exams.queries import known_version
from guildmark_portal.operations.finding import LONGEST, MOST, SHORTEST, SHORTEST_ELSEWHERE
from guildmark_portal.operations.refusals import LastDayOver, OwnEntitlement

BY_STAFF: Final = "staff"


@dataclass(frozen=True)
class Held:
    """An entitlement, the title of what it is for, and what it is worth."""

    right: Entitlement
    exam: str
    worth: Worth

    @property
    def address(self) -> str:
        """Whose it is: the address of the account, else the one that it was granted to."""
        return self.right.email if self.right.user is None else self.right.user.email


def found(sought: str, *, now: datetime) -> list[Held]:
    """The newest entitlements of whoever has that in name or address, or to an address with it."""
    if not (SHORTEST if sought.isascii() else SHORTEST_ELSEWHERE) <= len(sought) <= LONGEST:
        return []
    meant = Q(user__email__icontains=sought) | Q(user__name__icontains=sought) | Q(email__icontains=sought)
    real = _all().filter(meant).exclude(program__kind=ExamKind.REHEARSAL.value)
    return [_held(right, now=now) for right in real.order_by("-granted_at", "-pk")[:MOST]]


def one(number: int, *, now: datetime) -> Held:
    """The entitlement with that number. Raises `Entitlement.DoesNotExist`."""
    return _held(_all().get(pk=number), now=now)


def _all() -> QuerySet[Entitlement]:
    return Entitlement.objects.select_related("user", "program", "attempt")


def _held(right: Entitlement, *, now: datetime) -> Held:
    version = known_version(right.program)
    title = right.program.title if version is None else text_in(version.bank.exam.title, current())
    return Held(right, title, right.worth(now=now))


@transaction.atomic
def grant(  # noqa: PLR0913 - what is granted, to whom, by whom and why
    *, address: str, program: Program, until: date | None, reason: str, once: str, actor: User, now: datetime
) -> Entitlement:
    """Grant it and write to its holder; a form that is sent twice grants once. Raises `OwnEntitlement`, `LastDayOver`."""
    if _is_of(actor, address):
        raise OwnEntitlement
    if is_over(until, now=now):
        raise LastDayOver
    right = entitling.grant(
        to=address,
        program=program,
        source=BY_STAFF,
        until=until,
        once=f"staff:{once}" if once else "",
        reason=reason,
        actor=actor,
        now=now,
    )
    entitlement_letters.tell_granted(right)
    return right


@transaction.atomic
def take_back(*, right: Entitlement, reason: str, actor: User, now: datetime) -> bool:
    """Take it back before it is spent, and write to its holder why; False if that was done before.

    Raises `OwnEntitlement`, and `EntitlementGone` once the clock has started.
    """
    if right.user_id == actor.pk or _is_of(actor, right.email):
        raise OwnEntitlement
    if not entitling.void(entitlement=right, why=Voided.STAFF, reason=reason, actor=actor, now=now):
        return False
    entitlement_letters.tell_voided(right, reason=reason)
    return True


@transaction.atomic
def give_on(*, right: Entitlement, address: str, reason: str, actor: User, now: datetime) -> Entitlement:
    """Give it to whoever proves `address`, with the same last day, and write to both; asked twice, it is done once.

    Raises `OwnEntitlement` where it is, or would become, the actor's own, and `EntitlementGone` once it is used or over.
    """
    if right.user_id == actor.pk or _is_of(actor, right.email) or _is_of(actor, address):
        raise OwnEntitlement
    was_there = right.voided_at is None
    moved = entitling.transfer(entitlement=right, to=address.strip().lower(), reason=reason, actor=actor, now=now)
    if was_there:
        right.refresh_from_db()
        entitlement_letters.tell_voided(right, reason=reason)
        entitlement_letters.tell_granted(moved)
    return moved


def _is_of(actor: User, address: str) -> bool:
    return entitling.who_proved(address) == actor or address.strip().lower() == actor.email
