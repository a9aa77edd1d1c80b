"""From rows to what `guildmark.rules.identity` judges."""

from datetime import datetime, timedelta

from django.conf import settings

from guildmark.rules import identity as rules
from guildmark.rules.identity import DocumentKind, Missing, Paper, Standing, Verdict
from guildmark_portal.identity.models import Check, Document, Photo, Round


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
    return rules.Round(one.submitted_at, one.reviewers_needed, decisions)


def standing_of(check: Check) -> Standing:
    """Where the check stands."""
    return rules.standing(rounds_of(check))


def missing_of(check: Check, *, now: datetime) -> tuple[Missing, ...]:
    """Everything that the check still needs before it can be submitted."""
    papers = [
        Paper(DocumentKind(document.kind), document.expires_on, document.shows_latin_name, document.shows_address)
        for document in documents_of(check)
    ]
    return rules.missing(papers, has_photo=photo_of(check) is not None, today=now.date())


def shred_due_at(check: Check) -> datetime | None:
    """From when on the evidence must not be kept; None while reviewers need it."""
    retention = timedelta(days=settings.IDENTITY_RETENTION_DAYS)
    return rules.shred_due_at(rounds_of(check), last_change=check.changed_at, retention=retention)
