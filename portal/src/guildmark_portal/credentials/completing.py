"""The job `certificate`: makes what belongs to an issued certificate, then sends it. Each part is made once, and kept.

A job that is killed is run again, finds what was made, and goes on: nothing is signed or sent twice.
"""

import logging
from datetime import datetime
from typing import Final

from django.db import transaction

from guildmark.rules.credential import ENDS
from guildmark_portal import clock
from guildmark_portal.credentials import badge, expiring, files, letters, paper
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.credentials.services import COMPLETE
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import handler
from guildmark_portal.mail.enclosures import Enclosure, enclosing

log = logging.getLogger(__name__)

_WITH_ALL: Final = ("attempt__user", "attempt__entitlement", "attempt__program", "attempt__exam_version")


@handler(COMPLETE, attempts=None)
def complete(job: Job) -> None:
    """Make the badge and the PDF of the certificate that `job` is named after, and write its letter."""
    complete_certificate(job.key, now=clock.now())


def complete_certificate(identifier: str, *, now: datetime) -> None:
    """Make what is missing of the certificate; nothing where all is there."""
    certificate = Certificate.objects.select_related(*_WITH_ALL).get(identifier=identifier)
    expiring.look_from_now_on(now=now)
    badge.credential_of(certificate, now=now)
    badge.jwt_of(certificate, now=now)
    _paper(certificate, now=now)
    if not certificate.happened:
        _send_once(certificate, now=now)


def _paper(certificate: Certificate, *, now: datetime) -> bytes | None:
    """The PDF; None for a name with letters that no font has."""
    try:
        return files.pdf_of(certificate, now=now)
    except paper.NoLetters:
        log.warning("There is no PDF of %s: no font has the letters of its holder's name.", certificate.identifier)
        return None


@transaction.atomic
def _send_once(certificate: Certificate, *, now: datetime) -> None:
    if Certificate.objects.filter(pk=certificate.pk, mailed_at=None).update(mailed_at=now):
        letters.send(certificate)


@enclosing("certificate")
def _enclosed(identifier: str) -> list[Enclosure]:
    """What goes with the letter: the PDF, and the badge as a picture and as a document; nothing of one that ended since."""
    certificate = Certificate.objects.select_related(*_WITH_ALL).get(identifier=identifier)
    if any(kind in ENDS for kind in certificate.happened):
        return []
    now = clock.now()
    printed = _paper(certificate, now=now)
    return [
        *([] if printed is None else [Enclosure(f"{identifier}.pdf", printed, "application/pdf")]),
        Enclosure(f"{identifier}.png", files.badge_png(certificate, now=now), "image/png"),
        Enclosure(f"{identifier}.json", badge.document_of(certificate, now=now), "application/json"),
    ]
