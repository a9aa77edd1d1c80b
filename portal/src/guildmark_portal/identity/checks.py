"""The candidate's side of a check: open it, take something back, hand it to the reviewers."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language

from guildmark.rules.identity import Scope, Standing
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.identity import checked_names, facts, notices, resubmitting, shredding
from guildmark_portal.identity.models import Check, Document, Photo, Round
from guildmark_portal.identity.refusals import NameNeeded, NotComplete, NothingChanged, TakesNoChanges
from guildmark_portal.profiles import queries as profiles


@transaction.atomic
def open_check(*, user: User, now: datetime) -> Check:
    """The candidate's open check, which is made if there is none, or if the one there is was approved for an earlier name."""
    checked = checked_names.reviewed(user)
    if checked is not None and not checked.is_current:
        Check.objects.filter(pk=checked.check.pk, closed_at=None).update(closed_at=now)
    check, is_new = Check.objects.get_or_create(user=user, closed_at=None, defaults={"opened_at": now, "changed_at": now})
    if is_new:
        audit.record(actor=user, action="identity.opened", subject=check)
        shredding.look_when_due(check)
    return check


@transaction.atomic
def withdraw(*, thing: Document | Photo, now: datetime) -> None:
    """Take back a document or the photo: its images are shredded at once, whoever has seen them."""
    check = locked(thing.of_check, now=now)
    thing.refresh_from_db()
    if thing.withdrawn_at is not None:
        return
    if isinstance(thing, Document):
        shredding.destroy([thing.particulars_id, *thing.pages.values_list("sealed_id", flat=True)])
        thing.issuing_country, thing.expires_on = "", None
    else:
        shredding.destroy([thing.image.sealed_id])
    thing.withdrawn_at = now
    thing.save()
    audit.record(actor=check.user, action="identity.withdrawn", subject=thing)


@transaction.atomic
def submit(*, check: Check, now: datetime, scope: Scope = Scope.PAPERS) -> Round:
    """Hand everything to the reviewers, or the proof of address alone where that is all that a provider leaves open.

    Raises `NameNeeded`, `NotComplete` with everything that is missing, or `NothingChanged` after a rejection.
    """
    held = locked(check, now=now)
    if profiles.legal_name(held.user, as_of=now) is None:
        raise NameNeeded
    asked = scope if facts.lacks_address(held) else Scope.PAPERS
    if missing := facts.missing_of(held, now=now, scope=asked):
        raise NotComplete(missing)
    if resubmitting.is_unchanged(held):
        raise NothingChanged
    made = Round.objects.create(
        of_check=held,
        number=held.rounds.count() + 1,
        submitted_at=now,
        reviewers_needed=settings.IDENTITY_REVIEWERS,
        language=get_language() or "",
        scope=asked.value,
    )
    detail = {"round": made.number, "scope": made.scope}
    audit.record(actor=held.user, action="identity.submitted", subject=held, detail=detail)
    notices.entered(held, now=now)
    return made


def locked(check: Check, *, now: datetime) -> Check:
    """The check as it is now, which nobody else changes before this transaction ends. Raises `TakesNoChanges`."""
    held = Check.objects.select_for_update().select_related("user").get(pk=check.pk)
    if held.closed_at is not None or not facts.standing_of(held).takes_changes:
        raise TakesNoChanges
    held.changed_at = now
    held.save(update_fields=["changed_at"])
    return held


def is_approved(user: User) -> bool:
    """Whether reviewers have approved who the candidate is; shredding the evidence does not take that back."""
    return any(facts.standing_of(check) is Standing.APPROVED for check in Check.objects.filter(user=user))
