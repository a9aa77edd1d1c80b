from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.outage import Span, uncredited

START = datetime(2030, 1, 15, 12, 0, tzinfo=timezone.utc)
HOURS = timedelta(hours=5)


def span(began, ended):
    """From minute to minute after the start."""
    return Span(START + timedelta(minutes=began), START + timedelta(minutes=ended))


def minutes(outage, *before):
    return uncredited(outage, started_at=START, deadline=START + HOURS, before=before) / timedelta(minutes=1)


spans = st.tuples(st.integers(-60, 400), st.integers(0, 90)).map(lambda pair: span(pair[0], sum(pair)))


@pytest.mark.parametrize(
    ("outage", "lost"),
    [
        (span(10, 30), 20),
        (span(10, 10), 0),
        (span(-30, 10), 10),
        (span(-30, -10), 0),
        (span(-30, 0), 0),
        (span(290, 320), 30),
        (span(299, 360), 61),
        (span(300, 360), 0),
        (span(301, 360), 0),
    ],
)
def test_x10_an_outage_is_given_back_whole_if_it_began_before_the_deadline(outage, lost):
    assert minutes(outage) == lost


@pytest.mark.parametrize(
    ("before", "lost"),
    [
        ([span(10, 30)], 0),
        ([span(0, 60)], 0),
        ([span(0, 15)], 15),
        ([span(25, 60)], 15),
        ([span(15, 20)], 15),
        ([span(15, 20), span(18, 25)], 10),
        ([span(25, 26), span(12, 13)], 18),
        ([span(30, 40)], 20),
        ([span(0, 10)], 20),
    ],
)
def test_x10_two_outages_at_once_are_credited_once(before, lost):
    assert minutes(span(10, 30), *before) == lost


@given(st.lists(spans, max_size=4))
def test_x10_the_order_in_which_outages_are_credited_does_not_matter(outages):
    def total(order):
        return sum(minutes(outage, *order[:number]) for number, outage in enumerate(order))

    inside = [outage for outage in outages if outage.began_at < START + HOURS]
    assert total(inside) == pytest.approx(total(inside[::-1]))


def test_what_ends_before_it_begins_is_no_span():
    with pytest.raises(ValueError, match="no stretch of time"):
        span(10, 9)
