"""What an order is, by what has happened to it: facts only grow, so that two who look at it come to the same (rule G6).

    open ──> paid ──> refund asked ──> refunded          money goes back after the right to sit was taken back
      │        └────> disputed ──> won or lost           at the buyer's bank
      └────> given up                                    by the buyer, by the page's end, or by staff

An order is worth the right to sit while its money is held: paid, not on its way back, and not disputed. A part that goes back
without the right (`Returned.ends_right`) leaves it, however long it is on its way.
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
class Contested:
    """What a buyer's bank asked about: `amount` of the payment, which may be a part, and what came of it."""

    outcome: DisputeOutcome
    amount: int

    @property
    def takes_money(self) -> bool:
        """The bank has it, for now or for good."""
        return self.outcome in {DisputeOutcome.OPEN, DisputeOutcome.LOST}


@dataclass(frozen=True)
class OrderFacts:
    """What has happened. `paid` is what was paid in all, tax with it, in the smallest unit of `currency`."""

    currency: str
    paid: int = 0
    paid_at: datetime | None = None
    processing_at: datetime | None = None
    given_up_at: datetime | None = None
    returned: tuple[Returned, ...] = field(default_factory=tuple)
    disputes: tuple[Contested, ...] = field(default_factory=tuple)

    @property
    def standing(self) -> OrderStanding:
        """Where it stands. What was paid is never given up, whatever was written before."""
        if self.paid_at is None:
            if self.given_up_at is not None:
                return OrderStanding.GIVEN_UP
            return OrderStanding.OPEN if self.processing_at is None else OrderStanding.PROCESSING
        return self._of_paid()

    def _of_paid(self) -> OrderStanding:
        outcomes = {one.outcome for one in self.disputes}
        if DisputeOutcome.LOST in outcomes:
            return OrderStanding.DISPUTE_LOST
        if DisputeOutcome.OPEN in outcomes:
            return OrderStanding.DISPUTED
        if self._is_all_back:
            return OrderStanding.REFUNDED
        if self._is_going_back:
            return OrderStanding.REFUND_ASKED
        if any(one.ends_right and one.failed_at is not None for one in self.returned):
            return OrderStanding.REFUND_FAILED
        return OrderStanding.PARTLY_REFUNDED if self._back else OrderStanding.PAID

    @property
    def _back(self) -> int:
        return sum(one.amount for one in self.returned if one.is_done)

    @property
    def _gone(self) -> int:
        """Back, or on its way."""
        return sum(one.amount for one in self.returned if one.failed_at is None)

    @property
    def _is_all_back(self) -> bool:
        """Of an order of nothing, too, there is something to take back: the right."""
        return any(one.is_done for one in self.returned) and self._back >= self.paid

    @property
    def _is_going_back(self) -> bool:
        """On its way is what ends the right, or all of the money. A small return by the provider's hand alone is not."""
        under_way = [one for one in self.returned if one.is_under_way]
        return any(one.ends_right for one in under_way) or (bool(under_way) and self._gone >= self.paid)

    @property
    def _is_with_a_bank(self) -> bool:
        return any(one.takes_money for one in self.disputes)

    @property
    def held(self) -> Money:
        """The money of it that the portal's owner has now, as far as it knows. A dispute takes its own amount."""
        if self.paid_at is None:
            return Money(0, self.currency)
        taken = sum(one.amount for one in self.disputes if one.takes_money)
        return Money(max(self.paid - self._back - taken, 0), self.currency)

    @property
    def returnable(self) -> Money:
        """What could still be paid back: nothing while a dispute has it. An inquiry is best answered by paying back."""
        if self.paid_at is None or self._is_with_a_bank:
            return Money(0, self.currency)
        return Money(max(self.paid - self._gone, 0), self.currency)

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
