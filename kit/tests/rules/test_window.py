"""The window in which an exam is begun, and until when somebody registers, to the moment (rule P2)."""

from datetime import datetime, timedelta, timezone

import pytest

from guildmark.rules.window import Opening, Window, may_begin

OPENS = datetime(2030, 1, 15, 9, tzinfo=timezone.utc)
CLOSES = OPENS + timedelta(days=14)
TICK = timedelta(microseconds=1)
WINDOW = Window(OPENS, CLOSES, OPENS - timedelta(days=1))


@pytest.mark.parametrize(
    ("at", "stands"),
    [
        (OPENS - TICK, Opening.EARLY),
        (OPENS, Opening.OPEN),
        (CLOSES - TICK, Opening.OPEN),
        (CLOSES, Opening.OVER),
    ],
)
def test_p2_an_exam_is_begun_from_the_opening_on_and_before_the_close(at: datetime, stands: Opening) -> None:
    assert WINDOW.stands(now=at) is stands


@pytest.mark.parametrize(
    ("window", "last"),
    [
        (WINDOW, OPENS - timedelta(days=1)),
        (Window(OPENS, CLOSES), CLOSES),
        (Window(None, None, OPENS), OPENS),
    ],
)
def test_p2_registration_closes_when_it_says_or_with_the_window(window: Window, last: datetime) -> None:
    assert [window.takes_registrations(now=at) for at in (last - TICK, last)] == [True, False]


def test_p2_without_instants_it_is_always_open() -> None:
    always = Window()
    assert (always.is_always_open, always.takes_registrations(now=CLOSES), always.stands(now=OPENS)) == (
        True,
        True,
        Opening.OPEN,
    )


@pytest.mark.parametrize(
    "instants",
    [(OPENS, OPENS), (CLOSES, OPENS), (None, OPENS, OPENS + TICK)],
    ids=["no time at all", "closed before it opens", "registration after the close"],
)
def test_p2_a_window_that_is_never_open_is_none(instants: tuple[datetime | None, ...]) -> None:
    with pytest.raises(ValueError, match="closes"):
        Window(*instants)


def test_p2_who_registered_under_one_window_begins_in_that_or_in_the_one_that_holds_now() -> None:
    later = Window(CLOSES, CLOSES + timedelta(days=1))
    moments = (OPENS - TICK, OPENS, CLOSES - TICK, CLOSES, CLOSES + timedelta(days=1))
    assert [may_begin([WINDOW, later], now=at) for at in moments] == [False, True, True, True, False]
