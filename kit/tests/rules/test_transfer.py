"""Where the offer of a right to sit stands (rule G6)."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.entitlement import Right
from guildmark.rules.transfer import WAITS, Offer, OfferStanding

UTC = timezone.utc
AT = datetime(2030, 1, 15, 9, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("after", "stands"),
    [(timedelta(0), OfferStanding.OFFERED), (WAITS - TICK, OfferStanding.OFFERED), (WAITS, OfferStanding.OVER)],
)
def test_g6_an_offer_waits_for_its_time(after: timedelta, stands: OfferStanding) -> None:
    assert Offer(AT, Right()).standing(now=AT + after) is stands


@pytest.mark.parametrize("right", [Right(spent_at=AT), Right(voided_at=AT), Right(valid_until=date(2030, 1, 10))])
def test_g6_an_offer_is_gone_with_its_right(right: Right) -> None:
    assert Offer(AT, right).standing(now=AT) is OfferStanding.GONE


@given(st.sampled_from(["accepted_at", "declined_at", "withdrawn_at"]), st.timedeltas(timedelta(0), timedelta(days=400)))
def test_g6_what_was_answered_stays_so_whatever_becomes_of_the_right(answer: str, after: timedelta) -> None:
    offer = Offer(AT, Right(voided_at=AT), **{answer: AT})
    assert f"{offer.standing(now=AT + after).value}_at" == answer
