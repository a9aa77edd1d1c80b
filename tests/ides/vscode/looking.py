"""VS Code as somebody sees it in Chromium: our panel in its side bar, and its status bar."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, FrameLocator, Locator, Page
from tests.ides.vscode.code_server import CodeServer

SOON_MS = 30_000
GRADED_MS = 90_000
PICTURES = os.environ.get("GUILDMARK_PICTURES")
WIDE = {"width": 1200, "height": 760}


@dataclass(frozen=True)
class Code:
    """VS Code in a browser, and our panel in its side bar."""

    page: Page

    @property
    def panel(self) -> FrameLocator:
        return self.page.frame_locator('iframe.webview[src*="guildmark.guildmark"]').frame_locator("#active-frame")

    @property
    def status_bar(self) -> Locator:
        return self.page.locator(".statusbar")

    def category(self, number: int) -> Locator:
        return self.panel.locator(f"[data-category=category{number}]")

    def press(self, name: str) -> None:
        self.panel.get_by_role("button", name=re.compile(f"^{re.escape(name)}")).click()

    def said(self, number: int) -> Locator:
        return self.category(number).locator(".gm-said")

    def picture(self, name: str) -> None:
        """Keep what is on the screen, where somebody wants to look at it."""
        if PICTURES:
            self.page.wait_for_timeout(700)
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png")


def opened(browser: Browser, server: CodeServer) -> Code:
    """VS Code, with our panel open."""
    page = browser.new_context(viewport=WIDE, color_scheme=os.environ.get("GUILDMARK_COLOURS", "dark")).new_page()
    page.set_default_timeout(SOON_MS)
    page.goto(server.url, timeout=60_000)
    page.locator('.activitybar .action-item:has([aria-label^="Guildmark"])').click(timeout=60_000)
    return Code(page)
