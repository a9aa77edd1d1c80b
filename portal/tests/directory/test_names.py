"""Names are found by who does not know how they are written exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark_portal.directory.models import LONGEST_KEY
from guildmark_portal.directory.names import keys, prefixes

pytestmark = pytest.mark.certificates


def finds(typed: str, name: str) -> bool:
    words = prefixes(typed)
    return bool(words) and all(any(key.startswith(word) for key in keys(name)) for word in words)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("ada", "Ada Lovelace"),
        ("LOVE", "Ada Lovelace"),
        ("love ada", "Ada Lovelace"),
        ("zoe", "Zoë O\u2019Brien"),
        ("obrien", "Zoë O'Brien"),
        ("o'brien", "Zoë OBrien"),
        ("brien", "Zoë O'Brien"),
        ("pierre", "Jean-Pierre Łuk"),
        ("jeanpierre luk", "Jean-Pierre Łuk"),
        ("jean-pierre", "Jean Pierre"),
        ("strasse", "Straße"),
        ("istanbul", "İstanbul I\u015f\u0131k"),
        ("isik", "İstanbul I\u015f\u0131k"),
        ("민준", "김민준"),
        ("김민준", "김 민준"),
        ("김", "김민준"),
        ("明", "王小明"),
        ("\uff57\uff41ng", "Wang Xiaoming"),
        ("احمد", "أَحْمَد"),
        ("иван", "ИВАН Петров"),
        ("สมชาย", "นายสมชาย"),
    ],
)
def test_c5_a_name_is_found_in_any_script_whatever_its_case_and_accents(typed: str, name: str) -> None:
    assert finds(typed, name)


@pytest.mark.parametrize(
    ("typed", "name"), [("lace", "Ada Lovelace"), ("ada byron", "Ada Lovelace"), ("---", "Ada"), ("김정", "김민준")]
)
def test_c5_what_is_not_there_is_not_found(typed: str, name: str) -> None:
    assert not finds(typed, name)


@given(st.text(max_size=400))
def test_every_name_has_few_short_keys(name: str) -> None:
    found = keys(name)
    assert len(found) <= 128
    assert all(0 < len(key) <= LONGEST_KEY for key in found)
