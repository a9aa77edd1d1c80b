"""A whole exam in VS Code: the extension as it is packaged, in VS Code's own code, before a real portal and a real grader."""

import os
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from demo.browser import Browser as Person
from demo.portal import Portal, free_port
from playwright.sync_api import Browser, expect
from tests.ides.vscode.code_server import CodeServer, code_server, python_in
from tests.ides.vscode.looking import GRADED_MS, WIDE, Code, opened

CLOCK = re.compile(r"0:5\d:\d\d")
SEEN_BARS = """() => {
    window.bars = new Set();
    const look = () => document.querySelectorAll(".gm-bar").forEach((bar) => window.bars.add(bar.textContent));
    new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""

pytestmark = [pytest.mark.ides, pytest.mark.timeout(600)]


@pytest.fixture
def portal(new_portal: Portal) -> Portal:
    new_portal.start()
    return new_portal


@pytest.fixture
def server(portal: Portal, tmp_path: Path) -> Iterator[CodeServer]:
    folder = tmp_path / "exam"
    python_in(folder)
    with code_server(folder, tmp_path / "home", port=free_port(8785), portal=portal.url) as started:
        yield started


def signed_in(code: Code, portal: Portal) -> None:
    person = Person(portal.url, read_code=portal.sign_in_code)
    person.sign_up("ada@example.org", "Ada Lovelace")
    expect(code.panel.get_by_label("Address of the portal")).to_have_value(portal.url, timeout=180_000)
    code.press("Sign in")
    expect(code.panel.locator(".gm-code")).to_have_text(re.compile(r"^\w{4}-\w{4}$"))
    code.picture("sign-in")
    person.allow_device(code.panel.locator(".gm-link").inner_text())
    person.close()


def begun(code: Code) -> None:
    code.press("Download the exam")
    expect(code.panel.get_by_text("cannot be paused")).to_be_visible(timeout=60_000)
    expect(code.status_bar).not_to_contain_text(CLOCK)
    code.picture("terms")
    code.press("Start the clock")
    expect(code.panel.get_by_role("timer")).to_have_text(CLOCK)
    expect(code.status_bar).to_contain_text(CLOCK)


def trained(code: Code, server: CodeServer, pack: Path, number: int) -> None:
    """Write the solution into the starter, and run it with the button: its output is in a terminal, its model in the panel."""
    solution = pack / f"category{number}" / f"line-{number}" / "reference" / "solution.py"
    shutil.copyfile(solution, server.folder / f"Category{number}" / "starter.py")
    code.press(f"Run starter: {number}")
    expect(code.page.locator(".terminal-tab, .single-terminal-tab").first).to_contain_text("starter.py")
    expect(code.category(number).locator(".gm-model")).to_contain_text("mymodel.keras", timeout=GRADED_MS)
    code.page.locator(".part.panel").get_by_role("button", name=re.compile("^(Hide|Close) Panel")).click()


def test_x1_a_whole_exam_is_sat_in_vs_code_through_an_outage(
    portal: Portal, server: CodeServer, chromium: Browser, quick_pack: Path
) -> None:
    code = opened(chromium, server)
    signed_in(code, portal)
    begun(code)

    code.press("Instructions: 1")
    expect(code.page.get_by_role("tab", name=re.compile("instructions.en.md"))).to_be_visible()
    code.press("Starter: 1")
    expect(code.page.get_by_role("tab", name=re.compile("starter.py"))).to_be_visible()
    code.picture("instructions")
    trained(code, server, quick_pack, 1)

    code.press("Check: 1")
    expect(code.said(1)).to_contain_text("nothing speaks against submitting it", timeout=GRADED_MS)
    frame = code.panel.locator("body").element_handle().owner_frame()
    frame.evaluate(SEEN_BARS)
    code.press("Submit and test: 1")
    expect(code.said(1)).to_contain_text("◆◆◆◆◆  5", timeout=GRADED_MS)
    expect(code.category(1).locator("h2")).to_contain_text("◆◆◆◆◆  5")
    assert any("Sending mymodel.keras" in bar for bar in frame.evaluate("[...window.bars]"))
    code.picture("score")

    one_submission_is_pinned(code)
    it_warns_of_code_that_is_newer(code, server)
    what_is_submitted_in_an_outage_is_sent_after_it(code, server, portal)

    code.press("Finish")
    expect(code.panel.get_by_text("nothing was submitted; it would count zero.")).to_have_count(3)
    expect(code.panel.get_by_role("timer")).to_have_text(CLOCK)
    code.picture("readiness")
    code.press("Cancel")
    expect(code.category(1)).to_be_visible()
    code.press("Finish")
    code.panel.get_by_text("Finish the exam now?").wait_for()
    code.press("Finish")
    expect(code.panel.get_by_text("Quick exam  Not passed")).to_be_visible(timeout=GRADED_MS)
    expect(code.status_bar).not_to_contain_text(CLOCK)
    code.picture("result")


def one_submission_is_pinned(code: Code) -> None:
    code.category(1).locator("summary", has_text="Submissions").click()
    code.press("Let this one count")
    expect(code.category(1).locator("[data-submission]")).to_contain_text("counts, pinned")
    code.press("Take the pin off")
    expect(code.category(1).locator("[data-submission] strong")).to_have_text(" counts")
    code.category(1).locator("summary", has_text="Submissions").click()


def it_warns_of_code_that_is_newer(code: Code, server: CodeServer) -> None:
    starter = server.folder / "Category1" / "starter.py"
    starter.write_text(starter.read_text() + "\n# An idea.\n")
    code.press("Submit and test: 1")
    expect(code.said(1)).to_contain_text("starter.py changed after mymodel.keras was saved")
    expect(code.said(1)).to_contain_text("the very file that you submitted last")
    expect(code.panel.get_by_role("button", name="Submit all the same: 1")).to_be_visible()
    code.picture("warnings")


def what_is_submitted_in_an_outage_is_sent_after_it(code: Code, server: CodeServer, portal: Portal) -> None:
    shutil.copyfile(server.folder / "Category1" / "mymodel.keras", server.folder / "Category2" / "mymodel.keras")
    expect(code.category(2).locator("[data-notice=of_other_category]")).to_be_visible()
    portal.stop()
    expect(code.panel.locator("[data-notice=offline]")).to_contain_text("Nothing is lost", timeout=GRADED_MS)
    code.picture("offline")
    code.press("Submit and test: 2")
    code.press("Submit all the same: 2")
    expect(code.said(2)).to_contain_text("It is sent by itself", timeout=GRADED_MS)
    expect(code.panel.locator("[data-notice=waiting]")).to_be_visible()
    code.picture("waiting")
    portal.start()
    expect(code.panel.locator("[data-notice=waiting]")).to_have_count(0, timeout=GRADED_MS)
    expect(code.category(2).locator("h2")).to_contain_text(re.compile(r"◇  \d"), timeout=GRADED_MS)
    expect(code.panel.locator("[data-notice=offline]")).to_have_count(0)
    code.picture("after")


def test_x1_an_exam_that_was_begun_elsewhere_is_there_when_its_folder_is_opened(
    portal: Portal, server: CodeServer, chromium: Browser
) -> None:
    code = opened(chromium, server)
    signed_in(code, portal)
    begun(code)
    code.page.close()
    again = Code(chromium.new_context(viewport=WIDE).new_page())
    again.page.goto(server.url, timeout=60_000)
    expect(again.status_bar).to_contain_text(CLOCK, timeout=60_000)
    expect(again.category(5)).to_be_attached(timeout=60_000)

    killed = bridges_in(server.folder)
    assert len(killed) == 1
    os.kill(killed[0], signal.SIGKILL)
    while bridges_in(server.folder) in (killed, []):  # the extension starts another
        again.page.wait_for_timeout(200)
    expect(again.panel.get_by_role("alert")).to_have_count(0)
    again.press("Check: 1")
    expect(again.said(1)).to_contain_text("mymodel.keras")


def bridges_in(folder: Path) -> list[int]:
    """The processes of bridges that VS Code has started for `folder`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if b"guildmark.bridge" in words and bytes(folder) in words:
                found.append(int(entry.name))
    return found
