"""What happens to a certificate after it was issued: facts, written once; what it is worth follows from them.

Staff revoke, suspend and reinstate, each with a reason that the holder is told. The holder declines, and may have it replaced
by one with another form of the name. A renewal supersedes: the older one stays valid to its end.
"""

from datetime import datetime
from functools import partial
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.rules.credential import ENDS, Happening, is_suspended
from guildmark_portal.audit import services as audit
from guildmark_portal.credentials import files, letters, services
from guildmark_portal.credentials.models import Certificate, CertificateEvent
from guildmark_portal.credentials.names import choose
from guildmark_portal.credentials.providers.services import withdraw_consent
from guildmark_portal.credentials.refusals import (
    AlreadySuspended,
    CertificateEnded,
    NameRefused,
    NotSuspended,
    ReasonMissing,
)

Actor = AbstractBaseUser | str
MOST_REPLACEMENTS: Final = 3
"""So often the certificate of an attempt is issued anew with another form of the name."""


@transaction.atomic
def revoke(*, certificate: Certificate, reason: str, actor: Actor, now: datetime) -> None:
    """End it for good, for a reason that its holder is told. Raises `ReasonMissing`, `CertificateEnded`."""
    _by_staff(certificate, Happening.REVOKED, reason=reason, actor=actor, now=now)


@transaction.atomic
def suspend(*, certificate: Certificate, reason: str, actor: Actor, now: datetime) -> None:
    """Let it count for nothing until it is reinstated. Raises `ReasonMissing`, `CertificateEnded`, `AlreadySuspended`."""
    fresh = _locked(_newest(certificate))
    if is_suspended(fresh.happened):
        raise AlreadySuspended
    _by_staff(fresh, Happening.SUSPENDED, reason=reason, actor=actor, now=now)


@transaction.atomic
def reinstate(*, certificate: Certificate, reason: str, actor: Actor, now: datetime) -> None:
    """Take a suspension back. Raises `ReasonMissing`, `CertificateEnded`, `NotSuspended`."""
    fresh = _locked(_newest(certificate))
    if not is_suspended(fresh.happened):
        raise NotSuspended
    _by_staff(fresh, Happening.REINSTATED, reason=reason, actor=actor, now=now)


@transaction.atomic
def decline(*, certificate: Certificate, actor: Actor, now: datetime) -> None:
    """Its holder does not want it: it is withdrawn, and its name is shown to nobody.

    Raises `CertificateEnded`; a suspended one is not declined, as what it is suspended for is to be settled first.
    """
    fresh = _locked(certificate)
    _require_settled(fresh)
    _note(fresh, Happening.DECLINED, reason="", actor=actor, now=now)


@transaction.atomic
def replace(*, certificate: Certificate, key: str, actor: Actor, now: datetime) -> Certificate:
    """Issue it anew with the form `key` of its holder's name, valid for as long; the older one ends.

    Raises `NameRefused`, also for the name that it carries, and for one too many; `CertificateEnded`; a suspended one is not
    replaced.
    """
    fresh = _locked(certificate)
    _require_settled(fresh)
    if choose(attempt=fresh.attempt, key=key, now=now).text == fresh.holder or _was_replaced(fresh) >= MOST_REPLACEMENTS:
        raise NameRefused
    _note(fresh, Happening.REPLACED, reason="", actor=actor, now=now)
    return services.issue_in_place_of(fresh, now=now)


def _require_settled(certificate: Certificate) -> None:
    if is_suspended(certificate.happened):
        raise AlreadySuspended(next_step=_("Wait until the question is settled: you get a letter then."))


def _was_replaced(certificate: Certificate) -> int:
    return Certificate.objects.filter(attempt=certificate.attempt).exclude(replaces=None).count()


def _newest(certificate: Certificate) -> Certificate:
    """What stands in its place today: an act of staff is about the person, not about one of the numbers."""
    newest = Certificate.objects.filter(attempt=certificate.attempt).first()
    return certificate if newest is None else newest


def _by_staff(certificate: Certificate, kind: Happening, *, reason: str, actor: Actor, now: datetime) -> None:
    said = " ".join(reason.split())
    if not said:
        raise ReasonMissing
    fresh = _locked(_newest(certificate))
    _note(fresh, kind, reason=said, actor=actor, now=now)
    letters.tell_of(fresh, kind, reason=said)


def _note(certificate: Certificate, kind: Happening, *, reason: str, actor: Actor, now: datetime) -> None:
    """Raises `CertificateEnded` where nothing can happen to it any more."""
    if _has_ended(certificate):
        raise CertificateEnded
    CertificateEvent.objects.create(
        certificate=certificate, kind=kind.value, reason=reason, happened_at=now, actor=audit.name_of(actor)
    )
    audit.record(
        actor=actor,
        action=f"certificate.{kind.value}",
        subject=certificate,
        detail={"identifier": certificate.identifier},
    )
    if kind in ENDS:
        withdraw_consent(certificate=certificate, actor=actor, now=now)
        transaction.on_commit(partial(files.forget_papers, certificate))


def _has_ended(certificate: Certificate) -> bool:
    return any(kind in ENDS for kind in certificate.happened)


def _locked(certificate: Certificate) -> Certificate:
    """The row as it stands, locked where the database locks rows; nothing else can happen to it meanwhile."""
    return Certificate.objects.select_for_update(of=("self",)).select_related("attempt__user").get(pk=certificate.pk)
