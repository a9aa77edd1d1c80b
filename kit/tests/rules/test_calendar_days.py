from datetime import date, datetime, timedelta, timezone

import pytest

from guildmark.rules.calendar_days import is_in_reach

WEST = timezone(timedelta(hours=-12))


@pytest.mark.parametrize(
    ("day", "is_in"),
    [
        (date(2000, 1, 1), True),
        (date(1999, 12, 31), False),
        (date(2200, 12, 31), True),
        (date(2201, 1, 1), False),
        (date.min, False),
        (date.max, False),
        (datetime(2200, 12, 31, 23, 59, tzinfo=timezone.utc), True),
        (datetime(2200, 12, 31, 12, tzinfo=WEST), False),
        (datetime(9999, 12, 31, 23, tzinfo=WEST), False),
    ],
)
def test_g6_days_lie_in_the_years_2000_to_2200(day, is_in):
    assert is_in_reach(day) is is_in
