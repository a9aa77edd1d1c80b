from pathlib import Path

from guildmark.rules.reasons import REASONS
from guildmark.rules.reference import page

REASONS_PAGE = Path(__file__).parents[3] / "docs" / "reasons.md"


def test_the_page_of_reasons_is_up_to_date():
    assert REASONS_PAGE.read_text(encoding="utf-8") == page(), "Run: python -m guildmark.rules.reference > docs/reasons.md"


def test_every_reason_has_a_row_with_its_verdict():
    rows = [line.split(" | ")[:2] for line in page().splitlines() if line.startswith("| `")]
    assert sorted(rows) == sorted([f"| `{reason.code}`", reason.verdict.value] for reason in REASONS.values())
