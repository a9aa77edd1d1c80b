"""Sealed bundles that arrived whole: a candidate's browser or terminal says so before the clock starts."""

from datetime import datetime

from django.db import transaction

from guildmark.errors import BundleDamaged
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.attempts import locked
from guildmark_portal.exams.changes import announce
from guildmark_portal.exams.models import Attempt, Delivery, Device
from guildmark_portal.exams.refusals import NotPrepared


@transaction.atomic
def note_delivery(*, attempt: Attempt, sha256: str, by: Device, now: datetime) -> Delivery:
    """Note, once, that the bundle with the digest `sha256` is on a device of the candidate, every byte verified.

    Raises `NotPrepared` before there is a bundle, `BundleDamaged` for the digest of another one.
    """
    fresh = locked(attempt)
    if not fresh.bundle_sha256:
        raise NotPrepared
    if sha256 != fresh.bundle_sha256:
        raise BundleDamaged
    noted, is_new = Delivery.objects.get_or_create(attempt=fresh, sha256=sha256, by=by.value, defaults={"delivered_at": now})
    if is_new:
        audit.record(actor=fresh.user, action="bundle.delivered", subject=fresh, detail={"sha256": sha256, "by": by.value})
        announce(fresh.pk)
    return noted


def delivered(attempt: Attempt) -> tuple[Delivery, ...]:
    """Where the bundle that is offered now has arrived, in their order."""
    return tuple(attempt.deliveries.filter(sha256=attempt.bundle_sha256)) if attempt.bundle_sha256 else ()
