"""The last day of a right to sit, on every page before the start (rule G6)."""

from datetime import date

import pytest
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import Browser, MakeBank
from portal.tests.exams.paid_exam import granted, published, settled, sitting

from guildmark.rules.entitlement import ends_at
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.entitling import void
from guildmark_portal.exams.models import Attempt, Program, Voided

pytestmark = pytest.mark.django_db
DAY = "15 July 2030"
OVER = ends_at(date(2030, 7, 15))


@pytest.fixture
def live(make_bank: MakeBank, stopped_clock: StoppedClock) -> Program:
    """A live exam for a fee."""
    return published(make_bank(visibility="private"))


def test_g6_it_is_shown_before_somebody_registers(live: Program, candidate: User, browser: Browser) -> None:
    pages = ("/register/?program=tiny", "/exam/")
    client = browser(candidate)
    before = [DAY in client.get(page).content.decode() for page in pages]
    granted(candidate, live)
    assert (before, [DAY in client.get(page).content.decode() for page in pages]) == ([False, False], [True, True])


def test_g6_it_is_shown_until_the_exam_begins_and_told_to_every_tool(live: Program, candidate: User, browser: Browser) -> None:
    granted(candidate, live)
    opened, client = sitting(candidate, live).prepare(), browser(candidate)
    pages = ("/exam/", f"/exam/{opened.id}/")

    def shown() -> list[bool]:
        return [DAY in client.get(page).content.decode() for page in pages]

    def told() -> list[str | None]:
        (summary,) = client.get("/api/v1/attempts").json()
        return [summary["begin_until"], client.get(f"/api/v1/attempts/{opened.id}").json()["begin_until"]]

    before = shown(), told()
    opened.begin()
    assert (before, shown(), told()) == (([True, True], ["2030-07-15"] * 2), [False, False], [None, None])


def test_g6_a_second_right_is_shown_though_no_offer_speaks_of_it(live: Program, candidate: User, browser: Browser) -> None:
    granted(candidate, live, until=date(2030, 3, 1))
    granted(candidate, live, until=date(2030, 4, 1))
    client = browser(candidate)
    before = client.get("/exam/").content.decode()
    sitting(candidate, live)
    after = client.get("/exam/").content.decode()
    days = ("1 March 2030", "1 April 2030")
    assert [[page.count(day) for day in days] for page in (before, after)] == [[1, 1], [1, 1]]


def test_g6_once_it_is_over_the_page_says_so_and_whom_to_ask(
    live: Program, candidate: User, browser: Browser, stopped_clock: StoppedClock
) -> None:
    settled("support_contact=exams@example.org")
    granted(candidate, live)
    opened, client = sitting(candidate, live).prepare(), browser(candidate)
    stopped_clock.at = OVER
    page = f"/exam/{opened.id}/"
    shown = client.get(page).content.decode()
    refused = client.post(f"{page}begin/", {"understood": "yes"}, follow=True).content.decode()
    assert [f"was valid until {DAY}" in text and "exams@example.org" in text for text in (shown, refused)] == [True, True]
    assert Attempt.objects.get().started_at is None


def test_g6_with_another_right_the_same_attempt_goes_on(live: Program, candidate: User, browser: Browser) -> None:
    first = granted(candidate, live)
    opened, client = sitting(candidate, live).prepare(), browser(candidate)
    void(entitlement=first, why=Voided.REFUND, actor="tests", now=clock.now())
    second = granted(candidate, live, until=date(2030, 5, 31))
    shown = client.get(f"/exam/{opened.id}/").content.decode()
    answer = client.post("/exam/", {"program": "tiny"})
    assert ("taken back" in shown, "Register again" in shown, answer["Location"]) == (True, True, f"/exam/{opened.id}/")
    after = client.get(f"/exam/{opened.id}/").content.decode()
    assert ("31 May 2030" in after, "Register again" in after) == (True, False)
    opened.begin()
    second.refresh_from_db()
    assert second.spent_at == clock.now()
