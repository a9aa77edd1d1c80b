"""The part of what the portal holds on a person that cohorts are: where they were invited, their seats, and whom they teach."""

from typing import Any, Final

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet

from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.personal_data import Json, Part
from guildmark_portal.cohorts.forgetting import blank
from guildmark_portal.cohorts.models import Invitation, Taking, Teacher


def export(user: User) -> Json:
    """Every row of a roster that is theirs, by account or by an address that they have proved, and the cohorts they teach."""
    return {
        "invitations": [_invitation(one) for one in _rows_of(user).select_related("cohort__program")],
        "teaches": list(Teacher.objects.filter(user=user).values("cohort__name", "appointed_at", "withdrawn_at")),
    }


def _rows_of(user: User) -> QuerySet[Invitation]:
    proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    addresses = {user.email, *(address.lower() for address in proved)}
    return Invitation.objects.filter(Q(user=user) | Q(user=None, email__in=addresses))


def _invitation(one: Invitation) -> dict[str, Any]:
    return {
        "cohort": one.cohort.name,
        "organisation": one.cohort.organisation,
        "program": one.cohort.program.slug,
        "email": one.email,
        "name": one.name,
        "language": one.language,
        "extra_time_percent": one.percent,
        "breaks": one.breaks,
        "break_minutes": one.break_minutes,
        "imported_at": one.imported_at,
        "sent_at": one.sent_at,
        "reminded_at": one.reminded_at,
        "withdrawn_at": one.withdrawn_at,
        "accepted_at": one.accepted_at,
        "seats": list(Taking.objects.filter(invitation=one).values("seat__number", "taken_at", "given_back_at")),
    }


def erase(user: User) -> None:
    """Seats that they took stay taken, by nobody; a row that never had one goes."""
    for invitation in _rows_of(user):
        blank(invitation)
        if not Taking.objects.filter(invitation=invitation).exists():
            Invitation.objects.filter(pk=invitation.pk).delete()
    Teacher.objects.filter(user=user).delete()


PART: Final = Part(name="cohorts", export=export, erase=erase)
