"""A later last day for what was granted until a day: rights to sit, and accommodations. Never an earlier one."""

from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from guildmark_portal.audit import services as audit
from guildmark_portal.exams.models import Accommodation, Entitlement

Actor = AbstractBaseUser | str


@transaction.atomic
def prolong_right(*, entitlement: Entitlement, until: date, actor: Actor) -> bool:
    """Let a right that was neither spent nor taken back last to `until`; False where it does already, or is none any more.

    Reminders begin anew: those that were written named another day.
    """
    standing = Entitlement.objects.filter(pk=entitlement.pk, spent_at=None, voided_at=None, valid_until__lt=until)
    if not standing.update(valid_until=until, reminded_of=None):
        return False
    audit.record(actor=actor, action="entitlement.prolonged", subject=entitlement, detail={"until": until.isoformat()})
    return True


@transaction.atomic
def prolong_accommodation(*, accommodation: Accommodation, until: date, actor: Actor) -> bool:
    """Let one that was not revoked hold to `until`; False where it does already."""
    standing = Accommodation.objects.filter(pk=accommodation.pk, revoked_at=None, ends_on__lt=until)
    if not standing.update(ends_on=until):
        return False
    audit.record(actor=actor, action="accommodation.prolonged", subject=accommodation, detail={"until": until.isoformat()})
    return True
