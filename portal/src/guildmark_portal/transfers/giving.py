"""Giving a right to sit on: offered to an address, taken by whoever proved it. Each act is one transaction with an audit entry.

Two who press at once win or lose in the database: one unanswered offer a right, and the right itself is moved by a condition on
its row (`entitling.transfer`), so that it is begun, paid back or given on, and never two of these.
"""

from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from guildmark.rules.entitlement import Worth
from guildmark.rules.transfer import OfferStanding
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.exams import entitling
from guildmark_portal.exams.conditions import require_conditions
from guildmark_portal.exams.models import Entitlement
from guildmark_portal.exams.refusals import EntitlementGone, ProgramNotOpen
from guildmark_portal.exams.registering import require_to_take
from guildmark_portal.transfers import letters, origin
from guildmark_portal.transfers.models import Transfer
from guildmark_portal.transfers.refusals import AlreadyOffered, GivenToOneself, NotGivenOn, NothingToGive, OfferOver


def may_give(right: Entitlement, *, now: datetime) -> bool:
    """Whether its holder may give it to somebody else now."""
    try:
        _require_givable(right, now=now)
    except (NotGivenOn, NothingToGive):
        return False
    return True


def _require_givable(right: Entitlement, *, now: datetime) -> None:
    if right.worth(now=now) is not Worth.USABLE:
        raise NothingToGive
    if right.source not in {source.value for source in right.program.policy.transfers} or origin.is_personal(right):
        raise NotGivenOn


@transaction.atomic
def offer(*, right: Entitlement, giver: User, address: str, now: datetime) -> Transfer:
    """Offer it to whoever proved, or will prove, `address`, and write there. With the same address, it is done once.

    Raises `Entitlement.DoesNotExist` for what is another's, `NotGivenOn`, `NothingToGive`, `GivenToOneself`, `AlreadyOffered`.
    """
    fresh = Entitlement.objects.select_for_update(of=("self",)).select_related("program").get(pk=right.pk, user=giver)
    _require_givable(fresh, now=now)
    to = address.strip().lower()
    if entitling.who_proved(to) == giver or to == giver.email.lower():
        raise GivenToOneself
    waiting = _unanswered().filter(right=fresh).first()
    if waiting is not None and waiting.standing(now=now) is OfferStanding.OFFERED:
        if waiting.address == to:
            return waiting
        raise AlreadyOffered
    if waiting is not None:  # nobody answered in time
        _answer(waiting, withdrawn_at=now)
    try:
        with transaction.atomic():
            made = Transfer.objects.create(right=fresh, giver=giver, address=to, offered_at=now)
    except IntegrityError:  # by another process at this very moment
        raise AlreadyOffered from None
    audit.record(actor=giver, action="transfer.offered", subject=made, detail={"entitlement": fresh.pk})
    letters.tell_offered(made)
    return made


@transaction.atomic
def accept(*, transfer: UUID, user: User, now: datetime) -> Entitlement:
    """Take what was offered to an address that `user` has proved; asked twice, the same right is answered.

    Their own registration is asked for first: nobody is left with a right that they may not use (rules G5, P8). Raises
    `Transfer.DoesNotExist` for one that is not offered to them, `OfferOver`, `ProgramNotOpen`, `RegistrationIncomplete` and
    what else speaks against registering.
    """
    fresh = _locked(transfer)
    if not is_offered_to(fresh, user):
        raise Transfer.DoesNotExist
    if fresh.taken is not None and fresh.taken_by_id == user.pk:
        return fresh.taken
    if fresh.standing(now=now) is not OfferStanding.OFFERED:
        raise OfferOver
    program = fresh.right.program
    if not program.is_open:
        raise ProgramNotOpen
    require_conditions(user=user, program=program, now=now)
    require_to_take(user=user, program=program, now=now)
    if not _answer(fresh, accepted_at=now, taken_by=user):
        raise OfferOver
    try:
        taken = entitling.transfer(entitlement=fresh.right, to=user, actor=user, now=now)
    except EntitlementGone:  # it was begun, or paid back, at this very moment
        raise OfferOver from None
    if taken.user_id != user.pk:  # staff gave it to somebody else at this very moment
        raise OfferOver
    Transfer.objects.filter(pk=fresh.pk).update(taken=taken)
    audit.record(actor=user, action="transfer.accepted", subject=fresh, detail={"entitlement": taken.pk})
    letters.tell_accepted(fresh)
    return taken


@transaction.atomic
def decline(*, transfer: UUID, user: User, now: datetime) -> bool:
    """They do not want it; False if it was answered before. Raises `Transfer.DoesNotExist` for one not offered to them."""
    fresh = _locked(transfer)
    if not is_offered_to(fresh, user):
        raise Transfer.DoesNotExist
    if fresh.standing(now=now) is not OfferStanding.OFFERED or not _answer(fresh, declined_at=now):
        return False
    audit.record(actor=user, action="transfer.declined", subject=fresh)
    letters.tell_declined(fresh)
    return True


@transaction.atomic
def withdraw(*, transfer: UUID, giver: User, now: datetime) -> bool:
    """Its holder keeps it; False if it was answered before. Raises `Transfer.DoesNotExist` for another's."""
    fresh = _locked(transfer)
    if fresh.giver_id != giver.pk:
        raise Transfer.DoesNotExist
    if fresh.standing(now=now) is not OfferStanding.OFFERED or not _answer(fresh, withdrawn_at=now):
        return False
    audit.record(actor=giver, action="transfer.withdrawn", subject=fresh)
    letters.tell_withdrawn(fresh)
    return True


def _locked(transfer: UUID) -> Transfer:
    rows = Transfer.objects.select_for_update(of=("self",)).select_related("right__program", "giver")
    return rows.get(pk=transfer)


def _unanswered() -> QuerySet[Transfer]:
    return Transfer.objects.filter(accepted_at=None, declined_at=None, withdrawn_at=None)


def _answer(transfer: Transfer, **facts: object) -> bool:
    """Write an answer down where none was written before; whether that was so."""
    return bool(_unanswered().filter(pk=transfer.pk).update(**facts))


def offered_to(user: User, *, now: datetime) -> list[Transfer]:
    """What waits for the answer of `user`, the newest first."""
    addresses = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    proved = {address.lower() for address in addresses}
    waiting = _unanswered().filter(address__in=proved).exclude(giver=user).select_related("right__program", "giver")
    return [one for one in waiting if one.standing(now=now) is OfferStanding.OFFERED]


def offered_by(user: User, *, now: datetime) -> list[Transfer]:
    """What `user` offered and nobody answered yet, the newest first."""
    waiting = _unanswered().filter(giver=user).select_related("right__program")
    return [one for one in waiting if one.standing(now=now) is OfferStanding.OFFERED]


def is_offered_to(transfer: Transfer, user: User) -> bool:
    """Whether `user` proved the address that it was offered to; their own offer is never to themselves."""
    if transfer.giver_id == user.pk or not transfer.address:
        return transfer.taken_by_id == user.pk
    return bool(EmailAddress.objects.filter(user=user, verified=True, email__iexact=transfer.address).exists())
