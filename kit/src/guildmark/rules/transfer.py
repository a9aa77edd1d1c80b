"""A right to sit that its holder offers to somebody else: where the offer stands, by what has happened (rule G6).

offered ──> accepted                      by whoever proved the address that it was offered to
│  └───> declined, or withdrawn        by them, by its holder
└──────> over                          nobody answered in time
gone                          the right itself was used, taken back, or is over
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from guildmark.rules.entitlement import Right, Worth

WAITS: Final = timedelta(days=14)
"""So long an offer waits for an answer."""


class OfferStanding(str, Enum):
    """Where an offer stands. Only one that is offered can be answered."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    OVER = "over"
    GONE = "gone"


@dataclass(frozen=True)
class Offer:
    """The facts of an offer, and of the right that is offered."""

    offered_at: datetime
    right: Right
    accepted_at: datetime | None = None
    declined_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """When nobody can accept it any more."""
        return self.offered_at + WAITS

    def standing(self, *, now: datetime) -> OfferStanding:
        """Where it stands at `now`."""
        answered = (
            (self.accepted_at, OfferStanding.ACCEPTED),
            (self.declined_at, OfferStanding.DECLINED),
            (self.withdrawn_at, OfferStanding.WITHDRAWN),
        )
        for at, standing in answered:
            if at is not None:
                return standing
        if self.right.worth(now=now) is not Worth.USABLE:
            return OfferStanding.GONE
        return OfferStanding.OVER if now >= self.ends_at else OfferStanding.OFFERED
