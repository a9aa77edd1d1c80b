"""The start of the clock: once, with the extra time that was granted, and with the bundle's key."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.errors import BundleDamaged, NotStarted, Refused
from guildmark.protocol import Begun
from guildmark.rules.attempt import deadline_at
from guildmark_portal.audit import services as audit
from guildmark_portal.exams import bundles, queries
from guildmark_portal.exams.accommodating import credit_extra_time
from guildmark_portal.exams.admitting import require_entitlement
from guildmark_portal.exams.attempts import enqueue_when_due, locked, require_running
from guildmark_portal.exams.changes import announce
from guildmark_portal.exams.conditions import require_to_start
from guildmark_portal.exams.models import Attempt, Entitlement
from guildmark_portal.exams.refusals import NotPrepared
from guildmark_portal.exams.registering import require_to_begin
from guildmark_portal.exams.windows import require_window


@transaction.atomic
def begin(*, attempt: Attempt, bundle_sha256: str | None, now: datetime) -> Begun:
    """Start the clock, once, and give the bundle's key. While the clock runs, the same answer is given again."""
    fresh = locked(attempt)
    if fresh.prepared_at is None:
        raise NotPrepared
    if bundle_sha256 is not None and bundle_sha256 != fresh.bundle_sha256:
        raise BundleDamaged
    require_entitlement(fresh, now=now)
    require_window(fresh, now=now)
    require_to_start(fresh, now=now)
    require_to_begin(fresh, now=now)
    if Attempt.objects.filter(pk=fresh.pk, started_at=None).update(started_at=now):
        _on_start(queries.attempt_with(fresh.pk), now=now)
        fresh = queries.attempt_with(fresh.pk)
    at = max(now, fresh.started_at or now)
    facts = require_running(fresh, now=at)
    deadline = deadline_at(facts, now=at)
    if facts.started_at is None or deadline is None:
        raise NotStarted
    return Begun(key=bundles.key_of(fresh).hex(), started_at=facts.started_at, deadline=deadline, server_time=now)


def _on_start(attempt: Attempt, *, now: datetime) -> None:
    if not Entitlement.objects.filter(pk=attempt.entitlement_id, spent_at=None, voided_at=None).update(spent_at=now):
        raise Refused(  # by another process since it was read
            _("The right to sit this exam was spent or taken back already."), next_step=_("Register for the exam again.")
        )
    credit_extra_time(attempt=attempt, now=now)
    deadline = enqueue_when_due(queries.attempt_with(attempt.pk))
    if deadline is None:
        raise NotStarted
    audit.record(actor=attempt.user, action="attempt.begun", subject=attempt, detail={"deadline": deadline.isoformat()})
    announce(attempt.pk)
