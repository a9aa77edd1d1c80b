"""What an order is, by what has happened to it: facts only grow, so that two who look at it come to the same (rule G6).

    open ──> paid ──> refund asked ──> refunded          money goes back after the right to sit was taken back
      │        └────> disputed ──> won or lost           at the buyer's bank
      └────> given up                                    by the buyer, by the page's end, or by staff

An order is worth the right to sit while its money is held: paid, not on its way back, and not disputed.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from guildmark.rules.money import Money


class OrderStanding(str, Enum):
    """Where an order stands."""

    OPEN = "open"
    PROCESSING = "processing"
    GIVEN_UP = "given_up"
    PAID = "paid"
    REFUND_ASKED = "refund_asked"
    PARTLY_REFUNDED = "partly_refunded"
    REFUND_FAILED = "refund_failed"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    DISPUTE_LOST = "dispute_lost"


class DisputeOutcome(str, Enum):
    """How a dispute stands. An inquiry is a bank's question: no money has left."""

    INQUIRY = "inquiry"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True)
class Returned:
    """Money on its way back: asked for, then done or failed. What failed is with us still, and owed.

    `ends_right`: the right to sit was taken back for it, as for all that staff pays back.
    """

    amount: int
    done_at: datetime | None = None
    failed_at: datetime | None = None
    ends_right: bool = True

    @property
    def is_done(self) -> bool:
        """Back with the buyer. A bank may refuse it days after the provider called it done."""
        return self.done_at is not None and self.failed_at is None

    @property
    def is_under_way(self) -> bool:
        """Asked for, and neither done nor failed."""
        return self.done_at is None and self.failed_at is None


@dataclass(frozen=True)
class OrderFacts:
    """What has happened. `paid` is what was paid in all, tax with it, in the smallest unit of `currency`."""

    currency: str
    paid: int = 0
    paid_at: datetime | None = None
    processing_at: datetime | None = None
    given_up_at: datetime | None = None
    returned: tuple[Returned, ...] = field(default_factory=tuple)
    disputes: tuple[DisputeOutcome, ...] = field(default_factory=tuple)

    @property
    def standing(self) -> OrderStanding:
        """Where it stands. What was paid is never given up, whatever was written before."""
        if self.paid_at is None:
            if self.given_up_at is not None:
                return OrderStanding.GIVEN_UP
            return OrderStanding.OPEN if self.processing_at is None else OrderStanding.PROCESSING
        return self._of_paid()

    def _of_paid(self) -> OrderStanding:
        if DisputeOutcome.LOST in self.disputes:
            return OrderStanding.DISPUTE_LOST
        if DisputeOutcome.OPEN in self.disputes:
            return OrderStanding.DISPUTED
        if self._is_all_back:
            return OrderStanding.REFUNDED
        if any(one.is_under_way for one in self.returned):
            return OrderStanding.REFUND_ASKED
        if any(one.ends_right and one.failed_at is not None for one in self.returned):
            return OrderStanding.REFUND_FAILED
        return OrderStanding.PARTLY_REFUNDED if self._back else OrderStanding.PAID

    @property
    def _back(self) -> int:
        return sum(one.amount for one in self.returned if one.is_done)

    @property
    def _is_all_back(self) -> bool:
        """Of an order of nothing, too, there is something to take back: the right."""
        return any(one.is_done for one in self.returned) and self._back >= self.paid

    @property
    def held(self) -> Money:
        """The money of it that the portal's owner has now, as far as it knows."""
        if self.paid_at is None or {DisputeOutcome.LOST, DisputeOutcome.OPEN} & set(self.disputes):
            return Money(0, self.currency)
        return Money(self.paid - self._back, self.currency)

    @property
    def returnable(self) -> Money:
        """What could still be paid back: nothing while a dispute has it. An inquiry is best answered by paying back."""
        if self.paid_at is None or {DisputeOutcome.LOST, DisputeOutcome.OPEN} & set(self.disputes):
            return Money(0, self.currency)
        gone = sum(one.amount for one in self.returned if one.failed_at is None)
        return Money(max(self.paid - gone, 0), self.currency)

    @property
    def is_worth_a_right(self) -> bool:
        """Whether whoever ordered has the right to sit by it. A part that the provider alone gave back leaves the right."""
        is_ended = any(one.ends_right for one in self.returned)
        return not is_ended and self.standing in {OrderStanding.PAID, OrderStanding.PARTLY_REFUNDED}


def outcome_of(status: str) -> DisputeOutcome:
    """The provider's word for a dispute (https://docs.stripe.com/api/disputes/object), a new one of theirs being open."""
    if status.startswith("warning") or status == "prevented":
        return DisputeOutcome.INQUIRY
    known: dict[str, DisputeOutcome] = {"won": DisputeOutcome.WON, "lost": DisputeOutcome.LOST}
    return known.get(status, DisputeOutcome.OPEN)
