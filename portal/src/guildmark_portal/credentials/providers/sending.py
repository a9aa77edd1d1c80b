"""The jobs that speak to the badge provider, in a lane of their own: one that hangs holds up nothing else.

`sent_at` is written before the first byte leaves, and only while the consent holds. A withdrawal comes before it, and nothing
leaves; or after it, and then the provider is asked to remove what it may have got, once the attempt under way has ended.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from guildmark.rules.credential import ENDS, Standing
from guildmark_portal import clock
from guildmark_portal.audit import services as audit
from guildmark_portal.credentials.provider_models import Handover
from guildmark_portal.credentials.providers import BadgeProvider, Fault, Handing, NotTaken, Retracting, configured
from guildmark_portal.jobs.models import UNFINISHED, Job
from guildmark_portal.jobs.services import Hopeless, Later, enqueue, handler

HAND_OVER: Final = "badge.hand_over"
TAKE_BACK: Final = "badge.take_back"
ATTEMPTS: Final = 26
LONGEST_WAIT_S: Final = 6 * 3600
"""Together about three days: a weekend that a provider is down."""
_SHORTLY: Final = timedelta(seconds=30)
_AN_HOUR: Final = timedelta(hours=1)
_LOG: Final = logging.getLogger(__name__)


@handler(HAND_OVER, attempts=ATTEMPTS, longest_wait_s=LONGEST_WAIT_S)
def hand_over(job: Job) -> None:
    """Hand one certificate over, unless the consent was withdrawn, the certificate ended, or the provider has it already."""
    handover, now = _handover(job), clock.now()
    if handover is None or handover.is_withdrawn or handover.delivered_at is not None:
        return
    standing = handover.certificate.standing(today=now.date())
    if standing in ENDS.values():
        stop(handover=handover, actor=audit.SYSTEM, now=now)
        return
    if standing is Standing.SUSPENDED:
        raise Later(now + _AN_HOUR)
    if _is_being_taken_back(handover):
        raise Later(now + _SHORTLY)
    consented = Handover.objects.filter(pk=handover.pk, withdrawn_at=None)
    if not consented.update(sent_at=Coalesce(F("sent_at"), now)):
        return
    with _attempt(job, handover) as provider:
        reference = provider.hand_over(_handing(handover), now=now)
    _note_delivery(handover, reference, now=now)


@transaction.atomic
def stop(*, handover: Handover, actor: AbstractBaseUser | str, now: datetime) -> bool:
    """The consent holds no longer: nothing more leaves, and the provider removes what it got; False if it held no more."""
    of_the_step = {"failures": 0, "fault": "", "status": 0, "dead_at": None}
    if not Handover.objects.filter(pk=handover.pk, withdrawn_at=None).update(withdrawn_at=now, **of_the_step):
        return False
    detail = {"certificate": handover.certificate.identifier, "provider": handover.provider}
    audit.record(actor=actor, action="handover.withdrawn", subject=handover, detail=detail)
    enqueue(kind=TAKE_BACK, key=str(handover.pk), run_at=now)
    return True


@handler(TAKE_BACK, attempts=ATTEMPTS, longest_wait_s=LONGEST_WAIT_S)
def take_back(job: Job) -> None:
    """Have the provider remove what it may have got."""
    handover, now = _handover(job), clock.now()
    if handover is None or not handover.is_withdrawn or handover.sent_at is None or handover.retracted_at is not None:
        return
    if _is_on_its_way(handover):
        raise Later(now + _SHORTLY)
    with _attempt(job, handover) as provider:
        status = provider.withdraw(_retracting(handover), now=now)
    with transaction.atomic():
        retracted = Handover.objects.filter(pk=handover.pk, retracted_at=None)
        if retracted.update(retracted_at=now, fault="", status=status, dead_at=None):
            audit.record(actor=audit.SYSTEM, action="handover.retracted", subject=handover)


def _handover(job: Job) -> Handover | None:
    handovers = Handover.objects.select_related("certificate__attempt__user", "certificate__attempt__program")
    return handovers.filter(pk=job.key).first()


def _is_being_taken_back(handover: Handover) -> bool:
    """Whether an earlier consent to the same certificate is still being undone: in the other order its badge would go too."""
    earlier = Handover.objects.filter(certificate=handover.certificate_id, sent_at__isnull=False, retracted_at=None)
    keys = [str(pk) for pk in earlier.filter(withdrawn_at__isnull=False).values_list("pk", flat=True)]
    return Job.objects.filter(UNFINISHED, kind=TAKE_BACK, key__in=keys).exists()


def _is_on_its_way(handover: Handover) -> bool:
    """Whether a runner is handing it over at this moment."""
    return Job.objects.filter(UNFINISHED, kind=HAND_OVER, key=str(handover.pk)).exclude(claim="").exists()


@contextmanager
def _attempt(job: Job, handover: Handover) -> Iterator[BadgeProvider]:
    """The provider, for one attempt. What goes wrong is written down, and raised for the runner to try again."""
    provider = configured()
    try:
        if provider is None or provider.kind != handover.provider:
            raise NotTaken(Fault.NOT_SET_UP)  # noqa: TRY301 - written down below like every other fault
        yield provider
    except NotTaken as error:
        is_gone = error.fault is Fault.GONE  # the provider's own word for: never again
        _note_fault(handover, error, dead_at=clock.now() if is_gone or job.attempts >= ATTEMPTS else None)
        if is_gone:
            raise Hopeless(str(error)) from None
        raise


def _note_fault(handover: Handover, error: NotTaken, *, dead_at: datetime | None) -> None:
    with transaction.atomic():
        Handover.objects.filter(pk=handover.pk, withdrawn_at=handover.withdrawn_at).update(
            failures=F("failures") + 1, fault=error.fault.value, status=error.status, dead_at=dead_at
        )
        if dead_at is not None:
            audit.record(actor=audit.SYSTEM, action="handover.given_up", subject=handover, detail={"fault": error.fault.value})
    _LOG.warning("The badge provider did not do what was asked: %s", error)


def _note_delivery(handover: Handover, reference: str, *, now: datetime) -> None:
    """Also where the consent was withdrawn in mid-attempt: its reference is what the withdrawal asks for."""
    with transaction.atomic():
        delivered = Handover.objects.filter(pk=handover.pk, delivered_at=None)
        if delivered.update(delivered_at=now, reference=reference, fault="", status=0, dead_at=None):
            audit.record(actor=audit.SYSTEM, action="handover.delivered", subject=handover)


def _handing(handover: Handover) -> Handing:
    certificate = handover.certificate
    return Handing(
        key=_key(handover),
        consented_at=handover.consented_at,
        name=certificate.holder,
        email=certificate.attempt.user.email,
        title=str(certificate.document["exam_title"]),
        identifier=certificate.identifier,
        url=str(certificate.document["url"]),
        program=certificate.attempt.program.slug,
    )


def _retracting(handover: Handover) -> Retracting:
    assert handover.withdrawn_at is not None  # noqa: S101 - asked by the caller
    return Retracting(
        key=f"withdrawal_{handover.pk.hex}",
        handed_as=_key(handover),
        reference=handover.reference,
        withdrawn_at=handover.withdrawn_at,
        identifier=handover.certificate.identifier,
        url=str(handover.certificate.document["url"]),
    )


def _key(handover: Handover) -> str:
    return f"handover_{handover.pk.hex}"
