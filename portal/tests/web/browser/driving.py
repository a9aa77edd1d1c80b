"""The portal that `guildmark-portal serve` runs, and what a candidate does with it in a browser.

Only the grading service is a stand-in, at its command and socket: grading is tested where it lives.
"""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PORTAL = [sys.executable, "-c", "from guildmark_portal.cli import main; main()"]
CODE = re.compile(r"\b[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\b")
SOON_MS = 30_000
MIB = 1024 * 1024

expect.set_options(timeout=SOON_MS)


def until(condition: Callable[[], str | None], timeout_s: float = 60) -> str:
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {timeout_s} s in vain")


class Served:
    """The portal in a process of its own, on a free port, with what it prints."""

    def __init__(self, data: Path, env: dict[str, str]) -> None:
        self.lines: list[str] = []
        self._read_before = 0
        self.newcomers = 0
        command = [*PORTAL, "serve", "--data", str(data), "--port", "0"]
        self._errors = data.parent / "stderr.log"
        with self._errors.open("wb") as errors:
            self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=errors, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = until(self._address)

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            self.lines.extend(iter(lines.readline, ""))

    def _address(self) -> str | None:
        assert self.process.poll() is None, self._errors.read_text()
        return next((line.split()[-1] for line in self.lines if "http://" in line and "ready" in line), None)

    def code(self) -> str:
        """The code in the newest letter."""
        return until(lambda: next(iter(reversed(CODE.findall("".join(self.lines[self._read_before :])))), None))

    def new_letters_only(self) -> None:
        """Forget the letters so far."""
        self._read_before = len(self.lines)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        finally:
            self.process.kill()
            self.process.wait()
            self._reader.join(5)


def sign_up(page: Page, served: Served) -> None:
    """Make an account for one more newcomer."""
    served.newcomers += 1
    served.new_letters_only()
    page.goto(served.url)
    page.get_by_role("link", name="Create an account to begin").click()
    page.get_by_label("Email").fill(f"ada{served.newcomers}@example.org")
    page.get_by_label("Name").fill("Ada Lovelace")
    page.get_by_role("button", name="Create the account").click()
    page.get_by_label("Code").fill(served.code())
    page.get_by_role("button", name="Continue").click()


def start(page: Page) -> None:
    page.get_by_role("button", name="Register for the exam").click()
    page.get_by_label("I understand that the clock starts now").check()
    page.get_by_role("button", name="Start the exam").click()
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"4:59:\d\d"))
    expect(page.get_by_role("tablist")).to_be_visible()  # made by the script that keeps the page true


def drop(page: Page, category: int, name: str, content: str, *, padding: int = 0) -> None:
    """Drag a file of `content` and `padding` zero bytes onto the category's drop zone, once it listens."""
    page.locator(f"#category{category} .drop.ready").wait_for(state="attached")
    transfer = page.evaluate_handle(
        """([name, content, padding]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([content, new Uint8Array(padding)], name));
            return transfer;
        }""",
        [name, content, padding],
    )
    page.locator(f"#category{category} [data-drop]").dispatch_event("drop", {"dataTransfer": transfer})


def best_of(page: Page, category: int) -> Locator:
    return page.locator(f"#best-category{category} .score-number")
