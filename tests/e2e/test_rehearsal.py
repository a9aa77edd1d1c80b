"""A rehearsal in headless Chromium: every check, the sealed exam, a practice model through the real box, then the start."""

import zipfile
from pathlib import Path

import pytest
from demo.portal import Portal
from playwright.sync_api import Browser, Page, Request, Route, expect

from .test_browser_exam import GRADED_WITHIN_MS

READY = Path(__file__).parents[2] / "packs" / "rehearsal" / "public" / "ready.keras"


@pytest.fixture
def asked() -> list[str]:
    """What the page asks of the portal's API, and its own posts: method and the address's last part."""
    return []


@pytest.fixture
def page(asked: list[str], chromium: Browser):
    """A page of a browser of its own; what breaks in its scripts fails the test."""
    faults: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" or request.url.endswith("/bundle"):
            asked.append(f"{request.method} {request.url.rstrip('/').rpartition('/')[2]}")

    opened = chromium.new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("request", note)
    yield opened
    opened.close()
    assert faults == []


def register(page: Page, portal: Portal, email: str) -> None:
    """Sign up at the portal, and register for its exam."""
    page.goto(f"{portal.url}/accounts/signup/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Name").fill("Rosa Rehearser")
    page.get_by_role("button", name="Create the account").click()
    page.get_by_label("Code").fill(portal.sign_in_code(email))
    page.get_by_role("button", name="Continue").click()
    page.goto(f"{portal.url}/exam/")
    page.get_by_role("button", name="Register for the exam").click()


def start(page: Page) -> None:
    """Tick the box and press the button."""
    page.get_by_label("I understand that the clock starts now").check()
    page.get_by_role("button", name="Start the exam").click()


@pytest.mark.timeout(240)
def test_l3_x8_every_check_is_good_and_the_exam_opens_here_from_what_was_delivered_before_its_clock(
    portal: Portal, page: Page, asked: list[str], tmp_path: Path
) -> None:
    register(page, portal, "rosa@example.org")
    exam = page.url
    page.get_by_role("link", name="Rehearse").click()
    expect(page.locator("[data-check=checksums]")).to_have_attribute("data-tone", "good")  # the script listens
    page.get_by_role("button", name="Download the sealed exam").click()
    expect(page.locator("#check-bundle")).to_have_attribute("data-tone", "good")
    assert asked[-3:] == ["POST prepare", "GET bundle", "POST delivered"]

    page.get_by_role("button", name="Practise a submission").click()
    page.locator("#category1 .drop.ready").wait_for()  # the script listens
    page.set_input_files("#file-category1", READY)
    expect(page.locator("#best-category1 .score-number")).to_have_text("5/5", timeout=GRADED_WITHIN_MS)
    page.get_by_role("link", name="Back to the checks").click()
    expect(page.locator("[data-summary]")).to_have_text("6 of 6 checks are good.")

    page.goto(exam)
    asked.clear()
    start(page)
    expect(page.get_by_role("timer")).to_be_visible()
    assert asked[-1] == "POST begin"
    assert "GET bundle" not in asked
    asked.clear()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download workspace.zip").click()
    assert (asked, download.value.url.split(":")[0]) == (["POST begin"], "blob")
    download.value.save_as(tmp_path / "workspace.zip")
    with zipfile.ZipFile(tmp_path / "workspace.zip") as workspace:
        assert (workspace.testzip(), "Category5/starter.py" in workspace.namelist()) == (None, True)


@pytest.mark.timeout(240)
def test_x8_a_damaged_download_does_not_start_the_clock_and_who_wants_to_starts_without_it(portal: Portal, page: Page) -> None:
    def damage(route: Route) -> None:
        body = route.fetch().body()
        route.fulfill(body=body[:-1] + bytes([body[-1] ^ 1]))

    page.route("**/bundle", damage)
    register(page, portal, "ruth@example.org")
    start(page)
    expect(page.locator("[data-bundle-saying]")).to_contain_text("did not arrive complete", timeout=30_000)
    expect(page.locator("[data-begin-saying]")).to_contain_text("Press Start once more")
    expect(page.get_by_role("timer")).to_have_count(0)
    page.get_by_role("button", name="Start the exam").click()
    expect(page.get_by_role("timer")).to_be_visible()
