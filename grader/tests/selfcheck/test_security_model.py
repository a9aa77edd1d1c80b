"""docs/security-model.md stays true: its table is the catalogue's, and every test that it names exists."""

import re
from pathlib import Path

from guildmark_grader.selfcheck.catalogue import ATTACKS, Holder

REPOSITORY = Path(__file__).resolve().parents[3]
PAGE = (REPOSITORY / "docs" / "security-model.md").read_text(encoding="utf-8")


def test_its_table_of_layers_is_the_catalogue_of_attacks():
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if "●" in line]
    table = {title: [holder for holder, dot in zip(Holder, dots, strict=True) if dot] for title, *dots in cells}
    assert table == {attack.title: list(attack.holders) for attack in ATTACKS}


def test_every_test_that_it_names_exists():
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    tests = "".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "grader" / "tests").rglob("test_*.py"))
    assert sorted(name for name in named if f"def {name}(" not in tests) == []
    assert len(named) > 20
