"""Many certificates at once, for the command line: each on its own, so that a stop at any instant loses and doubles nothing."""

from datetime import datetime

from django.db.models import Q

from guildmark.protocol import ExamKind
from guildmark_portal.credentials import badge, completing, files, services
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.exams.models import Attempt
from guildmark_portal.exams.queries import attempt_with
from guildmark_portal.exams.results import result_of

_AT_A_TIME = 500
_CERTIFYING = [kind.value for kind in ExamKind if kind.certifies]


def earned(*, program: str = "") -> list[Attempt]:
    """Decided attempts without a certificate whose last word is a pass."""
    decided = Attempt.objects.filter(decision__isnull=False, certificates=None, program__kind__in=_CERTIFYING)
    passed = decided.filter(Q(decision__passed=True) | Q(decision__revisions__passed=True)).distinct()
    chosen = passed.filter(program__slug=program) if program else passed
    return [attempt for attempt in chosen.order_by("opened_at") if result_of(attempt).passed]


def unfinished(*, program: str = "") -> list[Certificate]:
    """Certificates without badge or letter."""
    begun = Certificate.objects.filter(Q(credential__isnull=True) | Q(jwt="") | Q(mailed_at=None, events=None))
    chosen = begun.filter(attempt__program__slug=program) if program else begun
    return list(chosen.order_by("pk"))


def unvouched() -> list[Certificate]:
    """Certificates of which badge, JWT or PDF was signed by a key that vouches no more."""
    made = Certificate.objects.filter(credential__isnull=False).order_by("pk").iterator(chunk_size=_AT_A_TIME)
    return [one for one in made if not badge.is_vouched(one) or files.has_compromised_papers(one)]


def issue_one(attempt: Attempt, *, now: datetime) -> None:
    """The certificate of an attempt, as at its decision."""
    services.issue(attempt=attempt_with(attempt.pk), now=now)


def complete_one(certificate: Certificate, *, now: datetime) -> None:
    """Badge, papers and letter."""
    completing.complete_certificate(certificate.identifier, now=now)


def sign_again(certificate: Certificate, *, now: datetime) -> None:
    """Drop what the compromised keys signed, and make it anew; the papers first, so that a stop leaves nothing unnoticed."""
    files.forget_papers(certificate)
    badge.forget(certificate)
    completing.complete_certificate(certificate.identifier, now=now)
