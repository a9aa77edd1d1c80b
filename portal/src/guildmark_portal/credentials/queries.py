"""Named reads of certificates."""

from typing import Final

from django.db.models import QuerySet

from guildmark import protocol
from guildmark.rules.credential import Happening
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials.identifiers import normalised
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.exams.models import Attempt

_UNTOLD: Final = frozenset({Happening.DECLINED, Happening.REPLACED})


def certificate(identifier: str) -> protocol.Certificate:
    """The signed certificate; case, dashes and spaces in `identifier` do not matter.

    Raises `Certificate.DoesNotExist` for an unknown identifier, and where it was declined or replaced: then nothing is told.
    """
    found = by_identifier(identifier)
    if not _UNTOLD.isdisjoint(found.happened):
        raise Certificate.DoesNotExist
    return protocol.Certificate.model_validate(found.document)


def by_identifier(identifier: str) -> Certificate:
    """The certificate with what happened to it; case, dashes and spaces in `identifier` do not matter.

    Raises `Certificate.DoesNotExist` for an unknown identifier.
    """
    meant = normalised(identifier)
    if meant is None:
        raise Certificate.DoesNotExist
    return Certificate.objects.prefetch_related("events").get(identifier=meant)


def held_by(user: User) -> "QuerySet[Certificate]":
    """Everything that was issued to somebody, the newest first; those that were replaced are left out."""
    issued = Certificate.objects.filter(attempt__user=user, replacement=None)
    return issued.select_related("attempt__program").prefetch_related("events")


def certificate_of(attempt: Attempt) -> Certificate | None:
    """The certificate that this attempt earned, once it is issued: the newest, where another came in its place."""
    return Certificate.objects.filter(attempt=attempt).first()
