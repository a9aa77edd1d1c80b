"""Named reads of checks of identity."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from guildmark.rules.identity import Standing
from guildmark_portal.accounts.models import User
from guildmark_portal.identity import facts
from guildmark_portal.identity.models import Check, Decision, Document, Evidence, Photo


@dataclass(frozen=True)
class Waiting:
    """A check in the queue: since when it waits, who has taken it (None: nobody), and who has approved it already."""

    check: Check
    submitted_at: datetime
    number: int
    reviewer: User | None
    approved_by: tuple[User, ...]


def check_of(user: User) -> Check | None:
    """The candidate's open check, else the newest one."""
    return Check.objects.filter(user=user, closed_at=None).first() or Check.objects.filter(user=user).first()


def thing_of(check: Check, thing_id: UUID) -> Document | Photo | None:
    """The document or photo of a check that has this id and was not withdrawn."""
    document = check.documents.filter(pk=thing_id, withdrawn_at=None).first()
    return document or check.photos.filter(pk=thing_id, withdrawn_at=None).first()


def evidence_of(check: Check, evidence_id: UUID) -> Evidence | None:
    """The image of a check that has this id."""
    return check.evidence.select_related("sealed", "document", "photo").filter(pk=evidence_id).first()


def last_decision(check: Check) -> Decision | None:
    """What was said last."""
    return Decision.objects.filter(round__of_check=check).order_by("decided_at", "pk").last()


def queue() -> list[Waiting]:
    """Every check that waits for a reviewer, the longest wait first."""
    checks = (
        Check.objects.filter(closed_at=None, rounds__isnull=False)
        .distinct()
        .select_related("user")
        .prefetch_related("rounds__decisions__reviewer", "rounds__assignments__reviewer")
    )
    return sorted((_waiting(check) for check in checks if _is_waiting(check)), key=lambda found: found.submitted_at)


def _is_waiting(check: Check) -> bool:
    newest = max(check.rounds.all(), key=lambda one: one.number)
    return facts.round_facts(newest).outcome is None


def _waiting(check: Check) -> Waiting:
    newest = max(check.rounds.all(), key=lambda one: one.number)
    taken = next((one.reviewer for one in newest.assignments.all() if one.released_at is None), None)
    approved = tuple(decision.reviewer for decision in newest.decisions.all())
    return Waiting(check, newest.submitted_at, newest.number, taken, approved)


def is_waiting(check: Check) -> bool:
    """Whether reviewers have to look at the check."""
    return check.closed_at is None and facts.standing_of(check) is Standing.WAITING
