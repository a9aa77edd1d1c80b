"""Named reads of certificates."""

from guildmark import protocol
from guildmark_portal.credentials.identifiers import normalised
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.exams.models import Attempt


def certificate(identifier: str) -> protocol.Certificate:
    """The signed certificate; case, dashes and spaces in `identifier` do not matter.

    Raises `Certificate.DoesNotExist` for an unknown identifier.
    """
    meant = normalised(identifier)
    if meant is None:
        raise Certificate.DoesNotExist
    return protocol.Certificate.model_validate(Certificate.objects.get(identifier=meant).document)


def certificate_of(attempt: Attempt) -> Certificate | None:
    """The certificate that this attempt earned, once it is issued."""
    return Certificate.objects.filter(attempt=attempt).first()
