"""The hand-overs' part of what the portal holds on a person: read out to them, and taken back when their account goes."""

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.personal_data import Json, Part
from guildmark_portal.credentials.provider_models import Handover
from guildmark_portal.credentials.providers import services

_TIMES: Final = ("consented_at", "sent_at", "delivered_at", "withdrawn_at", "retracted_at")


def export(user: User) -> Json:
    """Every consent, and when what was sent, taken and removed."""
    return [
        {
            "certificate": one.certificate.identifier,
            "provider": one.provider,
            **{name: at.isoformat() if (at := getattr(one, name)) else None for name in _TIMES},
        }
        for one in _of(user)
    ]


def kept(user: User) -> Iterator[str]:
    """That a provider had a certificate, and was asked to remove it."""
    if _of(user):
        yield _("When your certificates went to a badge provider. It is asked to remove what it got.")


def erase(user: User) -> None:
    """Take every consent back; the rows name nobody."""
    for one in _of(user):
        services.withdraw_consent(certificate=one.certificate, now=clock.now(), actor=user)


def _of(user: User) -> list[Handover]:
    return list(Handover.objects.filter(certificate__attempt__user=user).select_related("certificate"))


PART: Final = Part(name="badge_provider", export=export, erase=erase, kept=kept)
