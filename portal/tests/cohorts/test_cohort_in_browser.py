"""In a real browser, on a phone: a cohort is made and invited, an invitation is accepted, and the exam begun (rules P9, X8)."""

import csv
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from portal.tests.exams.conftest import MakeBank, make_bank
from portal.tests.platform.conftest import ServedPortal, made_once, portal_env, until
from portal.tests.stipends.test_stipend_in_browser import (
    SOON_MS,
    browser,
    faults,
    fits,
    initialised,
    owner_at,
    served,
    window,
)

from guildmark_portal import clock

__all__ = ["browser", "faults", "initialised", "made_once", "make_bank", "portal_env", "served", "window"]

pytestmark = pytest.mark.flows
LINK = re.compile(r"/invitation/[A-Za-z0-9_-]{43}/")
DJANGO = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "guildmark_portal.settings"
import django
django.setup()
from datetime import timedelta
from guildmark_portal import clock
from guildmark_portal.cohorts.models import Cohort
from guildmark.protocol import ExamKind
from guildmark_portal.exams import services
"""
PUBLISH = """
import pathlib
from guildmark.rules.registration import Step
services.publish(pathlib.Path(sys.argv[1]), ExamKind.LIVE, "tests")
off = [f"registration.{step.value}=off" for step in Step if step is not Step.HANDBOOK]
services.amend_policy(slug="tiny", assignments=["identity_check=none", *off], actor="tests", now=clock.now())
"""
SOON = """
Cohort.objects.update(opens_at=clock.now() + timedelta(seconds=12))
"""
ROSTER = "email;name;extra_time;breaks;break_minutes\r\nada@example.org;Ada Lovelace;25;1;10\r\nbob@example.org;Bob;;;\r\n"


@pytest.fixture
def half(initialised: Path, portal_env: dict[str, str], make_bank: MakeBank) -> str:
    """What the portal is served with: a live exam."""
    bank = make_bank(visibility="private")
    bank.calibrate()
    worked_on(initialised, portal_env, PUBLISH, str(bank.folder))
    return ""


def worked_on(data: Path, env: dict[str, str], work: str, *arguments: str) -> None:
    command = [sys.executable, "-c", DJANGO + work, *arguments]
    subprocess.run(command, env={**env, "GUILDMARK_DATA": str(data)}, check=True, capture_output=True)


def link_for(served: ServedPortal, address: str) -> str:
    def found() -> str | None:
        letters = "\n".join(served.lines).split("─" * 72)
        links = [LINK.findall(letter) for letter in letters if f"To: {address}\n" in letter]
        return next((each[0] for each in links if each), None)

    return str(until(found, 60))


def make_and_invite(owner: Page, roster: Path) -> None:
    opens = clock.now() + timedelta(days=1)
    owner.get_by_label("Name of the cohort").fill("Class of 2030")
    owner.get_by_label("Organisation").fill("Institute of Models")
    owner.get_by_label("Exam", exact=True).select_option("tiny")
    owner.get_by_label("Can be begun from (UTC)").fill(f"{opens:%Y-%m-%dT%H:%M}")
    owner.get_by_label("Can be begun until (UTC)").fill(f"{opens + timedelta(hours=3):%Y-%m-%dT%H:%M}")
    assert fits(owner)
    owner.get_by_role("button", name="Make it").click()
    owner.get_by_text("Add seats").click()
    owner.get_by_label("How many seats").fill("2")
    owner.get_by_label("Reference of the payment, or the reason").fill("Invoice 7")
    owner.get_by_role("button", name="Add them").click()
    expect(owner.get_by_text("0 of 2 taken")).to_be_visible()
    owner.get_by_role("link", name="Import a roster").click()
    owner.get_by_label("Roster, as a CSV file").set_input_files(roster)
    assert fits(owner)
    owner.get_by_role("button", name="Look at it").click()
    expect(owner.get_by_text("Nothing is written yet")).to_be_visible()
    assert fits(owner)
    owner.get_by_role("button", name="Import it").click()
    expect(owner.get_by_text("2 new, 0 changed")).to_be_visible()
    owner.get_by_role("button", name="Invite 2 people").click()
    expect(owner.get_by_text("2 invitations are on their way")).to_be_visible()
    assert fits(owner)


def accept_and_register(ada: Page, served: ServedPortal) -> None:
    ada.goto(link_for(served, "ada@example.org"))
    expect(ada.get_by_text("Institute of Models invites you")).to_be_visible()
    assert fits(ada)
    ada.locator("#content").get_by_role("link", name="Create an account").click()
    ada.get_by_label("Email").fill("ada@example.org")
    ada.get_by_label("Name").fill("Ada Lovelace")
    ada.get_by_role("button", name="Create the account").click()
    ada.get_by_label("Code").fill(served.code_for("ada@example.org"))
    ada.get_by_role("button", name="Continue").click()
    ada.get_by_role("link", name="Read the handbook").click()
    ada.get_by_label("I have read edition").check()
    ada.get_by_role("button", name="Acknowledge").click()
    expect(ada.get_by_text("25% of the exam's own time")).to_be_visible()
    ada.get_by_role("button", name="Accept the invitation").click()
    expect(ada.get_by_text("You have a seat. A letter says so, too.")).to_be_visible()
    assert fits(ada)
    ada.get_by_role("link", name="Go to my exams").click()
    expect(ada.get_by_role("heading", name="Your seats")).to_be_visible()
    ada.get_by_role("button", name="Register for the exam").click()
    expect(ada.get_by_text("You can begin from")).to_be_visible()
    expect(ada.get_by_role("button", name="Start the exam")).to_have_count(0)
    assert fits(ada)


@pytest.mark.timeout(900)
def test_p9_x8_an_invitation_is_accepted_and_the_exam_begun_when_the_seat_can_be(
    served: ServedPortal,
    portal_env: dict[str, str],
    window: Callable[[], Page],
    faults: list[str],
    tmp_path: Path,
) -> None:
    expect.set_options(timeout=SOON_MS)
    roster = tmp_path / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8-sig", newline="")
    owner = owner_at("/desk/cohorts/make/", window(), served)
    make_and_invite(owner, roster)

    ada = window()
    accept_and_register(ada, served)

    worked_on(served.data, portal_env, SOON)
    ada.reload()
    expect(ada.get_by_role("timer")).to_have_text(re.compile(r"0:00:\d\d"))
    ada.get_by_label("I understand that the clock starts now").check()  # the page comes anew by itself
    ada.get_by_role("button", name="Start the exam").click()
    expect(ada.locator("main[data-phase=running]")).to_be_visible()

    owner.reload()
    expect(owner.get_by_text("1 of 2 taken")).to_be_visible()
    expect(owner.get_by_role("row", name=re.compile("ada@example.org"))).to_contain_text("Started")
    with owner.expect_download() as started:
        owner.get_by_role("link", name="Download as CSV").click()
    sheet = started.value.path().read_text(encoding="utf-8-sig")
    assert [row[2] for row in csv.reader(sheet.splitlines())][1:] == ["started", "invited"]
    assert (fits(owner), faults) == (True, [])
