"""Requests are worked on in threads that are used again, each with its connection, and never by two at once."""

import asyncio
import threading
import time
from contextlib import suppress

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import AsyncClient
from portal.tests.on_postgresql import about_sqlite

from guildmark_portal.database import unsynced
from guildmark_portal.request_threads import RequestThreads

LONG_S = 0.1


async def nothing():
    raise AssertionError


class Application:
    """Notes the thread of each request, which may come back to its thread more than once."""

    def __init__(self, work=lambda: None):
        self.threads, self._work = [], work

    async def __call__(self, _scope, _receive, _send):
        found = {await sync_to_async(self._in_thread)() for _ in range(2)}
        assert len(found) == 1
        self.threads += found

    def _in_thread(self):
        self._work()
        return threading.get_ident()


@pytest.fixture
def threads_of():
    made = []

    def make(application, **how):
        made.append(RequestThreads(application, **how))
        return made[-1]

    yield make
    for threads in made:
        threads.close()


async def idle(threads, count):
    for _ in range(200):
        if len(threads._idle) == count:
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"{len(threads._idle)} threads wait, not {count}")


async def test_the_next_request_gets_the_thread_of_the_last_one(threads_of):
    application = Application()
    threads = threads_of(application)
    for _ in range(3):
        await threads({}, nothing, nothing)
        await idle(threads, 1)
    assert len(set(application.threads)) == 1


async def test_two_at_once_have_threads_of_their_own_and_no_more_are_kept_than_wanted(threads_of):
    application = Application(lambda: time.sleep(LONG_S))
    threads = threads_of(application, kept=2)
    await asyncio.gather(*(threads({}, nothing, nothing) for _ in range(4)))
    assert len(set(application.threads)) == 4
    await idle(threads, 2)


async def test_a_thread_that_still_works_for_a_client_who_has_gone_serves_nobody_else(threads_of):
    is_through = threading.Event()
    application = Application(lambda: is_through.wait(10))
    threads = threads_of(application)
    gone = asyncio.create_task(threads({}, nothing, nothing))
    await asyncio.sleep(LONG_S)
    gone.cancel()
    await asyncio.sleep(LONG_S)
    assert threads._idle == []
    is_through.set()
    await asyncio.gather(gone, return_exceptions=True)
    await idle(threads, 1)


async def test_a_request_that_is_begun_in_the_context_of_another_has_its_own_thread(threads_of):
    """As the server does on a connection that is kept alive."""
    application, begun = Application(), []

    async def begins_another(scope, receive, send):
        await application(scope, receive, send)
        if not begun:
            begun.append(asyncio.create_task(threads({}, nothing, nothing)))

    threads = threads_of(begins_another)
    await threads({}, nothing, nothing)
    await begun[0]
    assert len(application.threads) == 2


@pytest.mark.django_db(transaction=True)
async def test_from_the_session_to_the_view_a_request_does_not_change_its_thread(monkeypatch):
    from django.contrib.sessions.middleware import SessionMiddleware

    hops = []

    async def never(_self, request):
        hops.append(request.path)

    monkeypatch.setattr(SessionMiddleware, "__acall__", never)
    assert (await AsyncClient().get("/about/")).status_code in {200, 404}
    assert hops == []


@pytest.mark.django_db(transaction=True)
@about_sqlite
def test_a_connection_waits_for_the_disk_again_after_what_need_not_reach_it():
    def synchronous():
        with connection.cursor() as cursor:
            return cursor.execute("PRAGMA synchronous").fetchone()[0]

    full, normal, found = 2, 1, []
    with suppress(ZeroDivisionError), unsynced():
        found.append(synchronous())
        _ = 1 / 0
    assert [*found, synchronous()] == [normal, full]
