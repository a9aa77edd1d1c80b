"""The letters about a certificate: itself with its files, and what became of it. In the language of its holder's account."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.formats import date_format
from django.utils.translation import override

from guildmark.packs.model import text_in
from guildmark.rules.credential import ENDS, Happening, Standing
from guildmark_portal import clock
from guildmark_portal.accounts.own_data import is_deleted
from guildmark_portal.audit import services as audit
from guildmark_portal.audit.models import Entry
from guildmark_portal.credentials import renewing
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.credentials.refusals import SentOftenEnough
from guildmark_portal.exams.language import current
from guildmark_portal.mail import rewriting
from guildmark_portal.mail import services as mail

_PRIORITY: Final = 40
"""After the result of the exam, and the codes that people wait for; before letters to everybody."""
_SENT_AGAIN: Final = "certificate.sent_again"
_A_DAY: Final = 3
"""So many times a day a certificate is sent again."""


def send(certificate: Certificate) -> None:
    """The certificate with its files, to the address of the purchase: once, however often this is called."""
    _send(certificate, "credentials/issued", key=f"certificate:{certificate.identifier}", enclosed=True)


def send_again(*, certificate: Certificate, actor: AbstractBaseUser | str, now: datetime) -> str:
    """The same letter once more; the address that it goes to. Raises `SentOftenEnough`."""
    sent = Entry.objects.filter(
        action=_SENT_AGAIN, subject=audit.name_of(certificate.attempt), at__gt=now - timedelta(days=1)
    ).count()
    if sent >= _A_DAY:
        raise SentOftenEnough
    entry = audit.record(actor=actor, action=_SENT_AGAIN, subject=certificate.attempt)
    return _send(certificate, "credentials/issued", key=f"certificate:{certificate.identifier}:{entry.pk}", enclosed=True)


def tell_of(certificate: Certificate, kind: Happening, *, reason: str) -> None:
    """What staff did to it, and why."""
    key = f"certificate:{certificate.identifier}:{kind.value}:{certificate.events.count()}"
    _send(certificate, f"credentials/{kind.value}", key=key, enclosed=False, reason=reason)


def remind(certificate: Certificate, *, days: int) -> None:
    """That it ends soon, and how to renew it."""
    key = f"certificate:{certificate.identifier}:ends:{days}"
    program = renewing.renewed_by(certificate.attempt.program)
    register = f"{settings.PORTAL_URL}/register/?program={program.slug}"
    _send(certificate, "credentials/ends", key=key, enclosed=False, register=register, is_shorter=bool(program.policy.renews))


@rewriting.writer("certificate")
def _write_again(key: str) -> None:
    """The certificate with its files, for a letter about it that came back: to the address of the account."""
    certificate = Certificate.objects.get(identifier=key.partition(":")[0])
    if any(kind in ENDS for kind in certificate.happened):
        return
    key, to = f"certificate:{certificate.identifier}:{uuid4().hex}", certificate.attempt.user.email
    _send(certificate, "credentials/issued", key=key, enclosed=True, to=to)


def address_of(certificate: Certificate) -> str:
    """Where letters about it go: to the address with which the exam was bought, else to that of the account."""
    return certificate.attempt.entitlement.email or certificate.attempt.user.email


def _send(certificate: Certificate, template: str, *, key: str, enclosed: bool, to: str = "", **said: Any) -> str:
    """Nobody is written whose account is deleted."""
    user, to = certificate.attempt.user, to or address_of(certificate)
    if is_deleted(to):
        return ""
    language = user.language or settings.LANGUAGE_CODE
    with override(language):
        context = {**_context(certificate), **said}
    mail.send(
        to=to,
        key=key,
        template=template,
        language=language,
        context=context,
        priority=_PRIORITY,
        enclosures=[f"certificate:{certificate.identifier}"] if enclosed else (),
    )
    return to


def _renewed(earlier: Certificate | None) -> dict[str, str]:
    """What is said of the certificate that this one renews: its number, and until when it holds, if it does."""
    if earlier is None:
        return {"renews": "", "renewed_until": ""}
    holds = earlier.standing(today=clock.now().date()) in (Standing.VALID, Standing.SUPERSEDED)
    return {"renews": earlier.identifier, "renewed_until": date_format(earlier.expires_on, "DATE_FORMAT") if holds else ""}


def _context(certificate: Certificate) -> dict[str, Any]:
    exam = certificate.attempt.exam_version.bank.exam
    page = f"{settings.PORTAL_URL}/certificates/{certificate.identifier}/"
    return {
        "name": certificate.attempt.user.name,
        "exam": text_in(exam.title, current()),
        "identifier": certificate.identifier,
        "demonstration": certificate.demonstration,
        "replaces": "" if certificate.replaces is None else certificate.replaces.identifier,
        **_renewed(certificate.renews),
        "until": date_format(certificate.expires_on, "DATE_FORMAT"),
        "page": page,
        "own_page": f"{page}mine/",
        "help": f"{settings.PORTAL_URL}/help/new/?certificate={certificate.identifier}",
        "support": settings.SUPPORT_CONTACT,
    }
