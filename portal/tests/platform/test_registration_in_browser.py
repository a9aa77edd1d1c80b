"""Registration in a real browser, on a window of a phone's size: a name in another script, wrong turns included."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from portal.tests.platform.conftest import ServedPortal

pytestmark = pytest.mark.flows

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
SOON_MS = 30_000
PHONE = {"width": 390, "height": 844}

expect.set_options(timeout=SOON_MS)


@pytest.fixture
def faults() -> list[str]:
    """What the console complains of, a breach of the security policy above all."""
    return []


@pytest.fixture
def page(served: ServedPortal, faults: list[str]) -> Iterator[Page]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        opened = chromium.new_context(base_url=served.url, viewport=PHONE).new_page()
        opened.set_default_timeout(SOON_MS)
        opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        yield opened
        chromium.close()


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Save and go on").click()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def assert_leads_to(page: Page, problem: str, *, field: str) -> None:
    """The problem is said first: in the title, and in a summary that has the focus and leads to the field."""
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_be_in_viewport()
    assert page.title().startswith("Error: ")
    summary.get_by_role("link", name=problem).click()
    expect(page.locator(f"#id_{field}")).to_be_focused()


@pytest.mark.timeout(180)
def test_g1_g3_g5_p6_somebody_registers_on_a_phone(served: ServedPortal, page: Page, faults: list[str]) -> None:
    page.goto("/accounts/signup/?next=/register/")
    page.get_by_label("Email").fill("minjun@example.org")
    page.get_by_label("Name").fill("김민준")
    page.get_by_role("button", name="Create the account").click()
    page.get_by_label("Code").fill(served.code_for("minjun@example.org"))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Your registration")).to_be_visible()
    page.get_by_role("link", name="Go on").click()

    page.get_by_label("Legal name").fill("주식회사 예시")
    go_on(page)
    assert_leads_to(page, "Only people can be certified", field="name")
    page.get_by_label("Legal name").fill("김민준")
    go_on(page)
    assert_leads_to(page, "Enter your name in Latin letters too", field="latin_name")
    page.get_by_label("The same name in Latin letters").fill("Kim Minjun")
    go_on(page)

    page.get_by_label("Country or territory").select_option(label="North Korea")
    go_on(page)
    expect(page.get_by_text("North Korea is under embargo")).to_be_visible()
    assert fits(page)
    page.get_by_role("link", name="Change where I live").click()
    page.get_by_label("Country or territory").select_option(label="South Korea")
    go_on(page)
    page.get_by_label("Street and number").fill("1 Example-ro")
    page.get_by_label("Town or city").fill("Seoul")
    assert fits(page)
    go_on(page)

    page.get_by_label("I am a natural person.").check()
    go_on(page)
    page.get_by_label("I have read these terms and agree to them.").check()
    assert fits(page)
    go_on(page)
    page.goto("/profile/")
    for stated in ("김민준", "Kim Minjun", "South Korea", "Terms of the exam, version 1"):
        expect(page.get_by_text(stated).first).to_be_visible()
    assert (fits(page), faults) == (True, [])
