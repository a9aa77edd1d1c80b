"""Issuing certificates."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from guildmark import protocol
from guildmark.packs.model import text_in
from guildmark.protocol import ExamKind
from guildmark.rules.attempt import decided_at
from guildmark.rules.credential import IdentityLevel, months_after
from guildmark_portal.audit import services as audit
from guildmark_portal.credentials.holder import name_of_holder
from guildmark_portal.credentials.identifiers import new_identifier
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.credentials.queries import certificate_of
from guildmark_portal.exams import keyring
from guildmark_portal.exams.facts import timeline
from guildmark_portal.exams.models import Attempt
from guildmark_portal.exams.results import category_results, result_of

_LANGUAGE = "en"
"""A certificate is one signed document in one language; pages around it are translated."""


@transaction.atomic
def issue(*, attempt: Attempt, now: datetime) -> Certificate:
    """The certificate of a passed attempt, issued once; it bears the day of the decision.

    Raises `ValueError` for an attempt that is not decided, not passed, a mock or a rehearsal: the caller asks the rules first.
    """
    issued = certificate_of(attempt)
    if issued is not None:
        return issued
    decision = decided_at(timeline(attempt), now=now)
    if decision is None or not result_of(attempt).passed or not attempt.program.exam_kind.certifies:
        raise ValueError("only a passed attempt at an exam that certifies earns a certificate")
    document = _document(attempt, identifier=new_identifier(), decision=decision)
    certificate = Certificate.objects.create(
        identifier=document.identifier,
        attempt=attempt,
        holder=document.holder,
        demonstration=document.demonstration,
        issued_on=document.issued_on,
        expires_on=document.expires_on,
        document=keyring.signed(document.model_dump(mode="json")),
        issued_at=now,
    )
    audit.record(
        actor=audit.SYSTEM, action="certificate.issued", subject=certificate, detail={"identifier": certificate.identifier}
    )
    return certificate


def _document(attempt: Attempt, *, identifier: str, decision: datetime) -> protocol.Certificate:
    exam, issued_on = attempt.exam_version.bank.exam, decision.date()
    return protocol.Certificate(
        identifier=identifier,
        holder=name_of_holder(attempt),
        program=attempt.program.slug,
        exam_title=text_in(exam.title, _LANGUAGE),
        exam_version=attempt.exam_version.version,
        level=exam.level,
        framework=exam.framework,
        demonstration=attempt.program.exam_kind is not ExamKind.LIVE,
        points=result_of(attempt).points,
        points_possible=sum(exam.weights.values()),
        categories=category_results(attempt, language=_LANGUAGE),
        issued_on=issued_on,
        expires_on=months_after(issued_on, exam.validity_months),
        issuer=settings.ORGANISATION,
        url=address(identifier),
        identity_check=IdentityLevel(attempt.identity_check),
        key_id="",
        signature="",
    )


def address(identifier: str) -> str:
    """Where anybody finds the certificate."""
    return f"{settings.PORTAL_URL}/certificates/{identifier}/"
