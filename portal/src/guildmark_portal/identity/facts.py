"""From rows to what `guildmark.rules.identity` judges."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from guildmark.rules import identity as rules
from guildmark.rules.identity import DocumentKind, Missing, Paper, Standing, Verdict
from guildmark_portal.accounts.models import Role, RoleGrant
from guildmark_portal.identity.models import Assignment, Check, Document, Photo, Round

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
    return rules.Round(one.submitted_at, one.reviewers_needed, decisions)


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
