"""What the tests of every IDE share: the small exam and its portal, and the browser, those of the tests of whole exams."""

from tests.e2e.conftest import chromium, new_portal, quick_bank, quick_pack

__all__ = ["chromium", "new_portal", "quick_bank", "quick_pack"]
