"""From rows to what `guildmark.rules.identity` judges."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings

from guildmark.rules import identity as rules
from guildmark.rules import identity_session
from guildmark.rules.eligibility import OnPapers, needs_proof_of_address
from guildmark.rules.identity import DocumentKind, Missing, Paper, Scope, Standing, Verdict
from guildmark.rules.identity_session import SessionStanding, Told
from guildmark_portal.accounts.models import Role, RoleGrant
from guildmark_portal.identity.models import Assignment, Check, Document, Photo, Round
from guildmark_portal.identity.provider_models import ProviderSession

ASSIGNMENT_LASTS: Final = timedelta(days=1)
"""How long a check is one reviewer's alone."""


def documents_of(check: Check) -> list[Document]:
    """The documents that count: those that were not withdrawn."""
    return list(check.documents.filter(withdrawn_at=None).prefetch_related("pages"))


def photo_of(check: Check) -> Photo | None:
    """The photo that counts."""
    return check.photos.filter(withdrawn_at=None).first()


def rounds_of(check: Check) -> list[rules.Round]:
    """The rounds, oldest first."""
    return [round_facts(one) for one in check.rounds.prefetch_related("decisions")]


def round_facts(one: Round) -> rules.Round:
    """A round, with what reviewers said."""
    decisions = tuple((Verdict(decision.verdict), decision.decided_at) for decision in one.decisions.all())
    return rules.Round(one.submitted_at, one.reviewers_needed, decisions, Scope(one.scope))


def reviewers() -> frozenset[int]:
    """Who holds the role of a reviewer now, by the id of their account."""
    standing = RoleGrant.objects.filter(role=Role.REVIEWER, revoked_at=None, user__is_active=True)
    return frozenset(standing.values_list("user_id", flat=True))


def has_lapsed(taken: Assignment, able: frozenset[int], *, now: datetime) -> bool:
    """Whether another reviewer may take it over: it is a day old, or whoever has it is not among those who are `able`."""
    return taken.reviewer_id not in able or taken.assigned_at + ASSIGNMENT_LASTS <= now


def standing_of(check: Check) -> Standing:
    """Where the check stands."""
    return rules.standing(rounds_of(check))


def missing_of(check: Check, *, now: datetime, scope: Scope = Scope.PAPERS) -> tuple[Missing, ...]:
    """Everything that the check still needs before it can be submitted."""
    papers = [_paper(document) for document in documents_of(check)]
    return rules.missing(papers, has_photo=photo_of(check) is not None, today=now.date(), scope=scope)


def documents_in(one: Round) -> list[Document]:
    """The documents that reviewers are asked about: where it is the address alone, those that show it."""
    documents, today = documents_of(one.of_check), one.submitted_at.date()
    if one.scope == Scope.PAPERS.value:
        return documents
    return [document for document in documents if rules.proves_address(_paper(document), today=today)]


def records_in(one: Round) -> set[UUID] | None:
    """The sealed records that reviewers are asked about; None where it is everything that was given."""
    if one.scope == Scope.PAPERS.value:
        return None
    return {sealed for document in documents_in(one) for sealed in records_of(document)}


def records_of(document: Document) -> set[UUID]:
    """What is sealed of a document: what is printed on it, and its pages."""
    return {document.particulars_id, *(page.sealed_id for page in document.pages.all())}


def newest_session_of(check: Check) -> ProviderSession | None:
    """The session at a provider that was started last."""
    return check.provider_sessions.last()


def standing_of_session(session: ProviderSession) -> SessionStanding:
    """Where a session at a provider stands."""
    address = OnPapers(session.address) if session.address else None
    counts_proof = address is not None and needs_proof_of_address(address)
    return identity_session.standing(
        [(Told(message.told), message.told_at) for message in session.messages.all()],
        name_agrees=session.name_agrees,
        address=address,
        is_address_proved=counts_proof and rules.is_address_proved(rounds_of(session.of_check)),
    )


def lacks_address(check: Check) -> bool:
    """Whether a provider has seen the candidate's document, and nobody yet where they live."""
    newest = newest_session_of(check)
    return newest is not None and standing_of_session(newest) is SessionStanding.ADDRESS_NEEDED


def _paper(document: Document) -> Paper:
    return Paper(DocumentKind(document.kind), document.expires_on, document.shows_latin_name, document.shows_address)


def shred_due_at(check: Check) -> datetime | None:
    """From when on the evidence must not be kept; None while reviewers need it."""
    retention = timedelta(days=settings.IDENTITY_RETENTION_DAYS)
    return rules.shred_due_at(rounds_of(check), last_change=check.changed_at, retention=retention)
