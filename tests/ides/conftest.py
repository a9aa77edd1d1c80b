"""What the tests of every IDE share: the small exam and its portal, those of the tests of whole exams, and a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.e2e.conftest import new_portal, quick_bank, quick_pack
from tests.e2e.test_browser_exam import CHROMIUM, QUIET

__all__ = ["new_portal", "quick_bank", "quick_pack"]


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """Headless Chromium, for one test: a second Playwright does not start beside the first."""
    if not CHROMIUM.exists():
        pytest.fail("This test needs a browser. Install Debian's package: apt-get install chromium", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()
