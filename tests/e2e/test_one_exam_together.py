"""One exam, sat by browser and terminal together, through everything that may go wrong: it is begun in Chromium and submitted
from a terminal, a line breaks, the portal is killed, another browser goes on, nobody watches the deadline, and the result
arrives at a mail server. The exam lasts two minutes: this is what the test takes.
"""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from demo.candidate import SOLUTION, Candidate
from demo.portal import Portal, free_port, run
from playwright.sync_api import Browser, Page, expect
from tests.loopback_smtp import LoopbackSmtp

from guildmark.signing import is_signed_by

from .cutter import Cutter

EMAIL = "ada@example.org"
MINUTES = 2
SOON_MS = 45_000
GRADED_MS = 60_000
CODE = re.compile(r"\b[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\b")
TRAIN_ALL = f"""
import os, pathlib, runpy
root = pathlib.Path.cwd()
for category in sorted(root.glob("Category*")):
    os.chdir(category)
    runpy.run_path("{SOLUTION}", run_name="__main__")
"""


@pytest.fixture
def short_bank(quick_pack: Path, tmp_path: Path) -> Path:
    """The small exam, with two minutes on its clock."""
    pack, bank = tmp_path / "pack", tmp_path / "bank"
    shutil.copytree(quick_pack, pack)
    spec = (pack / "exam.toml").read_text()
    spec = spec.replace("duration_minutes = 60", f"duration_minutes = {MINUTES}").replace(
        "grace_minutes = 5", "grace_minutes = 1"
    )
    (pack / "exam.toml").write_text(spec)
    run("guildmark-grader", "pack", "build", str(pack), "--out", str(bank), "--variants", "1")
    return bank


@pytest.fixture
def smtp() -> Iterator[LoopbackSmtp]:
    with LoopbackSmtp() as server:
        yield server


@pytest.fixture
def mailing_portal(short_bank: Path, smtp: LoopbackSmtp, tmp_path: Path) -> Iterator[Portal]:
    """A portal that is served, and sends its letters through the mail server."""
    portal = Portal(data=tmp_path / "portal" / "data", port=free_port(8900))
    portal.data.parent.mkdir()
    portal.init(short_bank)
    config = portal.data / "portal.toml"
    text = config.read_text()
    for before, after in {
        'transport = "console"': 'transport = "smtp"',
        'host = "localhost"': 'host = "127.0.0.1"',
        "port = 587": f"port = {smtp.port}",
        'security = "starttls"': 'security = "none"',
    }.items():
        assert before in text
        text = text.replace(before, after)
    config.write_text(text)
    portal.start()
    yield portal
    portal.stop()


@dataclass(frozen=True)
class Letters:
    """What arrives at the mail server."""

    smtp: LoopbackSmtp

    def all(self) -> list[EmailMessage]:
        return [letter.message for letter in self.smtp.letters if EMAIL in letter.recipients]

    def code_after(self, ask: Callable[[], None]) -> str:
        """The code of the letter that `ask` has sent."""
        before = len(self.smtp.letters)
        ask()
        self.smtp.until(lambda: len(self.smtp.letters) > before)
        found = CODE.search(self.all()[-1].get_body(("plain",)).get_content())
        assert found is not None
        return found[0]

    def about(self, exam: str, *, timeout_s: float) -> EmailMessage:
        """The letter that names the exam in its subject; waits for it."""
        self.smtp.until(lambda: any(exam in letter["Subject"] for letter in self.all()), timeout_s)
        (letter,) = [letter for letter in self.all() if exam in letter["Subject"]]
        return letter


def signed_up(browser: Browser, portal: Portal, letters: Letters) -> Page:
    page = browser.new_context().new_page()
    page.set_default_timeout(SOON_MS)
    page.goto(f"{portal.url}/accounts/signup/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Name").fill("Ada Lovelace")
    code = letters.code_after(lambda: page.get_by_role("button", name="Create the account").click())
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{portal.url}/**")
    return page


def signed_in_elsewhere(browser: Browser, portal: Portal, letters: Letters) -> Page:
    """Another browser, which shares nothing with the first."""
    page = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
    page.set_default_timeout(SOON_MS)
    page.goto(f"{portal.url}/accounts/login/")
    page.get_by_label("Email").fill(EMAIL)
    code = letters.code_after(lambda: page.get_by_role("button", name="Send me a code").click())
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue").click()
    return page


def let_in(page: Page, portal: Portal, link: str) -> None:
    """Allow the terminal that shows this link, in a tab beside the exam."""
    tab = page.context.new_page()
    tab.goto(portal.url + link[link.index("/", len("https://")) :])
    tab.locator("button[name=action][value=confirm]").click()
    tab.get_by_text("The terminal is signed in").wait_for()
    tab.close()


def begun(page: Page, portal: Portal) -> str:
    """Register, and start the clock; the attempt's id."""
    page.goto(portal.url)
    page.get_by_role("button", name="Register for the exam").click()
    page.get_by_label("I understand that the clock starts now").check()
    page.get_by_role("button", name="Start the exam").click()
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"0:0[12]:\d\d"), timeout=SOON_MS)
    page.evaluate("window.neverReloaded = true")
    found = re.search(r"/exam/([0-9a-f-]{36})/", page.url)
    assert found is not None
    return found[1]


def solve_everything(ada: Candidate, pack: Path) -> None:
    for category in sorted(ada.folder.glob("Category*")):
        ada.fill_in(category, pack)
    subprocess.run([sys.executable, "-c", TRAIN_ALL], check=True, capture_output=True, cwd=ada.folder, env=ada._env)


def size_of(ada: Candidate, number: int) -> int:
    return (ada.folder / f"Category{number}" / "mymodel.keras").stat().st_size


def score(answer: dict) -> int:
    return answer["submission"]["report"]["score"]


def shows_full_marks(page: Page, number: int) -> None:
    expect(page.locator(f"#best-category{number} .score-number")).to_have_text("5/5", timeout=GRADED_MS)


def submitted_while_the_portal_dies(ada: Candidate, number: int, cutter: Cutter, portal: Portal) -> dict:
    """The portal is killed in the middle of the file, and comes back; the client goes on by itself."""
    cuts = cutter.cuts
    cutter.cut_at(size_of(ada, number) // 2)
    command = ada._command("submit", str(number), "--no-check", "--json")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ada.folder, env=ada._env) as client:
        LoopbackSmtp.until(lambda: cutter.cuts > cuts)
        portal.kill()
        portal.start()
        assert client.wait(60) == 0
    return ada.guildmark_json("status")["categories"][number - 1]


@pytest.mark.together
@pytest.mark.timeout(400)
def test_x7_x9_s8_c2_browser_and_terminal_sit_one_exam_together_through_cut_restart_and_deadline(
    mailing_portal: Portal, chromium: Browser, smtp: LoopbackSmtp, quick_pack: Path, tmp_path: Path
) -> None:
    portal, letters = mailing_portal, Letters(smtp)
    with Cutter(portal.port) as cutter:
        (tmp_path / "exam").mkdir()
        ada = Candidate(email=EMAIL, server=cutter.url, home=tmp_path / "config", folder=tmp_path / "exam")
        page = signed_up(chromium, portal, letters)
        ada.login(lambda link: let_in(page, portal, link))
        attempt = begun(page, portal)

        ada.guildmark_json("start", "--folder", ".", "--yes")  # the clock runs already: this brings the folders
        status = ada.guildmark_json("status")
        deadline = datetime.fromisoformat(status["deadline"])
        assert (status["id"], status["phase"]) == (attempt, "running")
        solve_everything(ada, quick_pack)

        assert score(ada.guildmark_json("submit", "1", "--no-check")) == 5
        shows_full_marks(page, 1)

        cutter.cut_at(size_of(ada, 2) // 2)
        assert score(ada.guildmark_json("submit", "2", "--no-check")) == 5
        assert cutter.cuts == 1

        resumed = submitted_while_the_portal_dies(ada, 3, cutter, portal)
        assert (resumed["best_score"], len(resumed["submissions"])) == (5, 1)
        shows_full_marks(page, 2)
        shows_full_marks(page, 3)  # the page came back by itself
        assert page.evaluate("window.neverReloaded") is True

        other = signed_in_elsewhere(chromium, portal, letters)
        other.goto(f"{portal.url}/exam/{attempt}/")
        for number in (4, 5):
            other.locator(f"#tab-category{number}").click()
            other.locator(f"#file-category{number}").set_input_files(ada.folder / f"Category{number}" / "mymodel.keras")
            shows_full_marks(other, number)
        shows_full_marks(page, 5)
        for context in list(chromium.contexts):
            context.close()
        assert time.time() < deadline.timestamp(), "this machine is too slow for an exam of two minutes"

        letter = letters.about("Quick exam", timeout_s=deadline.timestamp() - time.time() + 30)
        arrived = time.time()
        assert deadline.timestamp() <= arrived < deadline.timestamp() + 10
        the_letter_tells_the_result(letter, f"{portal.url}/exam/{attempt}/result/")
        result = ada.guildmark_json("result")["result"]
        assert (result["passed"], result["points"], result["decided_at"]) == (True, 100, status["deadline"])
        every_receipt_verifies(ada)


def the_letter_tells_the_result(letter: EmailMessage, address: str) -> None:
    assert letter["Subject"] == "You passed: Quick exam"
    text = letter.get_body(("plain",)).get_content()
    html = letter.get_body(("html",)).get_content()
    assert text.count("◆◆◆◆◆  5/5") == 5
    assert (address in text, address in html) == (True, True)
    assert all(f"Straight line {number}" in html for number in range(1, 6))


def every_receipt_verifies(ada: Candidate, *, count: int = 5) -> None:
    (key,) = httpx.get(f"{ada.server}/api/v1/keys").json()
    submissions = [one for category in ada.guildmark_json("status")["categories"] for one in category["submissions"]]
    assert len(submissions) == count
    assert all(is_signed_by(one["receipt"], key["public_key"]) for one in submissions)
