"""The dashboard's keys on a session, against a portal on loopback."""

import asyncio
import time

import pytest

from guildmark.ui.acting import SessionExam
from guildmark.ui.dashboard import Dashboard

pytest.importorskip("textual")
LIMIT_S = 30


async def until(is_so):
    give_up = time.monotonic() + LIMIT_S
    while not is_so():
        assert time.monotonic() < give_up
        await asyncio.sleep(0.02)


def log_of(app):
    return "\n".join(strip.text for strip in app.query_one("#log").lines)


async def test_a_sign_in_that_nobody_confirms_is_shown_and_holds_nobody_who_quits(running, portal):
    app = Dashboard(SessionExam(running))
    async with app.run_test(size=(110, 34)) as pilot:
        await until(lambda: app._board is not None and app._board.categories)
        portal.access.clear()
        portal.refresh = set()
        portal.cut_streams()
        await until(lambda: not app._board.signed_in)
        await pilot.press("l")
        await until(lambda: "ABCD-EFGH" in log_of(app))
        quit_at = time.monotonic()
    await asyncio.get_running_loop().shutdown_default_executor()  # as a program's end waits for its threads
    assert time.monotonic() - quit_at < 4.5  # it would ask whether it is confirmed after 5 seconds
