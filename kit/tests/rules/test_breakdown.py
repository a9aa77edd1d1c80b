from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.breakdown import Asked, Shown, by_area, by_skill, to_practise

FIRST = Asked(5, 10, ("B1", "B2"))
SECOND = Asked(2, 30, ("B2", "C6", "C5"))
THIRD = Asked(4, 60, ("B2", "E1", "B1"))

CATEGORIES = st.lists(
    st.builds(
        Asked,
        score=st.integers(0, 5),
        weight=st.integers(1, 100),
        skills=st.lists(st.sampled_from(["A1", "B1", "B2", "C5", "C6", "E1"]), unique=True).map(tuple),
    ),
    max_size=5,
)


def test_x12_a_skill_is_shown_by_the_points_of_every_category_that_asks_for_it() -> None:
    assert by_skill([FIRST, SECOND, THIRD]) == {
        "B1": Shown(Fraction(10 + 48), 70),
        "B2": Shown(Fraction(10 + 12 + 48), 100),
        "C6": Shown(Fraction(12), 30),
        "C5": Shown(Fraction(12), 30),
        "E1": Shown(Fraction(48), 60),
    }


def test_x12_an_area_counts_a_category_once() -> None:
    assert by_area([FIRST, SECOND]) == {"B": Shown(Fraction(22), 40), "C": Shown(Fraction(12), 30)}


def test_x12_shares_are_exact() -> None:
    assert by_skill([Asked(1, 1, ("A1",)), Asked(0, 2, ("A1",))])["A1"].share == Fraction(1, 15)


def test_x12_what_is_missing_most_is_to_be_practised_first() -> None:
    # 18 points are missing in the second, 12 in the third; B2 was shown in others, so the second's own skills come first
    assert to_practise([FIRST, SECOND, THIRD]) == ("C6", "C5", "B2", "E1", "B1")


def test_x12_a_small_category_that_failed_misses_less_than_a_large_one_that_nearly_passed() -> None:
    assert to_practise([Asked(0, 10, ("A1",)), Asked(3, 30, ("E1",))]) == ("E1", "A1")


def test_x12_of_categories_that_miss_the_same_the_first_comes_first() -> None:
    assert to_practise([Asked(0, 10, ("B1",)), Asked(4, 50, ("C1",))]) == ("B1", "C1")


def test_x12_after_full_scores_there_is_nothing_to_practise() -> None:
    assert to_practise([FIRST, Asked(5, 90, ("E1",))]) == ()


def test_categories_without_skills_say_nothing() -> None:
    assert (by_skill([Asked(0, 100, ())]), by_area([]), to_practise([Asked(0, 100, ())])) == ({}, {}, ())


@given(CATEGORIES)
def test_x12_each_skill_that_was_not_fully_shown_is_to_be_practised_once(categories: list[Asked]) -> None:
    wanted, shown = to_practise(categories), by_skill(categories)
    assert sorted(wanted) == sorted(skill for skill, found in shown.items() if found.share < 1)


@given(CATEGORIES)
def test_x12_shares_lie_between_nothing_and_all(categories: list[Asked]) -> None:
    for found in (by_skill(categories), by_area(categories)):
        assert all(0 <= one.share <= 1 for one in found.values())
