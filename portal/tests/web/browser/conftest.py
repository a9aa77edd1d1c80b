"""A real browser, and one portal for all its tests."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from portal.tests.web.browser.driving import CHROMIUM, PORTAL, QUIET, SOON_MS, Served


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, bank: Path) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("served") / "portal"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GUILDMARK_", "DJANGO_"))}
    stand_in = Path(__file__).parents[1] / "standing_in_grader.py"
    env = {**kept, "GUILDMARK_GRADER_COMMAND": f"{sys.executable} {stand_in}"}
    for arguments in (["init", "--owner", "owner@example.org"], ["publish", str(bank), "--kind", "demo"]):
        subprocess.run([*PORTAL, *arguments, "--data", str(data)], env=env, check=True, capture_output=True)
    portal = Served(data, env)
    yield portal
    portal.stop()


@pytest.fixture
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail("This test needs a browser. Install the Debian package `chromium`.", pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def faults() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, faults: list[str]) -> Page:
    """A page that notes what its console complains of, a breach of the security policy above all."""
    opened = browser.new_context().new_page()
    opened.set_default_timeout(SOON_MS)
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    return opened
