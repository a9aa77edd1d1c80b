"""Where an order stands by its facts (rule G6)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.money import Money
from guildmark.rules.order import Contested, DisputeOutcome, OrderFacts, OrderStanding, Returned, outcome_of

AT = datetime(2030, 1, 15, tzinfo=UTC)
INSTANTS = st.none() | st.just(AT)


def paid(*returned: Returned, disputes: tuple[DisputeOutcome, ...] = (), each: int = 10000) -> OrderFacts:
    return OrderFacts("USD", 10000, AT, None, None, returned, tuple(Contested(one, each) for one in disputes))


@pytest.mark.parametrize(
    ("facts", "standing", "held", "returnable", "worth"),
    [
        (OrderFacts("USD"), OrderStanding.OPEN, 0, 0, False),
        (OrderFacts("USD", processing_at=AT), OrderStanding.PROCESSING, 0, 0, False),
        (OrderFacts("USD", given_up_at=AT), OrderStanding.GIVEN_UP, 0, 0, False),
        (OrderFacts("USD", 10000, AT, given_up_at=AT), OrderStanding.PAID, 10000, 10000, True),
        (paid(), OrderStanding.PAID, 10000, 10000, True),
        (paid(Returned(10000)), OrderStanding.REFUND_ASKED, 10000, 0, False),
        (paid(Returned(10000, failed_at=AT)), OrderStanding.REFUND_FAILED, 10000, 10000, False),
        (paid(Returned(10000, AT)), OrderStanding.REFUNDED, 0, 0, False),
        (paid(Returned(10000, failed_at=AT), Returned(10000, AT)), OrderStanding.REFUNDED, 0, 0, False),
        (paid(Returned(9999, AT, ends_right=False)), OrderStanding.PARTLY_REFUNDED, 1, 1, True),
        (paid(Returned(10000, AT, ends_right=False)), OrderStanding.REFUNDED, 0, 0, False),
        (paid(Returned(5000)), OrderStanding.REFUND_ASKED, 10000, 5000, False),
        (paid(Returned(500, ends_right=False)), OrderStanding.PAID, 10000, 9500, True),
        (paid(Returned(9999, ends_right=False)), OrderStanding.PAID, 10000, 1, True),
        (paid(Returned(10000, ends_right=False)), OrderStanding.REFUND_ASKED, 10000, 0, False),
        (
            paid(Returned(4000, AT, ends_right=False), Returned(6000, ends_right=False)),
            OrderStanding.REFUND_ASKED,
            6000,
            0,
            False,
        ),
        (
            paid(Returned(4000, AT, ends_right=False), Returned(5999, ends_right=False)),
            OrderStanding.PARTLY_REFUNDED,
            6000,
            1,
            True,
        ),
        (paid(disputes=(DisputeOutcome.INQUIRY,)), OrderStanding.PAID, 10000, 10000, True),
        (paid(disputes=(DisputeOutcome.OPEN,)), OrderStanding.DISPUTED, 0, 0, False),
        (paid(disputes=(DisputeOutcome.WON,)), OrderStanding.PAID, 10000, 10000, True),
        (paid(disputes=(DisputeOutcome.WON, DisputeOutcome.LOST)), OrderStanding.DISPUTE_LOST, 0, 0, False),
        (paid(disputes=(DisputeOutcome.OPEN,), each=2000), OrderStanding.DISPUTED, 8000, 0, False),
        (paid(disputes=(DisputeOutcome.LOST,), each=2000), OrderStanding.DISPUTE_LOST, 8000, 0, False),
        (
            paid(Returned(1000, AT, ends_right=False), disputes=(DisputeOutcome.LOST,)),
            OrderStanding.DISPUTE_LOST,
            0,
            0,
            False,
        ),
    ],
)
def test_g6_an_order_is_what_has_happened_to_it(
    facts: OrderFacts, standing: OrderStanding, held: int, returnable: int, *, worth: bool
) -> None:
    assert (facts.standing, facts.held, facts.returnable, facts.is_worth_a_right) == (
        standing,
        Money(held, "USD"),
        Money(returnable, "USD"),
        worth,
    )


@given(
    paid_at=INSTANTS,
    given_up=INSTANTS,
    returned=st.lists(st.builds(Returned, st.integers(0, 10000), INSTANTS, INSTANTS, st.booleans()), max_size=3),
    disputes=st.lists(st.builds(Contested, st.sampled_from(DisputeOutcome), st.integers(0, 10000)), max_size=2),
)
def test_g6_nobody_has_the_right_and_the_money_too(
    paid_at: datetime | None, given_up: datetime | None, returned: list[Returned], disputes: list[Contested]
) -> None:
    facts = OrderFacts("USD", 10000, paid_at, None, given_up, tuple(returned), tuple(disputes))
    if facts.is_worth_a_right:
        assert facts.paid_at is not None
        assert facts.held.amount > 0
    assert facts.returnable.amount <= max(facts.held.amount, 0)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("warning_needs_response", DisputeOutcome.INQUIRY),
        ("warning_closed", DisputeOutcome.INQUIRY),
        ("needs_response", DisputeOutcome.OPEN),
        ("under_review", DisputeOutcome.OPEN),
        ("won", DisputeOutcome.WON),
        ("lost", DisputeOutcome.LOST),
        ("a word of tomorrow", DisputeOutcome.OPEN),
    ],
)
def test_g6_a_dispute_is_open_until_the_bank_has_decided(status: str, outcome: DisputeOutcome) -> None:
    assert outcome_of(status) is outcome
