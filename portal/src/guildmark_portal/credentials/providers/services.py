"""Consent to hand a certificate to the badge provider, taking it back, and sending again what was given up."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from guildmark.errors import Refused
from guildmark.rules.credential import Standing
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.credentials.provider_models import Handover
from guildmark_portal.credentials.providers import configured
from guildmark_portal.credentials.providers.queries import given_up, handover_of
from guildmark_portal.credentials.providers.sending import HAND_OVER, TAKE_BACK, stop
from guildmark_portal.jobs.services import enqueue


def offered(certificate: Certificate) -> str | None:
    """The name of the provider that this certificate can be handed to; None where there is none."""
    provider, where = configured(), settings.BADGE_PROVIDER
    if provider is None or (certificate.demonstration and not where.demonstrations):
        return None
    if certificate.standing(today=clock.now().date()) not in {Standing.VALID, Standing.SUPERSEDED}:
        return None
    return str(where.name) if provider.takes(certificate.attempt.program.slug) else None


def consent(*, certificate: Certificate, now: datetime) -> Handover:
    """The holder consents: name and address leave for the provider, as soon as it takes them. Twice is once.

    Raises `Refused` where no provider takes the certificate.
    """
    provider = configured()
    if provider is None or offered(certificate) is None:
        raise Refused(
            _("No badge provider takes this certificate."),
            next_step=_("Use the files of your certificate: they need no provider."),
        )
    standing = handover_of(certificate)
    if standing is not None:
        return standing
    try:
        with transaction.atomic():
            made = Handover.objects.create(certificate=certificate, provider=provider.kind, consented_at=now)
            detail = {"certificate": certificate.identifier, "provider": provider.kind}
            audit.record(actor=_holder(certificate), action="handover.consented", subject=made, detail=detail)
            enqueue(kind=HAND_OVER, key=str(made.pk), run_at=now)
    except IntegrityError:  # consented at this very moment, in another window
        return Handover.objects.get(certificate=certificate, withdrawn_at=None)
    return made


def withdraw_consent(*, certificate: Certificate, now: datetime, actor: AbstractBaseUser | str | None = None) -> bool:
    """Stop what waits, and have the provider remove what it got; whether there was a consent.

    `actor` is the holder unless told otherwise: staff, where the certificate ends by their doing.
    """
    standing = handover_of(certificate)
    return standing is not None and stop(handover=standing, actor=actor or _holder(certificate), now=now)


@transaction.atomic
def replay(*, handover: Handover, actor: User, now: datetime) -> bool:
    """Send again what was given up; False if it was not, or not any more."""
    if not given_up().filter(pk=handover.pk).exists():
        return False
    Handover.objects.filter(pk=handover.pk).update(dead_at=None)
    kind = TAKE_BACK if handover.is_withdrawn else HAND_OVER
    audit.record(actor=actor, action="handover.replayed", subject=handover, detail={"kind": kind})
    enqueue(kind=kind, key=str(handover.pk), run_at=now)
    return True


@transaction.atomic
def replay_all(*, actor: User, now: datetime) -> int:
    """Send everything again that was given up; how many."""
    return sum(replay(handover=one, actor=actor, now=now) for one in list(given_up()))


def _holder(certificate: Certificate) -> User:
    return certificate.attempt.user
