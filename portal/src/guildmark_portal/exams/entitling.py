"""Entitlements to sit (rule G6): granted once, claimed by whoever proves the address, taken back or given on before the start.

    grant ──> usable ──> spent             when the clock starts (`beginning`); from then on nothing takes it back
                 │  └──> over              when its last day is
                 └─────> void              `void`: refund, dispute, staff; `transfer`: given on as a new one, the same last day

Two that do this at once win or lose in the database: `once` is unique, and every change is conditional on the facts before it.
Payments, vouchers and cohorts call `grant` with a `once` that names what was paid or redeemed.
"""

from datetime import date, datetime
from typing import Final

from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from guildmark.rules.entitlement import earliest_day, is_over, last_day
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.changes import announce, granted
from guildmark_portal.exams.models import Attempt, Entitlement, Program, Voided
from guildmark_portal.exams.policies import in_force
from guildmark_portal.exams.refusals import EntitlementGone, GrantReused

Actor = AbstractBaseUser | str
PILOT: Final = "pilot"
"""The source of a right to sit a pilot: it is worth nothing for any other attempt."""


@transaction.atomic
def grant(  # noqa: PLR0913 - what a grant is made of
    *,
    to: User | str,
    program: Program,
    source: str,
    actor: Actor,
    now: datetime,
    months: int | None = None,
    until: date | None = None,
    once: str = "",
    reason: str = "",
    email: str = "",
) -> Entitlement:
    """Give an account, or whoever proves an address, the right to sit `program` once.

    It lasts to the day `until`, else for so many `months`, else as long as the program settles. With the same `once`, the
    entitlement that was granted then is answered. `email` is the address of the purchase, where it is not that of the account.
    Raises `GrantReused` where `once` stands for another program or source.
    """
    end = until or last_day(now, months or program.policy.entitlement_months)
    return _granted(to, program, source=source, until=end, once=once, reason=reason, email=email, actor=actor, now=now)


def _granted(  # noqa: PLR0913 - as above
    to: User | str,
    program: Program,
    *,
    source: str,
    until: date | None,
    once: str,
    reason: str,
    email: str,
    actor: Actor,
    now: datetime,
) -> Entitlement:
    user = to if isinstance(to, User) else who_proved(to)
    address = email or (to.email if isinstance(to, User) else to)
    try:
        with transaction.atomic():
            right = Entitlement.objects.create(
                user=user,
                program=program,
                email=address.strip().lower(),
                source=source,
                reason=reason,
                once=once,
                policy_version=in_force(program, now=now),
                granted_at=now,
                valid_until=until,
            )
    except IntegrityError:
        if not once:
            raise
        return _granted_before(once, program=program, source=source)
    detail = {"program": program.slug, "source": source, "until": None if until is None else until.isoformat()}
    audit.record(actor=actor, action="entitlement.granted", subject=right, detail=detail)
    if user is not None:
        granted.send(sender=Entitlement, right=right, now=now)
    return right


def _granted_before(once: str, *, program: Program, source: str) -> Entitlement:
    """The entitlement that was granted for `once`: before, or by another process at this very moment."""
    found = Entitlement.objects.select_related("program", "user").get(once=once)
    if (found.program_id, found.source) != (program.pk, source):
        raise GrantReused
    return found


def who_proved(address: str) -> User | None:
    """The open account that has proved `address`."""
    proved = EmailAddress.objects.filter(email__iexact=address.strip(), verified=True, user__is_active=True)
    found = proved.select_related("user").first()
    return None if found is None else found.user


@transaction.atomic
def claim(*, user: User, now: datetime) -> int:
    """Give `user` what was granted to addresses that they have proved since; how many entitlements that are.

    Asked when an address is proved, and again wherever entitlements are read for writing: a grant may have been under way.
    """
    proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    addresses = {address.lower() for address in proved}
    waiting = Entitlement.objects.filter(user=None, email__in=addresses, voided_at=None).values_list("pk", flat=True)
    claimed = 0
    for number in list(waiting):
        if Entitlement.objects.filter(pk=number, user=None).update(user=user):
            right = Entitlement.objects.get(pk=number)
            audit.record(actor=user, action="entitlement.claimed", subject=right, detail={"at": now.isoformat()})
            granted.send(sender=Entitlement, right=right, now=now)
            claimed += 1
    return claimed


def unspent(user: User) -> QuerySet[Entitlement]:
    """What `user` holds that was neither spent nor taken back, whether its last day is over or not."""
    return Entitlement.objects.filter(user=user, spent_at=None, voided_at=None).select_related("program")


def not_over(rights: QuerySet[Entitlement], *, now: datetime) -> QuerySet[Entitlement]:
    """Those whose last day is not over at `now`, the one that ends first on top."""
    lasting = rights.filter(Q(valid_until=None) | Q(valid_until__gte=earliest_day(now)))
    return lasting.order_by(F("valid_until").asc(nulls_last=True), "granted_at", "pk")


def usable(*, user: User, program: Program, now: datetime) -> Entitlement | None:
    """The entitlement that an attempt opened now would take: of those that no attempt has taken, the one that ends first."""
    free = unspent(user).filter(program=program, attempt=None).exclude(source=PILOT)
    return not_over(free, now=now).first()


@transaction.atomic
def void(*, entitlement: Entitlement, why: Voided, actor: Actor, now: datetime, reason: str = "") -> bool:
    """Take it back before it is spent; False if that was done before.

    Raises `EntitlementGone` once the clock has started, and for one that was given on: it lives on in another row, so that
    whoever takes it for gone would give the money back and leave the right.
    """
    if not _voided(entitlement, why=why, reason=reason, now=now):
        if Entitlement.objects.filter(pk=entitlement.pk, spent_at=None).exclude(voided=Voided.MOVED.value).exists():
            return False
        raise EntitlementGone
    _record_void(entitlement, why=why, actor=actor)
    return True


@transaction.atomic
def transfer(  # noqa: PLR0913 - what is given on, to whom, by whom
    *,
    entitlement: Entitlement,
    actor: Actor,
    now: datetime,
    to: User | str | None = None,
    program: Program | None = None,
    reason: str = "",
) -> Entitlement:
    """Give it to another account or address, or make it one for another program, before it is spent; its last day stays.

    The old one is taken back and a new one is granted, so that an attempt that was opened with it cannot begin. Asked twice,
    it is done once. Raises `EntitlementGone` for one that is spent, taken back or over.
    """
    once = f"moved:{entitlement.pk}"
    fresh = Entitlement.objects.select_related("program", "user").get(pk=entitlement.pk)
    if is_over(fresh.valid_until, now=now) or not _voided(fresh, why=Voided.MOVED, reason=reason, now=now):
        moved = Entitlement.objects.filter(once=once).first()  # before, or by another process at this very moment
        if moved is None:
            raise EntitlementGone
        return moved
    _record_void(fresh, why=Voided.MOVED, actor=actor)
    return _granted(
        to or fresh.user or fresh.email,
        program or fresh.program,
        source=fresh.source,
        until=fresh.valid_until,
        once=once,
        reason=reason,
        email="" if to is not None else fresh.email,
        actor=actor,
        now=now,
    )


def _voided(entitlement: Entitlement, *, why: Voided, reason: str, now: datetime) -> int:
    untouched = Entitlement.objects.filter(pk=entitlement.pk, spent_at=None, voided_at=None)
    return untouched.update(voided_at=now, voided=why.value, void_reason=reason)


def _record_void(entitlement: Entitlement, *, why: Voided, actor: Actor) -> None:
    """The reason stands in the row alone: the audit table cannot forget, and people write names."""
    audit.record(actor=actor, action="entitlement.voided", subject=entitlement, detail={"why": why.value})
    opened = Attempt.objects.filter(entitlement=entitlement.pk).values_list("pk", flat=True).first()
    if opened is not None:
        announce(opened)
