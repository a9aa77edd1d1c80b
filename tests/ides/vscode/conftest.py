"""A portal with a small exam, for VS Code: the one of the tests of whole exams."""

from tests.e2e.conftest import new_portal, quick_bank, quick_pack

__all__ = ["new_portal", "quick_bank", "quick_pack"]
