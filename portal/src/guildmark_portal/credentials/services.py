"""Issuing certificates."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from guildmark import protocol
from guildmark.packs.model import text_in
from guildmark.protocol import ExamKind
from guildmark.rules.attempt import decided_at
from guildmark.rules.credential import IdentityLevel
from guildmark.rules.validity import months_after
from guildmark_portal.audit import services as audit
from guildmark_portal.credentials import renewing, status
from guildmark_portal.credentials.holder import name_of_holder
from guildmark_portal.credentials.identifiers import new_identifier
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.credentials.queries import certificate_of
from guildmark_portal.credentials.refusals import NotEarned
from guildmark_portal.exams import keyring
from guildmark_portal.exams.facts import timeline
from guildmark_portal.exams.models import Attempt
from guildmark_portal.exams.results import category_results, result_of
from guildmark_portal.jobs.services import enqueue

COMPLETE = "certificate"
"""The kind of job that makes what belongs to a certificate; see `completing`."""
_PRIORITY = 50

_LANGUAGE = "en"
"""A certificate is one signed document in one language; pages around it are translated."""


@transaction.atomic
def issue(*, attempt: Attempt, now: datetime) -> Certificate:
    """The certificate of a passed attempt, issued once; it bears the day of the decision.

    A renewal supersedes its holder's earlier certificate of the same program. The badge, the papers and the letter follow in a
    job: nothing that could go wrong there keeps a decision from being written.
    Raises `NotEarned` for an attempt that is not decided, not passed, a mock or a rehearsal: the caller asks the rules first.
    """
    issued = certificate_of(attempt)
    if issued is not None:
        return issued
    decision = decided_at(timeline(attempt), now=now)
    if decision is None or not result_of(attempt).passed or not attempt.certifies:
        raise NotEarned
    document = _document(attempt, identifier=new_identifier(), decision=decision)
    earlier = renewing.earlier_of(attempt)
    certificate = _keep(attempt, document, now=now, renews=earlier)
    if earlier is not None:
        renewing.supersede(earlier, now=now)
    return certificate


@transaction.atomic
def issue_in_place_of(certificate: Certificate, *, now: datetime) -> Certificate:
    """The same certificate with the name that its holder chose since: valid for as long, under an identifier of its own."""
    identifier = new_identifier()
    document = protocol.Certificate.model_validate(certificate.document).model_copy(
        update={"identifier": identifier, "url": address(identifier), "holder": name_of_holder(certificate.attempt)}
    )
    return _keep(certificate.attempt, document, now=now, replaces=certificate)


def _keep(attempt: Attempt, document: protocol.Certificate, *, now: datetime, **others: Certificate | None) -> Certificate:
    certificate = Certificate.objects.create(
        identifier=document.identifier,
        attempt=attempt,
        holder=document.holder,
        demonstration=document.demonstration,
        issued_on=document.issued_on,
        expires_on=document.expires_on,
        document=keyring.signed(document.model_dump(mode="json")),
        issued_at=now,
        **others,
    )
    status.give_place(certificate)
    audit.record(
        actor=audit.SYSTEM, action="certificate.issued", subject=certificate, detail={"identifier": certificate.identifier}
    )
    enqueue(kind=COMPLETE, key=certificate.identifier, priority=_PRIORITY)
    return certificate


def _document(attempt: Attempt, *, identifier: str, decision: datetime) -> protocol.Certificate:
    exam, issued_on = attempt.exam_version.bank.exam, decision.date()
    return protocol.Certificate(
        identifier=identifier,
        holder=name_of_holder(attempt),
        program=renewing.certified_by(attempt.program),
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
