"""One whole exam in headless Chromium: sign up, start, drag a model in, the score appears, finish, certificate."""

import base64
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from demo.portal import Portal
from playwright.sync_api import Browser, Page, expect

GRADED_WITHIN_MS = 90_000
SOON_MS = 30_000

expect.set_options(timeout=SOON_MS)

DROP = """([target, name, content]) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name));
    document.querySelector(target).dispatchEvent(new DragEvent("drop", {dataTransfer: transfer, bubbles: true}));
}"""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a browser of its own; what its console complains of fails the test."""
    faults: list[str] = []
    opened = chromium.new_page()
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    opened.close()
    assert faults == []


def sign_up(page: Page, portal: Portal, email: str, name: str) -> None:
    """Make an account, from the portal's first page to where the mailed code was taken."""
    page.goto(portal.url)
    page.get_by_role("link", name="Create an account to begin").click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create the account").click()
    page.get_by_label("Code").fill(portal.sign_in_code(email))
    page.get_by_role("button", name="Continue").click()


def solved_models(page: Page, portal: Portal, attempt: str, quick_pack: Path, folder: Path) -> list[Path]:
    """What a candidate does outside of the browser: download the workspace, train, and have five model files."""
    archive = folder / "workspace.zip"
    archive.write_bytes(page.request.get(f"{portal.url}/exam/{attempt}/workspace.zip").body())
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    for number in range(1, 6):
        solution = quick_pack / f"category{number}" / f"line-{number}" / "reference" / "solution.py"
        env = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
        subprocess.run([sys.executable, solution], check=True, env=env, cwd=folder / f"Category{number}", capture_output=True)
    return [folder / f"Category{number}" / "mymodel.keras" for number in range(1, 6)]


def drop(page: Page, number: int, model: Path) -> None:
    """Drag a model file onto the category that is open, and let go."""
    content = base64.b64encode(model.read_bytes()).decode()
    page.evaluate(DROP, [f"#category{number} [data-drop]", model.name, content])


def finish(page: Page) -> None:
    """End the exam on its page, before its time. The result is shown then."""
    page.get_by_role("link", name="Finish the exam").click()
    page.get_by_role("button", name="Finish the exam for good").click()
    page.wait_for_url("**/result/")


@pytest.mark.timeout(400)
def test_x7_a_whole_exam_is_sat_in_the_browser(portal: Portal, page: Page, quick_pack: Path, tmp_path: Path) -> None:
    sign_up(page, portal, "grace@example.org", "Grace Hopper")
    page.get_by_role("button", name="Register for the exam").click()
    page.get_by_label("I understand that the clock starts now").check()
    page.get_by_role("button", name="Start the exam").click()
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"59:\d\d"))
    attempt = re.search(r"/exam/([0-9a-f-]{36})/", page.url)
    assert attempt is not None
    models = solved_models(page, portal, attempt[1], quick_pack, tmp_path)

    page.evaluate("window.neverReloaded = true")
    expect(page.locator("#category1 .drop.ready")).to_be_visible()
    drop(page, 1, models[0])
    expect(page.locator("#best-category1 .score-number")).to_have_text("5/5", timeout=GRADED_WITHIN_MS)
    for number, model in enumerate(models[1:], start=2):
        page.locator(f"#tab-category{number}").click()
        page.locator(f"#file-category{number}").set_input_files(model)
        expect(page.locator(f"#best-category{number} .score-number")).to_have_text("5/5", timeout=GRADED_WITHIN_MS)
    assert page.evaluate("window.neverReloaded") is True

    finish(page)
    expect(page.get_by_role("heading", name="Passed")).to_be_visible()
    page.get_by_role("link", name="See your certificate").click()
    page.get_by_role("link", name="See it as others do").click()
    expect(page.locator(".certificate")).to_contain_text("Grace Hopper")
    expect(page.locator(".certificate")).to_contain_text("DEMONSTRATION")
