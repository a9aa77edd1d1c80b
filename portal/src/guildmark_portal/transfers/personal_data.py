"""The part of a person's data about rights that they gave on, or were given."""

from typing import Final

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.personal_data import Json, Part
from guildmark_portal.transfers.models import Transfer

_INSTANTS: Final = ("offered_at", "accepted_at", "declined_at", "withdrawn_at")


def export(user: User) -> Json:
    """What they offered to whom, and what was offered to them, without saying by whom."""
    given = user.transfers_given.values("right__program__slug", "address", *_INSTANTS)
    offered = _to(user).values("right__program__slug", "address", *_INSTANTS)
    return {"given": list(given), "offered": list(offered)}


def erase(user: User) -> None:
    """Forget what they offered; of what they were offered, that it was they."""
    user.transfers_given.all().delete()
    unanswered = _to(user).filter(accepted_at=None, declined_at=None, withdrawn_at=None)
    unanswered.update(declined_at=clock.now())
    _to(user).update(address="", taken_by=None)


def _to(user: User) -> QuerySet[Transfer]:
    proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    addresses = {user.email.lower(), *(address.lower() for address in proved)}
    return Transfer.objects.filter(Q(address__in=addresses) | Q(taken_by=user)).exclude(giver=user)


PART: Final = Part(name="transfers", export=export, erase=erase)
