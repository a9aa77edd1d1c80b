"""The steps before an exam: in order, each of them optional for a program, none of them asked in mid-attempt."""

from itertools import combinations

import pytest

from guildmark.rules.registration import RegistrationPolicy, Step, steps_missing, together

ALL = tuple(Step)


def test_g1_everything_is_asked_unless_a_program_says_otherwise() -> None:
    assert steps_missing(RegistrationPolicy(), done=frozenset()) == ALL
    assert [step.value for step in ALL] == ["profile", "eligibility", "terms", "identity", "handbook"]


@pytest.mark.parametrize("step", ALL)
def test_g1_each_step_can_be_switched_off_by_itself(step: Step) -> None:
    policy = RegistrationPolicy(**{step.value: False})
    assert steps_missing(policy, done=frozenset()) == tuple(other for other in ALL if other is not step)


def test_g1_a_program_may_ask_for_nothing() -> None:
    nothing = RegistrationPolicy(profile=False, eligibility=False, terms=False, identity=False, handbook=False)
    assert (nothing.steps, steps_missing(nothing, done=frozenset())) == ((), ())


@pytest.mark.parametrize("done", [frozenset(chosen) for count in range(6) for chosen in combinations(ALL, count)], ids=len)
def test_g1_what_is_done_is_not_asked_again(done: frozenset[Step]) -> None:
    assert steps_missing(RegistrationPolicy(), done=done) == tuple(step for step in ALL if step not in done)


def test_g1_nothing_is_asked_of_who_is_sitting() -> None:
    assert steps_missing(RegistrationPolicy(), done=frozenset(), sitting=True) == ()


def test_g1_what_several_programs_ask_for_is_asked_once() -> None:
    nothing = {step.value: False for step in ALL}
    first, second = (RegistrationPolicy(**{**nothing, name: True}) for name in ("terms", "profile"))
    assert together([first, second]).steps == (Step.PROFILE, Step.TERMS)
    assert together([]).steps == ()
