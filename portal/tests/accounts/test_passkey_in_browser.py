"""A passkey in a real browser: its virtual authenticator answers, our script carries question and answer."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from portal.tests.platform.conftest import ServedPortal

pytestmark = pytest.mark.flows

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
SOON_MS = 30_000
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}

expect.set_options(timeout=SOON_MS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, served: ServedPortal) -> Iterator[Page]:
    """A window with an authenticator, at the portal's name: passkeys need one, an address of digits is none."""
    context = browser.new_context(base_url=served.url.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    page.set_default_timeout(SOON_MS)
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield page
    context.close()


def sign_up(page: Page, served: ServedPortal, address: str = "ada@example.org") -> None:
    page.goto("/accounts/signup/")
    page.get_by_label("Email").fill(address)
    page.get_by_label("Name").fill("Ada Lovelace")
    page.get_by_role("button", name="Create the account").click()
    page.get_by_label("Code").fill(served.code_for(address))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="My exams")).to_be_visible()


def add_passkey(page: Page, name: str) -> None:
    page.goto("/account/security/webauthn/add/")
    page.get_by_label("Name of the passkey").fill(name)
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


@pytest.mark.timeout(180)
def test_a_passkey_is_added_signs_in_and_confirms_what_is_sensitive(served: ServedPortal, page: Page) -> None:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    sign_up(page, served)
    add_passkey(page, "this laptop")
    assert page.locator(".codes li").count() == 10
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("row", name=re.compile("this laptop"))).to_be_visible()

    with page.expect_navigation():
        page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/?next=/account/security/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Sign-in and security")).to_be_visible()
    page.goto("/account/delete/")
    expect(page.get_by_role("heading", name="Delete the account?")).to_be_visible()
    assert faults == []


@pytest.mark.timeout(180)
def test_a_device_that_holds_none_is_said_to_hold_none_and_the_page_goes_on(served: ServedPortal, page: Page) -> None:
    sign_up(page, served)
    add_passkey(page, "this laptop")
    page.goto("/account/security/webauthn/add/")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("This device holds a passkey for your account already.")
    expect(page.get_by_role("button", name="Add the passkey")).to_be_enabled()
