from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.counting import Counts, Entry, counting

FIRST = datetime(2030, 1, 15, 12, 0, tzinfo=timezone.utc)
scores = st.lists(st.none() | st.integers(0, 5), max_size=6)
policies = st.sampled_from(Counts)


def entries(*found):
    return [Entry(f"s{number}", FIRST + timedelta(seconds=number), score) for number, score in enumerate(found)]


def chosen(found, **how):
    one = counting(entries(*found), **how)
    return None if one is None else one.id


@pytest.mark.parametrize(
    ("found", "best", "last"),
    [
        ((), None, None),
        ((None,), None, None),
        ((2, 4, 4, 1), "s1", "s3"),
        ((2, 4, None), "s1", "s1"),
        ((0,), "s0", "s0"),
        ((None, 0, None), "s1", "s1"),
    ],
)
def test_x1_the_best_counts_or_the_last_that_has_a_score(found, best, last):
    assert chosen(found) == best
    assert chosen(found, policy=Counts.LAST) == last


@pytest.mark.parametrize("policy", Counts)
def test_x1_a_pin_counts_whatever_the_policy(policy):
    assert chosen((2, 4, 1, 3), policy=policy, pinned="s2") == "s2"


@pytest.mark.parametrize("pinned", ["s1", "another"])
def test_x1_a_pin_without_a_score_holds_nothing(pinned):
    assert chosen((3, None, 2), pinned=pinned) == "s0"
    assert chosen((3, None, 2), policy=Counts.LAST, pinned=pinned) == "s2"


def test_x1_of_two_in_one_instant_the_smaller_id_is_the_earlier():
    twins = [Entry("b", FIRST, 3), Entry("a", FIRST, 3)]
    assert [counting(twins).id, counting(twins, policy=Counts.LAST).id] == ["a", "b"]


@given(scores, st.none() | st.integers(0, 5))
def test_x1_under_best_one_more_submission_never_lowers_the_score(found, another):
    earlier, later = counting(entries(*found)), counting(entries(*found, another))
    assert earlier is None or later.score >= earlier.score


@given(scores, policies)
def test_x4_a_file_without_a_score_changes_nothing(found, policy):
    assert chosen(found, policy=policy) == chosen((*found, None), policy=policy)
