"""Whoever waits is told at once: server-sent events and long-poll, over the ASGI application."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import AsyncClient
from portal.tests.exams.conftest import Sit, Sitting, WorkOff

from guildmark.protocol import AttemptState, SubmissionState
from guildmark.rules.attempt import Phase
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.engine import live, queue_news
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import outages, services
from guildmark_portal.web.live import seen

pytestmark = pytest.mark.django_db(transaction=True)


async def signed_in(user: object) -> AsyncClient:
    client = AsyncClient(headers={"Guildmark-Protocol": "1"})
    await client.aforce_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def state_of(event: str | bytes) -> AttemptState:
    text = event.decode() if isinstance(event, bytes) else event
    return AttemptState.model_validate_json(text.removeprefix("data: "))


def in_a_thread(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        time.sleep(0.2)
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture
def under_way(sit: Sit, candidate: User) -> Sitting:
    return sit(candidate).prepare().begin()


@pytest.mark.usefixtures("grading_service")
async def test_an_event_follows_every_change(under_way: Sitting, candidate: User, work_off: WorkOff) -> None:
    client = await signed_in(candidate)
    response = await client.get(f"/api/v1/attempts/{under_way.id}/events")
    assert response.headers["Content-Type"] == "text/event-stream"
    events = aiter(response)
    assert state_of(await anext(events)).categories[0].submissions == ()
    for work, awaited in ((lambda: under_way.submit("category1", b"score 4 x"), (1, None)), (work_off, (1, 4))):
        thread, seen = in_a_thread(work), None
        async with asyncio.timeout(10):
            while seen != awaited:
                category = state_of(await anext(events)).categories[0]
                seen = (len(category.submissions), category.best_score)
        await sync_to_async(thread.join)()


async def test_who_hangs_up_is_forgotten(under_way: Sitting, candidate: User) -> None:
    client = await signed_in(candidate)
    response = await client.get(f"/api/v1/attempts/{under_way.id}/events")
    events = aiter(response)
    await anext(events)
    waiting = asyncio.create_task(anext(events))
    await asyncio.sleep(0.1)
    assert set(live._subscriptions) == {under_way.id}
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert live._subscriptions == {}


async def test_s8_an_event_comes_when_the_time_is_up_though_nothing_happened(under_way: Sitting, candidate: User) -> None:
    almost = under_way.begun.deadline - timedelta(seconds=0.3)
    begin = time.monotonic()
    with clock.use(lambda: almost + timedelta(seconds=time.monotonic() - begin)):
        client = await signed_in(candidate)
        response = await client.get(f"/api/v1/attempts/{under_way.id}/events")
        events = aiter(response)
        phases = []
        async with asyncio.timeout(10):
            while Phase.DECIDED not in phases:
                phases.append(state_of(await anext(events)).phase)
    assert phases[-1] is Phase.DECIDED


@pytest.mark.usefixtures("grading_service")
async def test_a_long_poll_is_answered_when_the_report_is_in(under_way: Sitting, candidate: User, work_off: WorkOff) -> None:
    submission = await sync_to_async(under_way.submit)("category1", b"score 4 x")
    client = await signed_in(candidate)
    thread = in_a_thread(work_off)
    begin = time.monotonic()
    response = await client.get(f"/api/v1/submissions/{submission.pk}?wait=20")
    took = time.monotonic() - begin
    await sync_to_async(thread.join)()
    assert SubmissionState.model_validate_json(response.content).report.score == 4
    assert took < 10


async def test_a_long_poll_ends_after_its_time(under_way: Sitting, candidate: User) -> None:
    submission = await sync_to_async(under_way.submit)("category1", b"score 4 x")
    client = await signed_in(candidate)
    response = await client.get(f"/api/v1/submissions/{submission.pk}?wait=0.2")
    assert SubmissionState.model_validate_json(response.content).report is None


async def test_a_stranger_hears_nothing(under_way: Sitting, stranger: User) -> None:
    client = await signed_in(stranger)
    assert (await client.get(f"/api/v1/attempts/{under_way.id}/events")).status_code == 404


async def test_a_notification_after_the_loop_ended_does_no_harm(under_way: Sitting) -> None:
    with live.subscribe(under_way.id) as subscription:
        live.notify(under_way.id)
        assert await subscription.changed(timeout_s=1)
        subscription.clear()
        assert not await subscription.changed(timeout_s=0.01)
    live.notify(under_way.id)


# The page's own stream: the parts that changed, and no more


def said(event: str | bytes) -> tuple[str, dict[str, object]]:
    """What a page has seen after the event, and the event."""
    text = event.decode() if isinstance(event, bytes) else event
    identifier, data = text.strip().split("\n")
    return identifier.removeprefix("id: "), json.loads(data.removeprefix("data: "))


def parts_of(event: str | bytes) -> set[str]:
    return set(said(event)[1]["parts"])


async def stream(sitting: Sitting, user: User, known: str | None = None, **headers: str) -> AsyncIterator[str]:
    """The stream of the page as it is now, or of one that has seen `known`."""
    shown = await sync_to_async(lambda: seen(attempt_state(sitting.attempt, now=clock.now())))() if known is None else known
    client = await signed_in(user)
    response = await client.get(f"/exam/{sitting.id}/live/?seen={shown}", headers=headers)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/event-stream")
    assert "no-store" in response.headers["Cache-Control"]
    return aiter(response)


OF_CATEGORY_2 = {"best-category2", "newest-category2", "where-category2", "history-category2"}


@pytest.mark.usefixtures("grading_service")
async def test_s4_the_page_is_sent_the_parts_of_the_category_that_changed(
    under_way: Sitting, candidate: User, work_off: WorkOff
) -> None:
    events = await stream(under_way, candidate)
    assert parts_of(await anext(events)) == set()
    await sync_to_async(under_way.submit)("category2", b"score 4 x")
    waiting: dict[str, str] = {}
    async with asyncio.timeout(10):
        while "Place 1 in the queue" not in waiting.get("newest-category2", ""):
            waiting |= said(await anext(events))[1]["parts"]
    assert OF_CATEGORY_2 <= set(waiting) <= {*OF_CATEGORY_2, "open-category2"}
    await sync_to_async(work_off)()
    graded: dict[str, str] = {}
    async with asyncio.timeout(10):
        while "0.1 more for 5" not in graded.get("newest-category2", ""):
            graded |= said(await anext(events))[1]["parts"]
    assert set(graded) == OF_CATEGORY_2
    assert "4/5" in graded["best-category2"]
    assert "you are here" in graded["where-category2"]


async def test_x9_who_comes_back_is_sent_what_it_missed_and_no_more(under_way: Sitting, candidate: User) -> None:
    events = await stream(under_way, candidate)
    before, _event = said(await anext(events))
    await sync_to_async(under_way.submit)("category1", b"score 4 x")
    missed = {"best-category1", "newest-category1", "where-category1", "history-category1"}
    assert parts_of(await anext(await stream(under_way, candidate, known=before))) == missed
    after, _event = said(await anext(await stream(under_way, candidate, known="", **{"Last-Event-ID": before})))
    assert parts_of(await anext(await stream(under_way, candidate, known=after))) == set()
    everything = parts_of(await anext(await stream(under_way, candidate, known="")))
    assert everything == {"deadline", "credits", "break"} | {
        f"{part}-category{number}" for part in ("open", "best", "newest", "where", "history") for number in (1, 2, 3)
    }


async def test_x10_a_credit_moves_the_deadline_on_the_page_and_says_why(under_way: Sitting, candidate: User) -> None:
    events = await stream(under_way, candidate)
    left = said(await anext(events))[1]["left"]
    grant = {"seconds": 720, "reason": "The grading stood still.", "actor": "tests", "now": clock.now()}
    await sync_to_async(lambda: services.grant_credit(attempt=under_way.attempt, **grant))()
    _id, event = said(await anext(events))
    assert set(event["parts"]) == {"deadline", "credits"}
    assert "You got 12 min more: The grading stood still." in event["parts"]["credits"]
    assert 715 < event["left"] - left <= 720


async def test_x10_the_clock_on_the_page_stands_still_while_an_outage_is_open(under_way: Sitting, candidate: User) -> None:
    events = await stream(under_way, candidate)
    assert said(await anext(events))[1]["stands"] is False
    outage = await sync_to_async(lambda: outages.begin_outage(began_at=clock.now(), now=clock.now()))()
    begun = said(await anext(events))[1]
    assert (begun["stands"], "stands still" in begun["parts"]["deadline"]) == (True, True)
    assert "Your time stands still until it does again" in begun["parts"]["credits"]
    await sync_to_async(lambda: outages.end_outage(outage=outage, now=clock.now() + timedelta(seconds=90)))()
    async with asyncio.timeout(10):
        while begun["stands"]:
            begun = said(await anext(events))[1]
    assert ("stands still" in begun["parts"]["deadline"], "Your time" in begun["parts"]["credits"]) == (False, False)


async def test_s3_every_page_is_told_of_a_break_and_of_its_end_though_nothing_else_happens(
    sit: Sit, candidate: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sit_with_breaks() -> Sitting:
        grant = {"percent": 0, "breaks": 2, "break_minutes": 15, "ends_on": None, "actor": "tests", "now": clock.now()}
        services.accommodate(user=candidate, program=None, **grant)
        return sit(candidate).prepare().begin()

    monkeypatch.setattr(live, "_KEEP_ALIVE_S", 0.1)  # the end is told though it lay further ahead than the next sign of life
    sitting = await sync_to_async(sit_with_breaks)()
    events = await stream(sitting, candidate)
    assert parts_of(await anext(events)) == set()
    almost_over = clock.now() - timedelta(minutes=15, seconds=-1)
    await sync_to_async(lambda: services.take_break(attempt=sitting.attempt, now=almost_over))()
    told: list[str] = []
    async with asyncio.timeout(10):
        while len(told) < 2:
            event = await anext(events)
            if not event.startswith(b":") and "break" in (parts := said(event)[1]["parts"]):
                told.append(parts["break"])
    assert ("You are on a break" in told[0], "1 break is left to you" in told[1]) == (True, True)


async def test_s8_the_page_is_told_when_the_time_is_up(under_way: Sitting, candidate: User) -> None:
    almost, begin = under_way.begun.deadline - timedelta(seconds=0.2), time.monotonic()
    with clock.use(lambda: almost + timedelta(seconds=time.monotonic() - begin)):
        events, phases = await stream(under_way, candidate), []
        async with asyncio.timeout(10):
            while "decided" not in phases:
                phases.append(said(await anext(events))[1]["phase"])
    assert phases[-1] == "decided"


async def test_a_strangers_page_has_no_stream(under_way: Sitting, stranger: User) -> None:
    client = await signed_in(stranger)
    assert (await client.get(f"/exam/{under_way.id}/live/")).status_code == 404
    assert (await AsyncClient().get(f"/exam/{under_way.id}/live/")).status_code == 302


def test_five_readings_in_a_row_wait_for_nothing_and_then_one_is_free_every_quarter_second() -> None:
    bucket = live.Bucket(now=100.0)
    assert [bucket.take(now=100.0) for _ in range(7)] == [0, 0, 0, 0, 0, 0.25, 0.5]
    assert bucket.take(now=100.75) == 0
    assert bucket.take(now=100.75) == 0.25
    assert [bucket.take(now=200.0) for _ in range(6)] == [0, 0, 0, 0, 0, 0.25]


# The queue


async def test_x9_who_waits_behind_others_is_told_that_it_moved_up(
    under_way: Sitting, sit: Sit, candidate: User, stranger: User
) -> None:
    before = await sync_to_async(lambda: sit(stranger).prepare().begin())()
    for number in (1, 2):
        await sync_to_async(before.submit)(f"category{number}", b"score 1")
    await sync_to_async(under_way.submit)("category3", b"score 4")
    assert await sync_to_async(queue_news.waiting)() == (before.id, under_way.id)
    with live.subscribe(under_way.id) as mine:
        assert live.followed((before.id, under_way.id)) == (under_way.id,)
        await sync_to_async(queue_news.moved)()
        assert await mine.changed(timeout_s=5)
        mine.clear()
        first = time.monotonic()
        for _ in range(3):  # too early: told once, half a second after the first
            await sync_to_async(queue_news.moved)()
        assert not await mine.changed(timeout_s=0.05)
        assert await mine.changed(timeout_s=5)
        assert time.monotonic() - first > queue_news.EVERY_S / 2
        mine.clear()
        assert not await mine.changed(timeout_s=0.05)


async def test_the_queue_is_not_read_while_nobody_follows(under_way: Sitting, django_assert_num_queries: object) -> None:
    def moved() -> None:
        with django_assert_num_queries(0):
            queue_news.moved()

    await sync_to_async(moved)()


async def test_one_waiter_too_many_takes_the_place_of_the_first(
    under_way: Sitting, candidate: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST", 2)
    client = await signed_in(candidate)
    streams = [aiter(await client.get(f"/exam/{under_way.id}/live/")) for _ in range(3)]
    for stream in streams:
        await anext(stream)
    assert len(live._subscriptions[under_way.id]) == 2
    assert b"".join([event async for event in streams[0]]) == b"retry: 60000\n\n"
    second = asyncio.create_task(anext(streams[1]))
    thread = in_a_thread(lambda: live.notify(under_way.id) or under_way.submit("category1", b"score 4 x"))
    async with asyncio.timeout(10):
        assert b"newest-category1" in await second
    await sync_to_async(thread.join)()


async def test_a_stream_ends_with_the_session_of_its_reader(under_way: Sitting, candidate: User) -> None:
    client = await signed_in(candidate)
    events = aiter(await client.get(f"/exam/{under_way.id}/live/"))
    await anext(events)
    waiting = asyncio.create_task(anext(events))
    await client.alogout()
    live.notify(under_way.id)
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(waiting, 10)


async def test_the_stream_has_no_headers_alone(under_way: Sitting, candidate: User) -> None:
    client = await signed_in(candidate)
    assert (await client.head(f"/exam/{under_way.id}/live/")).status_code == 405


async def test_a_portal_that_stops_ends_its_streams(under_way: Sitting, candidate: User) -> None:
    client = await signed_in(candidate)
    events = aiter(await client.get(f"/exam/{under_way.id}/live/"))
    await anext(events)
    waiting = asyncio.create_task(anext(events))
    await asyncio.sleep(0.1)
    live.end_all()
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(waiting, 10)
