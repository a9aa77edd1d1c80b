"""In a real browser, on a phone: a stipend is applied for, decided and used, and a partial voucher shows the rest (rule G7)."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from portal.tests.exams.conftest import MakeBank, make_bank
from portal.tests.platform.conftest import ServedPortal, made_once, portal_env, until

__all__ = ["made_once", "make_bank", "portal_env"]

pytestmark = pytest.mark.flows
CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
SOON_MS = 60_000
PHONE = {"width": 390, "height": 844}
VOUCHER = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{6}(?:-[0-9A-HJKMNP-TV-Z]{6}){2}\b")
SET_UP = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "guildmark_portal.settings"
import django
django.setup()
import json, pathlib
from guildmark.protocol import ExamKind
from guildmark.rules.registration import Step
from guildmark.rules.voucher import VoucherValue
from guildmark_portal import clock
from guildmark_portal.exams import services
from guildmark_portal.vouchers.making import Plan, code_of, make
services.publish(pathlib.Path(sys.argv[1]), ExamKind.LIVE, "tests")
off = [f"registration.{step.value}=off" for step in Step]
program = services.amend_policy(slug="tiny", assignments=["identity_check=none", *off], actor="tests", now=clock.now())
batch = make(plan=Plan(name="Half", value=VoucherValue.share(50), program=program), actor="tests", now=clock.now())
print(json.dumps(code_of(batch.vouchers.get())))
"""


@pytest.fixture
def half(initialised: Path, portal_env: dict[str, str], make_bank: MakeBank) -> str:
    """A voucher for half of the fee of a live exam."""
    bank = make_bank(visibility="private")
    bank.calibrate()
    answer = subprocess.run(
        [sys.executable, "-c", SET_UP, str(bank.folder)],
        env={**portal_env, "GUILDMARK_DATA": str(initialised)},
        capture_output=True,
        text=True,
        check=True,
    )
    return str(json.loads(answer.stdout.splitlines()[-1]))


@pytest.fixture
def initialised(tmp_path: Path, made_once: Path) -> Path:
    import shutil

    return shutil.copytree(made_once, tmp_path / "portal")


@pytest.fixture
def served(initialised: Path, portal_env: dict[str, str], half: str) -> Iterator[ServedPortal]:
    config = initialised / "portal.toml"
    config.write_text(config.read_text() + '\n[payments]\nmode = "offline"\noffline = "Pay to our account."\n')
    portal = ServedPortal(initialised, portal_env)
    yield portal
    portal.stop()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield started
        started.close()


@pytest.fixture
def window(browser: Browser, served: ServedPortal, faults: list[str]) -> Callable[[], Page]:
    """A person's own browser, which notes what its console complains of."""

    def opened() -> Page:
        page = browser.new_context(base_url=served.url, viewport=PHONE).new_page()
        page.set_default_timeout(SOON_MS)
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        return page

    return opened


@pytest.fixture
def faults() -> list[str]:
    return []


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def letter_with_voucher(served: ServedPortal, address: str) -> str:
    def found() -> str | None:
        letters = "\n".join(served.lines).split("─" * 72)
        codes = [VOUCHER.findall(letter) for letter in letters if f"To: {address}\n" in letter]
        return next((each[0] for each in codes if each), None)

    return str(until(found, 60))


def owner_at(address: str, page: Page, served: ServedPortal) -> Page:
    page.goto(f"/accounts/login/?next={address}")
    page.get_by_label("Email").fill("owner@example.org")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(served.code_for("owner@example.org"))
    page.get_by_role("button", name="Continue").click()
    return page


@pytest.mark.timeout(600)
def test_g7_a_stipend_is_applied_for_decided_and_used(
    served: ServedPortal, window: Callable[[], Page], half: str, faults: list[str]
) -> None:
    expect.set_options(timeout=SOON_MS)
    ada = window()
    ada.goto("/stipend/")
    ada.get_by_role("link", name="Apply for a stipend").click()
    ada.get_by_role("link", name="Create one").click()
    ada.get_by_label("Email").fill("ada@example.org")
    ada.get_by_label("Name").fill("Ada Lovelace")
    ada.get_by_role("button", name="Create the account").click()
    ada.get_by_label("Code").fill(served.code_for("ada@example.org"))
    ada.get_by_role("button", name="Continue").click()
    ada.get_by_label("What the exam would change for you").fill("I teach, and prepare since spring.")
    ada.get_by_label("Your circumstances").fill("I earn little.")
    assert fits(ada)
    ada.get_by_role("button", name="Send the application").click()
    expect(ada.get_by_text("Waits for a decision")).to_be_visible()
    assert fits(ada)

    ada.goto(f"/register/voucher/{half.lower()}/")
    expect(ada.get_by_label("Code of the voucher")).to_have_value(half)
    ada.get_by_role("button", name="Use the voucher").click()
    expect(ada.get_by_text("50 USD are left to pay")).to_be_visible()
    assert fits(ada)

    owner = owner_at("/desk/stipends/", window(), served)
    owner.get_by_role("link", name="Ada Lovelace").click()
    expect(owner.get_by_text("I earn little.")).to_be_visible()
    for box in owner.get_by_role("checkbox").all():
        box.check()
    owner.get_by_label("How much of the fee").fill("100")
    owner.get_by_label("What the applicant is told").fill("Good luck.")
    assert fits(owner)
    owner.get_by_role("button", name="Send the decision").click()
    expect(owner.get_by_text("It is decided")).to_be_visible()

    code = letter_with_voucher(served, "ada@example.org")
    ada.goto("/stipend/mine/")
    expect(ada.get_by_text("Good luck.")).to_be_visible()
    ada.get_by_role("link", name="Use the stipend").click()
    expect(ada.get_by_label("Code of the voucher")).to_have_value(code)
    ada.get_by_label("Code of the voucher").fill(code.replace("-", " ").lower())
    ada.get_by_role("button", name="Use the voucher").click()
    expect(ada.get_by_text("you may sit Tiny exam")).to_be_visible()
    assert (fits(ada), faults) == (True, [])


@pytest.mark.timeout(600)
def test_g7_an_owner_makes_vouchers_prints_them_and_stops_them(
    served: ServedPortal, window: Callable[[], Page], faults: list[str]
) -> None:
    expect.set_options(timeout=SOON_MS)
    owner = owner_at("/desk/vouchers/", window(), served)
    owner.get_by_role("link", name="Make vouchers").click()
    owner.get_by_label("Name of the batch").fill("Class of 2030")
    owner.get_by_label("A share of the fee").check()
    owner.get_by_label("Percent, for a share").fill("40")
    owner.get_by_label("How many codes").fill("12")
    assert fits(owner)
    owner.get_by_role("button", name="Make them").click()
    expect(owner.get_by_text("The vouchers are made")).to_be_visible()
    expect(owner.get_by_text("0 of 12")).to_be_visible()
    assert fits(owner)
    with owner.expect_download() as started:
        owner.get_by_role("link", name="Printed list (PDF)").click()
    assert started.value.path().read_bytes().startswith(b"%PDF-")
    owner.get_by_role("link", name="Show the codes").click()
    expect(owner.get_by_text("Voucher no. 12")).to_be_visible()
    assert (fits(owner), len(set(VOUCHER.findall(owner.content())))) == (True, 12)
    owner.get_by_role("link", name="The batch").click()
    owner.get_by_role("button", name="Stop it").click()
    expect(owner.get_by_text("It is stopped")).to_be_visible()
    assert faults == []
