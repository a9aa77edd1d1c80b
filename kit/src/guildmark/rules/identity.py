"""Which papers prove who a candidate is, where a check of them stands, and until when they are kept.

One primary document with photo, signature and name, unexpired; where it does not show the name in Latin script, a secondary
document that does, or a notarised translation; where it does not show the address (a passport never does), a proof of
address; and a photo of the candidate. That the papers are what they claim, and carry a signature, is for reviewers to see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Final

LONG_SIDE, SHORT_SIDE = 900, 600
"""The least size of a photo in pixels, however the camera is held."""
DOCUMENT_SHORT_SIDE = 600
"""The least shorter side of a picture of a document in pixels: what is printed small on a card can be read from there on."""


class Role(str, Enum):
    """What a document is given for."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    ADDRESS = "address"


class DocumentKind(str, Enum):
    """The documents that are taken."""

    PASSPORT = "passport"
    DRIVING_LICENCE = "driving_licence"
    GOVERNMENT_ID = "government_id"
    NATIONAL_ID = "national_id"
    STATE_ID = "state_id"
    HEALTH_INSURANCE_CARD = "health_insurance_card"
    SOCIAL_SECURITY_CARD = "social_security_card"
    NOTARISED_TRANSLATION = "notarised_translation"
    PROOF_OF_ADDRESS = "proof_of_address"

    @property
    def role(self) -> Role:
        """What it can be given for."""
        return _ROLES.get(self, Role.PRIMARY)

    @property
    def always_expires(self) -> bool:
        """Whether every document of this kind bears a date of expiry; others may be without one, and then do not expire."""
        return self in {DocumentKind.PASSPORT, DocumentKind.DRIVING_LICENCE}

    @property
    def may_show_address(self) -> bool:
        """Whether a document of this kind can carry its holder's address: a passport's is not an official entry."""
        return self is not DocumentKind.PASSPORT


_ROLES: Final = {
    DocumentKind.HEALTH_INSURANCE_CARD: Role.SECONDARY,
    DocumentKind.SOCIAL_SECURITY_CARD: Role.SECONDARY,
    DocumentKind.NOTARISED_TRANSLATION: Role.SECONDARY,
    DocumentKind.PROOF_OF_ADDRESS: Role.ADDRESS,
}


class Scope(str, Enum):
    """What reviewers are asked about: papers and photo, or the address alone, where a provider has seen papers without one."""

    PAPERS = "papers"
    ADDRESS = "address"


@dataclass(frozen=True)
class Paper:
    """What the rules need to know of a document. `expires_on` of None: it bears no such date."""

    kind: DocumentKind
    expires_on: date | None
    shows_latin_name: bool = False
    shows_address: bool = False


class Missing(str, Enum):
    """What a check still needs before it can be reviewed."""

    PRIMARY = "primary"
    PRIMARY_EXPIRED = "primary_expired"
    LATIN_NAME = "latin_name"
    SECONDARY_EXPIRED = "secondary_expired"
    ADDRESS = "address"
    PHOTO = "photo"


def is_unexpired(paper: Paper, *, today: date) -> bool:
    """Whether the document is still one: it expires after today, or is of a kind that need not expire, and does not."""
    if paper.expires_on is None:
        return not paper.kind.always_expires
    return paper.expires_on > today


def missing(papers: Sequence[Paper], *, has_photo: bool, today: date, scope: Scope = Scope.PAPERS) -> tuple[Missing, ...]:
    """Everything that a check with these papers still needs, in the order in which a candidate gives it."""
    address = () if any(proves_address(paper, today=today) for paper in papers) else (Missing.ADDRESS,)
    if scope is Scope.ADDRESS:
        return address
    primary = [paper for paper in papers if paper.kind.role is Role.PRIMARY]
    valid = [paper for paper in primary if is_unexpired(paper, today=today)]
    found: list[Missing] = []
    if not valid:
        found.append(Missing.PRIMARY_EXPIRED if primary else Missing.PRIMARY)
    if primary:
        found += _latin_name(valid or primary, papers, today=today)
    return (*found, *address, *([] if has_photo else [Missing.PHOTO]))


def _latin_name(primary: Sequence[Paper], papers: Sequence[Paper], *, today: date) -> list[Missing]:
    """What is missing of a name in Latin script: the primary document shows it, or a secondary one that is unexpired."""
    if any(paper.shows_latin_name for paper in primary):
        return []
    secondary = [paper for paper in papers if paper.kind.role is Role.SECONDARY and paper.shows_latin_name]
    if any(is_unexpired(paper, today=today) for paper in secondary):
        return []
    return [Missing.SECONDARY_EXPIRED if secondary else Missing.LATIN_NAME]


def proves_address(paper: Paper, *, today: date) -> bool:
    """Whether the document tells where its bearer lives: a proof of address, or a primary document that shows it."""
    if paper.kind.role is Role.SECONDARY or not is_unexpired(paper, today=today):
        return False
    return paper.kind.role is Role.ADDRESS or (paper.shows_address and paper.kind.may_show_address)


def is_large_enough(width: int, height: int) -> bool:
    """Whether a photo has 900 x 600 pixels or more, upright or lying."""
    return max(width, height) >= LONG_SIDE and min(width, height) >= SHORT_SIDE


def is_legible(width: int, height: int) -> bool:
    """Whether a picture of a document is large enough to be read."""
    return min(width, height) >= DOCUMENT_SHORT_SIDE


class Verdict(str, Enum):
    """What a reviewer says."""

    APPROVED = "approved"
    REJECTED = "rejected"


class Subject(str, Enum):
    """What a rejection can be about."""

    DOCUMENTS = "documents"
    PHOTO = "photo"
    PROFILE = "profile"


def is_answered(*, refused: frozenset[Subject], changed: frozenset[Subject]) -> bool:
    """Whether papers may be submitted again after a rejection: at least one thing of what was refused has changed."""
    return bool(refused & changed)


class Standing(str, Enum):
    """Where a check stands. A draft and a rejected one can be changed and submitted; the others cannot.

    An address that was approved alone leaves a draft: of the other papers, nobody has seen any.
    """

    DRAFT = "draft"
    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"

    @property
    def takes_changes(self) -> bool:
        """Whether papers and photo may be added and taken back."""
        return self in {Standing.DRAFT, Standing.REJECTED}


@dataclass(frozen=True)
class Round:
    """Papers as they were submitted, and what reviewers said, in the order in which they said it."""

    submitted_at: datetime
    reviewers_needed: int
    decisions: tuple[tuple[Verdict, datetime], ...] = ()
    scope: Scope = Scope.PAPERS

    @property
    def outcome(self) -> tuple[Verdict, datetime] | None:
        """The first rejection, or the approval that was still needed; None while neither is there."""
        approvals = 0
        for verdict, at in self.decisions:
            approvals += verdict is Verdict.APPROVED
            if verdict is Verdict.REJECTED or approvals >= self.reviewers_needed:
                return verdict, at
        return None


def standing(rounds: Sequence[Round]) -> Standing:
    """Where a check with these rounds, oldest first, stands."""
    if not rounds:
        return Standing.DRAFT
    newest = rounds[-1]
    if newest.outcome is None:
        return Standing.WAITING
    return Standing.DRAFT if _approves_address(newest) else Standing(newest.outcome[0].value)


def is_address_proved(rounds: Sequence[Round]) -> bool:
    """Whether reviewers have approved a proof of address that was submitted alone."""
    return any(_approves_address(one) for one in rounds)


def _approves_address(one: Round) -> bool:
    return one.scope is Scope.ADDRESS and one.outcome is not None and one.outcome[0] is Verdict.APPROVED


def shred_due_at(rounds: Sequence[Round], *, last_change: datetime, retention: timedelta) -> datetime | None:
    """From when on the evidence must not be kept: the retention after the decision. None while reviewers still need it.

    What was never submitted, or not again after a rejection, goes the same time after its last change.
    """
    where = standing(rounds)
    if where is Standing.WAITING:
        return None
    outcome = rounds[-1].outcome if rounds else None
    if outcome is None:
        return last_change + retention
    decided_at = outcome[1]
    return (decided_at if where is Standing.APPROVED else max(decided_at, last_change)) + retention
