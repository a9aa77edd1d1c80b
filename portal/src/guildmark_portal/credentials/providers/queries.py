"""Named reads of hand-overs."""

from typing import Final

from django.db.models import Q, QuerySet

from guildmark_portal.credentials.models import Certificate
from guildmark_portal.credentials.provider_models import Handover
from guildmark_portal.credentials.providers.sending import HAND_OVER, TAKE_BACK
from guildmark_portal.jobs.models import UNFINISHED, Job

_TO_HAND_OVER: Final = Q(withdrawn_at=None, delivered_at=None)
_TO_TAKE_BACK: Final = Q(withdrawn_at__isnull=False, sent_at__isnull=False, retracted_at=None)


def handover_of(certificate: Certificate) -> Handover | None:
    """The consent that holds; None if there is none, or it was withdrawn."""
    return Handover.objects.filter(certificate=certificate, withdrawn_at=None).first()


def waiting() -> QuerySet[Handover]:
    """What is still tried, whatever has gone wrong with it so far; the oldest first."""
    return _undone().filter(pk__in=_at_work())


def given_up() -> QuerySet[Handover]:
    """What nobody tries any more, also where the job died without a word; the oldest first."""
    return _undone().exclude(pk__in=_at_work())


def delivered() -> int:
    """How many certificates the provider has."""
    return Handover.objects.filter(delivered_at__isnull=False, withdrawn_at=None).count()


def retracted() -> QuerySet[Handover]:
    """What the provider removed, after a consent was taken back or a certificate ended; the newest first."""
    removed = Handover.objects.filter(retracted_at__isnull=False).select_related("certificate")
    return removed.order_by("-retracted_at", "-pk")


def _undone() -> QuerySet[Handover]:
    return Handover.objects.filter(_TO_HAND_OVER | _TO_TAKE_BACK).select_related("certificate").order_by("consented_at", "pk")


def _at_work() -> list[str]:
    """The keys of those that have a job: few, for a job is done within moments unless the provider fails."""
    return list(Job.objects.filter(UNFINISHED, kind__in=(HAND_OVER, TAKE_BACK)).values_list("key", flat=True))
