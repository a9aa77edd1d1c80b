"""Named reads of checks of identity."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from guildmark.rules.identity import Scope
from guildmark_portal.accounts.models import User
from guildmark_portal.identity import checked_names, facts
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
    scope: Scope = Scope.PAPERS

    def may_be_taken_by(self, reviewer: User) -> bool:
        """Whether the reviewer can take it now: it is free, not their own, and they have not approved it already."""
        is_free = self.reviewer is None or self.has_lapsed
        return is_free and self.reviewer != reviewer and self.check.user_id != reviewer.pk and reviewer not in self.approved_by


def check_of(user: User) -> Check | None:
    """The candidate's open check, else the newest one."""
    return Check.objects.filter(user=user, closed_at=None).first() or Check.objects.filter(user=user).first()


def check_in_hand(user: User) -> Check | None:
    """The check that the candidate's own pages are about: none where what was approved bears another name than holds now."""
    approved, check = checked_names.reviewed(user), check_of(user)
    if approved is None:
        return check
    if approved.is_current:
        return approved.check
    return None if check == approved.check else check


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
    """The legal name that the papers were submitted with: what is entered afterwards, nobody has seen papers for.

    A proof of address belongs to the name that a provider saw.
    """
    newest, session = check.rounds.latest("number"), facts.newest_session_of(check)
    if newest.scope == Scope.ADDRESS.value and session is not None:
        return profiles.legal_name(check.user, as_of=session.compared_at)
    return profiles.legal_name(check.user, as_of=newest.submitted_at)


def stated_residence(check: Check) -> Residence | None:
    """Where the candidate lived when they submitted, as far as they said."""
    submitted_at = check.rounds.latest("number").submitted_at
    return Residence.objects.filter(user=check.user, recorded_at__lte=submitted_at).first()


def queue(*, now: datetime) -> list[Waiting]:
    """Every check that waits for a reviewer, the longest wait first."""
    return sorted(_waiting_among(Check.objects.all(), now), key=lambda waiting: waiting.submitted_at)


def waiting_of(check: Check, *, now: datetime) -> Waiting | None:
    """The check as the queue shows it; None if it does not wait."""
    return next(iter(_waiting_among(Check.objects.filter(pk=check.pk), now)), None)


def _waiting_among(checks: "QuerySet[Check]", now: datetime) -> list[Waiting]:
    submitted = (
        checks.filter(closed_at=None, rounds__isnull=False)
        .distinct()
        .select_related("user")
        .prefetch_related("rounds__decisions__reviewer", "rounds__assignments__reviewer")
    )
    able = facts.reviewers()
    return [_waiting(check, able, now) for check in submitted if _is_waiting(check)]


def _is_waiting(check: Check) -> bool:
    newest = max(check.rounds.all(), key=lambda one: one.number)
    return facts.round_facts(newest).outcome is None


def _waiting(check: Check, able: frozenset[int], now: datetime) -> Waiting:
    newest = max(check.rounds.all(), key=lambda one: one.number)
    taken = next((one for one in newest.assignments.all() if one.released_at is None), None)
    approved = tuple(decision.reviewer for decision in newest.decisions.all())
    has_lapsed = taken is not None and facts.has_lapsed(taken, able, now=now)
    return Waiting(
        check,
        newest.submitted_at,
        newest.number,
        None if taken is None else taken.reviewer,
        approved,
        has_lapsed,
        Scope(newest.scope),
    )
