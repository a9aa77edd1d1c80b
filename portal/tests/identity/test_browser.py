"""Papers in a real browser of the size of a telephone, with a camera that is a fake device; reviewers at a desk beside it."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from portal.tests.identity.conftest import picture
from portal.tests.platform.conftest import PORTAL, ServedPortal, initialised, made_once, portal_env, served

pytestmark = pytest.mark.flows

__all__ = ["initialised", "made_once", "portal_env", "served"]  # fixtures

CHROMIUM = Path("/usr/bin/chromium")
FAKE_CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
SOON_MS = 30_000

expect.set_options(timeout=SOON_MS)


@pytest.fixture
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail("The page is tested in Chromium. Install it: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *FAKE_CAMERA])
        yield browser
        browser.close()


@pytest.fixture
def arrive(chromium: Browser, served: ServedPortal) -> Callable[..., Page]:
    """Somebody signs up in a browser of their own."""

    def sign_up(email: str, name: str, size: dict[str, int]) -> Page:
        page = chromium.new_context(viewport=size).new_page()
        page.set_default_timeout(SOON_MS)
        page.goto(f"{served.url}/accounts/signup/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Name").fill(name)
        page.get_by_role("button", name="Create the account").click()
        page.get_by_label("Code").fill(served.code_for(email))
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url("**/exam/")
        return page

    return sign_up


def state_name(page: Page, url: str, name: str, latin_name: str = "") -> None:
    """Enter the legal name, which papers are compared with."""
    page.goto(f"{url}/register/name/")
    page.get_by_label("Legal name").fill(name)
    page.get_by_label("The same name in Latin letters").fill(latin_name)
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url(lambda address: not address.endswith("/register/name/"))


def give(page: Page, kind: str, name: str, *, expires: str, shows_address: bool) -> None:
    """Fill in the form of a document, with a picture of it."""
    page.get_by_role("link", name="document").first.click()
    page.get_by_label("What it is").select_option(label=kind)
    page.get_by_label("Issued in").select_option(label="South Korea")
    page.get_by_label("Expires on").fill(expires)
    page.get_by_label("Name, as it is printed").fill(name)
    if shows_address:
        page.get_by_label("Country of the address on it").select_option(label="South Korea")
    page.get_by_label("Pictures of it").set_input_files({"name": "card.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    page.get_by_role("button", name="Keep the document").click()
    expect(page.get_by_text("The document is kept, encrypted.")).to_be_visible()


def review(page: Page, served: ServedPortal, candidate: str) -> None:
    """Take the candidate's check, and see every picture of it."""
    page.goto(f"{served.url}/review/")
    page.get_by_role("link", name=f"Open {candidate}").click()
    page.get_by_role("button", name="Take this check").click()
    expect(page.get_by_role("img", name="photo")).to_be_visible()
    for image in page.locator("[data-picture]").all():
        expect(image).not_to_have_js_property("naturalWidth", 0)


def approve(page: Page) -> None:
    """Approve what was taken; that it cannot be taken back is said in between."""
    page.get_by_text("Approve", exact=True).click()
    page.get_by_role("button", name="Approve these papers").click()


@pytest.mark.timeout(280)
def test_g3_g4_a_korean_card_is_rejected_once_mended_and_approved_by_a_second_reviewer(
    arrive: Callable[..., Page], served: ServedPortal
) -> None:
    phone = arrive("minsu@example.org", "김민수", PHONE)
    faults: list[str] = []
    phone.on("pageerror", lambda error: faults.append(str(error)))
    phone.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    state_name(phone, served.url, "김민수", "Kim Minsu")
    phone.goto(f"{served.url}/identity/")
    give(phone, "National identity card", "김민수", expires="", shows_address=True)
    expect(phone.get_by_text("Your name is not in Latin script")).to_be_visible()
    give(phone, "Health insurance card", "KIM MINSU", expires="2099-12-31", shows_address=False)

    # The camera: nothing is sent before the person says so.
    phone.get_by_role("link", name="Take the photo").click()
    phone.get_by_role("button", name="Turn on the camera").click()
    phone.get_by_role("button", name="Take the photo").click()
    expect(phone.get_by_text("Look at it, then use it or take it again.")).to_be_visible()
    phone.get_by_role("button", name="Use this photo").click()
    expect(phone.get_by_role("heading", name="Everything is there")).to_be_visible()
    phone.get_by_role("button", name="Submit my papers").click()
    expect(phone.get_by_text("A letter tells you the outcome").last).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    desks = [arrive(f"{name}@example.org", name.title(), DESK) for name in ("rita", "saul")]
    for name in ("rita", "saul"):
        command = [*PORTAL, "role", "grant", f"{name}@example.org", "reviewer", "--data", str(served.data)]
        subprocess.run(command, env=served.env, check=True, capture_output=True)
    rita, saul = desks
    review(rita, served, "김민수")
    rita.get_by_role("button", name="Turn").first.click()
    rita.get_by_role("button", name="Larger").first.click()
    expect(rita.locator("[data-viewer] canvas")).to_have_count(1)
    rita.get_by_text("Reject, with reasons").click()
    rita.get_by_role("group", name="National identity card", exact=True).get_by_label("The signature is missing").check()
    rita.get_by_label("Note to the candidate").fill("It stands on the back.")
    rita.get_by_role("button", name="Reject").click()
    expect(rita.get_by_text("Your decision is kept.")).to_be_visible()

    phone.reload()
    expect(phone.get_by_text("National identity card: The signature is missing")).to_be_visible()
    expect(phone.get_by_text("It stands on the back.")).to_be_visible()
    expect(phone.get_by_role("button", name="Submit my papers")).to_have_count(0)
    phone.get_by_role("button", name="Remove National identity card").click()
    give(phone, "National identity card", "김민수", expires="", shows_address=True)
    phone.get_by_role("button", name="Submit my papers").click()

    review(saul, served, "김민수")
    approve(saul)
    expect(saul.get_by_role("heading", name="Papers to review")).to_be_visible()
    expect(saul.get_by_role("link", name="Open 김민수")).to_have_count(0)
    phone.reload()
    expect(phone.get_by_text("Your identity has been checked.")).to_be_visible()
    assert faults == []
