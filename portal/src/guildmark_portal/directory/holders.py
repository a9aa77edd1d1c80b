"""Who may be in the network, and with what."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from guildmark import protocol
from guildmark.protocol import ExamKind
from guildmark.rules.credential import Standing
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials.badge import shown_skills
from guildmark_portal.credentials.models import Certificate

_COUNT: Final = frozenset({Standing.VALID, Standing.SUPERSEDED, Standing.EXPIRED})


def listable_certificates(user: User, *, today: date) -> list[Certificate]:
    """The certificates that somebody may show in the network, the newest first: real ones, and none that was taken back."""
    earned = Certificate.objects.filter(attempt__user=user, attempt__program__kind=ExamKind.LIVE.value, demonstration=False)
    known = earned.select_related("attempt__program", "attempt__exam_version").prefetch_related("events")
    return [certificate for certificate in known if certificate.standing(today=today) in _COUNT]


def names_on(certificates: Iterable[Certificate]) -> list[str]:
    """The names that stand on them, each once."""
    return list(dict.fromkeys(certificate.holder for certificate in certificates))


def skills_of(certificate: Certificate) -> tuple[str, ...]:
    """The ids of the skills that its holder has shown, as its badge has them."""
    return shown_skills(certificate.attempt, protocol.Certificate.model_validate(certificate.document))
