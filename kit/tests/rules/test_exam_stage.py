"""The stages of an exam version: every step that there is, and none beside them (rule P2)."""

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.exam_stage import Audience, Stage, audience, may_step, steps_from, way_to_live, way_to_pilot

DRAFT, PROVEN, PILOT, LIVE, RETIRED = Stage
TABLE = {
    # from      draft  proven pilot  live   retired
    DRAFT: (False, True, False, False, True),
    PROVEN: (False, False, True, True, True),
    PILOT: (False, True, False, True, True),
    LIVE: (False, False, False, False, True),
    RETIRED: (False, False, False, False, False),
}


@pytest.mark.parametrize("was_live", [False, True])
@pytest.mark.parametrize(("stage", "to"), list(product(Stage, Stage)), ids=lambda stage: stage.value)
def test_p2_these_steps_there_are_and_no_other(stage: Stage, to: Stage, *, was_live: bool) -> None:
    comes_back = was_live and (stage, to) == (RETIRED, LIVE)
    assert may_step(stage, to, was_live=was_live) is (TABLE[stage][list(Stage).index(to)] or comes_back)


def test_p2_everybody_sits_what_is_live_and_only_the_invited_a_pilot() -> None:
    assert {stage: audience(stage) for stage in Stage} == {
        DRAFT: Audience.NOBODY,
        PROVEN: Audience.NOBODY,
        PILOT: Audience.INVITED,
        LIVE: Audience.EVERYBODY,
        RETIRED: Audience.NOBODY,
    }


@pytest.mark.parametrize("stage", list(Stage))
def test_p2_publishing_at_once_takes_only_steps_that_there_are(stage: Stage) -> None:
    for way, end in ((way_to_live(stage), LIVE), (way_to_pilot(stage), PILOT)):
        assert all(may_step(before, after) for before, after in pairwise((stage, *way)))
        assert not way or way[-1] is end
    assert (way_to_live(RETIRED), way_to_live(LIVE), way_to_pilot(LIVE)) == ((), (), ())


@given(st.lists(st.sampled_from(list(Stage)), max_size=12))
def test_p2_whatever_is_tried_nothing_is_live_that_was_never_proven_and_no_draft_comes_back(tried: list[Stage]) -> None:
    been = [DRAFT]
    for to in tried:
        if may_step(been[-1], to, was_live=LIVE in been):
            been.append(to)
    assert LIVE not in been or PROVEN in been[: been.index(LIVE)]
    assert DRAFT not in been[1:]
    assert PILOT not in been or PROVEN in been[: been.index(PILOT)]
    after = steps_from(been[-1], was_live=LIVE in been)
    assert been[-1] is not RETIRED or after == ((LIVE,) if LIVE in been else ())
