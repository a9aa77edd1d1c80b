"""Whoever waits is told at once: server-sent events and long-poll, over the ASGI application."""

import asyncio
import threading
import time
from collections.abc import Callable
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
from guildmark_portal.engine import live

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
