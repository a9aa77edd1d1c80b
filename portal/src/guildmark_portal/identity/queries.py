"""Named reads of checks of identity."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from guildmark.rules.identity import Standing
from guildmark_portal.accounts.models import User
from guildmark_portal.identity import facts
from guildmark_portal.identity.models import Check, Decision, Document, Evidence, Photo
from guildmark_portal.profiles import queries as profiles
from guildmark_portal.profiles.models import LegalName, Residence


@dataclass(frozen=True)
class Waiting:
    """A check in the queue: since when it waits, who has taken it (None: nobody), and who has approved it already.

    `has_lapsed`: whoever has taken it has had it for too long, or is no reviewer any more.
    """

    check: Check
    submitted_at: datetime
    number: int
    reviewer: User | None
    approved_by: tuple[User, ...]
    has_lapsed: bool


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


def stated_name(check: Check) -> LegalName | None:
    """The legal name that the papers were submitted with: what is entered afterwards, nobody has seen papers for."""
    return profiles.legal_name(check.user, as_of=check.rounds.latest("number").submitted_at)


def stated_residence(check: Check) -> Residence | None:
    """Where the candidate lived when they submitted, as far as they said."""
    submitted_at = check.rounds.latest("number").submitted_at
    return Residence.objects.filter(user=check.user, recorded_at__lte=submitted_at).first()


def queue(*, now: datetime) -> list[Waiting]:
    """Every check that waits for a reviewer, the longest wait first."""
    checks = (
        Check.objects.filter(closed_at=None, rounds__isnull=False)
        .distinct()
        .select_related("user")
        .prefetch_related("rounds__decisions__reviewer", "rounds__assignments__reviewer")
    )
    able = facts.reviewers()
    found = (_waiting(check, able, now) for check in checks if _is_waiting(check))
    return sorted(found, key=lambda waiting: waiting.submitted_at)


def _is_waiting(check: Check) -> bool:
    newest = max(check.rounds.all(), key=lambda one: one.number)
    return facts.round_facts(newest).outcome is None


def _waiting(check: Check, able: frozenset[int], now: datetime) -> Waiting:
    newest = max(check.rounds.all(), key=lambda one: one.number)
    taken = next((one for one in newest.assignments.all() if one.released_at is None), None)
    approved = tuple(decision.reviewer for decision in newest.decisions.all())
    has_lapsed = taken is not None and facts.has_lapsed(taken, able, now=now)
    return Waiting(check, newest.submitted_at, newest.number, None if taken is None else taken.reviewer, approved, has_lapsed)


def is_waiting(check: Check) -> bool:
    """Whether reviewers have to look at the check."""
    return check.closed_at is None and facts.standing_of(check) is Standing.WAITING
