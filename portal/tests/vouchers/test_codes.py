"""Codes of vouchers as people type them, and as the database keeps them (rule G7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark_portal.accounts import sealing
from guildmark_portal.vouchers.codes import ALPHABET, LENGTH, digest_of, new_code, normalised
from guildmark_portal.vouchers.models import Voucher

pytestmark = pytest.mark.money

EN_DASH = " \N{EN DASH} "
codes = st.builds(new_code)


def test_g7_a_code_is_three_groups_of_six_without_letters_that_look_like_digits() -> None:
    code = new_code()
    assert ([len(group) for group in code.split("-")], set(code) <= set(ALPHABET) | {"-"}) == ([6, 6, 6], True)
    assert set("ILOU") & set(ALPHABET) == set()


@given(codes)
def test_g7_case_dashes_spaces_and_looks_do_not_matter(code: str) -> None:
    sloppy = f"  {code.lower().replace('-', EN_DASH).replace('0', 'o').replace('1', 'l')} "
    address = f"https://exam.example.org/register/voucher/{code.lower()}/?x=1"
    assert [normalised(typed) for typed in (code, code.replace("-", ""), sloppy, address)] == [code] * 4


@given(codes, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_g7_a_single_wrong_character_is_noticed(code: str, place: int, other: str) -> None:
    plain = code.replace("-", "")
    typed = plain[:place] + other + plain[place + 1 :]
    assert normalised(typed) == (code if typed == plain else None)


@given(codes, st.integers(0, LENGTH - 2))
def test_g7_neighbours_that_are_swapped_are_noticed(code: str, place: int) -> None:
    plain = code.replace("-", "")
    typed = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    assert normalised(typed) == (code if typed == plain else None)


@given(st.text(max_size=300))
def test_whatever_is_typed_is_read_or_not_and_never_a_fault(typed: str) -> None:
    found = normalised(typed)
    assert found is None or normalised(found) == found


def test_g7_codes_are_drawn_from_eighty_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr("secrets.randbits", lambda bits: asked.append(bits) or 2**bits - 1)
    assert (normalised(new_code()) is not None, asked) == (True, [80])


def test_g7_the_database_holds_no_code(made, settings) -> None:
    from portal.tests.vouchers.conftest import code

    batch = made()
    plain, row = code(batch), Voucher.objects.values().get()
    assert [plain in str(row), plain.replace("-", "") in str(row), row["digest"] == digest_of(plain)] == [False, False, True]
    assert sealing.unseal(row["sealed"]) == plain
    settings.MASTER_SECRET = b"x" * 32
    assert digest_of(plain) != row["digest"]
