"""Failures that outlive a deleted account, so that deleting it does not end a wait (rule G8).

Kept are the program, the instants of the failures, and an HMAC of the address under the portal's master secret: it finds the
same address again, and nobody can read the address back from it. All of it goes when the wait is over.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import keyring
from guildmark_portal.exams.models import Program, RememberedFailure
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import enqueue, handler

FORGET: Final = "forget_failures"
_PURPOSE: Final = b"guildmark remembered failures 1"


def failed_before(*, user: User, program: Program, now: datetime) -> list[datetime]:
    """When an account with the same address failed that was deleted since, while its wait runs."""
    rows = RememberedFailure.objects.filter(person=_digest(user.email), program=program, forget_at__gt=now)
    return list(rows.order_by("failed_at").values_list("failed_at", flat=True))


@transaction.atomic
def remember(*, user: User, program: Program, failures: Iterable[datetime], until: datetime) -> None:
    """Keep the failures until then; the caller deletes the account, and says so in the audit table."""
    person = _digest(user.email)
    RememberedFailure.objects.filter(person=person, program=program).delete()
    RememberedFailure.objects.bulk_create(
        RememberedFailure(person=person, program=program, failed_at=at, forget_at=until) for at in sorted(set(failures))
    )
    enqueue(kind=FORGET, key=until.isoformat(), run_at=until)


@handler(FORGET, attempts=None)
def forget(job: Job) -> None:  # noqa: ARG001 - a handler takes its job
    """Remove what is remembered no longer."""
    RememberedFailure.objects.filter(forget_at__lte=clock.now()).delete()


def _digest(address: str) -> str:
    key = hmac.digest(keyring.master_secret(), _PURPOSE, hashlib.sha256)
    return hmac.digest(key, address.lower().encode(), hashlib.sha256).hex()
