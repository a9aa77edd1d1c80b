from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.regrade import Graded, standing

FIRST = datetime(2030, 1, 15, 12, 0, tzinfo=timezone.utc)
scores = st.none() | st.integers(0, 5)


def reports(*found):
    return [Graded(number, score, FIRST + timedelta(hours=number)) for number, score in enumerate(found)]


@pytest.mark.parametrize(
    ("found", "stands"),
    [
        ((3,), 0),
        ((3, 2), 0),
        ((3, 3), 0),
        ((3, 4), 1),
        ((3, 4, 4), 1),
        ((3, None), 0),
        ((None, 0), 1),
        ((None, None), 0),
        ((0, None, 1, 0), 2),
    ],
)
def test_x12_a_regrade_only_raises(found, stands):
    assert standing(reports(*found)).id == stands
    assert standing(reports(*found)[::-1]).id == stands


def test_x12_without_a_report_nothing_stands():
    assert standing([]) is None


@pytest.mark.parametrize("ruling", [0, 1, 2])
def test_x12_a_ruling_holds(ruling):
    assert standing(reports(3, 5, None), ruling=ruling).id == ruling


def test_x12_a_ruling_names_one_of_the_reports():
    with pytest.raises(ValueError, match="names one of the reports"):
        standing(reports(3), ruling=7)


def test_x12_of_two_in_one_instant_the_first_written_stands():
    assert standing([Graded(8, 3, FIRST), Graded(7, 3, FIRST)]).id == 7


@given(st.lists(scores, min_size=1, max_size=5), scores)
def test_x12_one_more_report_never_lowers_what_stands(found, another):
    before, after = standing(reports(*found)), standing(reports(*found, another))
    assert after == before or (after.score is not None and (before.score is None or after.score > before.score))
