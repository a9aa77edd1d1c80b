"""An exam in a terminal, as somebody types it: tmux holds the terminal, the portal and the boxes are real."""

import os
import re
import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from demo.portal import Portal
from playwright.sync_api import Response, sync_playwright

from .conftest import NewPerson, Person
from .terminal import WITHIN_S, Terminal, environment_of

pytestmark = [pytest.mark.ides, pytest.mark.timeout(420)]


@pytest.fixture
def ada(person: NewPerson, new_portal: Portal) -> Person:
    new_portal.start()
    return person("ada", new_portal)


@pytest.fixture
def terminal(ada: Person) -> Iterator[Terminal]:
    opened = Terminal(ada.folder, environment_of(ada.candidate.home))
    yield opened
    opened.close()


def test_x7_an_exam_from_start_to_result_in_a_terminal(
    ada: Person, terminal: Terminal, new_portal: Portal, quick_pack: Path
) -> None:
    terminal.type(f"guildmark start --folder {shlex.quote(str(ada.folder))}")
    terminal.until(r"Start the clock now\? \[y/N\]")
    terminal.type("y")
    terminal.until(r"guildmark submit 1")

    terminal.type("clear; guildmark ui")
    terminal.until(r"Time left: \d:\d\d:\d\d")
    assert "◇◇◇◇◇" in terminal.screen()
    terminal.press("s")
    terminal.until(r"no model is saved yet\. Run Category1/starter\.py")

    ada.solve(1, quick_pack)
    terminal.until(r"mymodel\.keras, .* saved")
    terminal.press("c")
    terminal.until(r"nothing speaks against submitting it")
    terminal.press("s")
    terminal.until(r"Category 1: ◆◆◆◆◆  5")
    terminal.until(r"1\s+.*◆◆◆◆◆  5\s+1")

    new_portal.kill()
    terminal.until(r"The portal does not answer\.")
    ada.solve(2, quick_pack)
    terminal.press("Down", "s")
    terminal.until(r"mymodel\.keras is kept here and is not submitted yet", within_s=120)
    new_portal.start()
    terminal.until(r"The portal answers again\.")
    terminal.until(r"Category 2: ◆◆◆◆◆  5")

    terminal.press("f")
    shown = terminal.until(r"Finish the exam now\?")
    assert re.search(r"3\s+◇◇◇◇◇", shown)
    terminal.press("Tab", "Enter")
    terminal.until(r"The exam is finished\. Next: guildmark result")
    terminal.press("q")
    terminal.type("clear; guildmark result")
    assert "of 100 points" in terminal.until(r"Not passed")


def test_watch_offers_a_model_as_soon_as_it_is_saved(ada: Person, terminal: Terminal, quick_pack: Path) -> None:
    ada.begin()
    terminal.type("guildmark watch")
    terminal.until(r"Watching the models of")
    ada.solve(1, quick_pack)
    terminal.until(r"Category 1: mymodel\.keras was saved\.")
    terminal.until(r"Submit it now\? \[y/N\]")
    terminal.type("y")
    terminal.until(r"◆◆◆◆◆  5")
    terminal.press("C-c")
    terminal.until(r"Watching ended\.")


def test_the_dashboard_in_a_browser_is_the_same_and_a_link_opens_it_once(ada: Person, terminal: Terminal) -> None:
    ada.begin()
    terminal.type("guildmark ui --browser")
    [link] = re.findall(r"(http://127\.0\.0\.1:\d+/\?ticket=[\w-]+)", terminal.until(r"ticket=[\w-]{20}"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1100, "height": 700})
        drawn = bytearray()

        def hear(frame: bytes | str) -> None:
            drawn.extend(frame if isinstance(frame, bytes) else frame.encode())

        page.on("websocket", lambda line: line.on("framereceived", hear))
        assert cast("Response", page.goto(link.partition("?")[0])).status == 403
        assert cast("Response", page.goto(link)).status == 200
        end = time.monotonic() + WITHIN_S
        while b"Time left:" not in drawn:
            assert time.monotonic() < end, bytes(drawn[-2000:])
            page.wait_for_timeout(200)
        if keep := os.environ.get("GUILDMARK_PICTURES"):
            page.wait_for_timeout(1_000)
            page.screenshot(path=Path(keep) / "dashboard-browser.png")
        assert cast("Response", page.goto(link)).status == 403
        browser.close()
    terminal.press("C-c")
