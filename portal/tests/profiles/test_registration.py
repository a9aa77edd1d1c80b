"""Which steps are still open, from the facts that are there."""

import pytest

from guildmark.rules.registration import RegistrationPolicy, Step
from guildmark_portal.profiles import queries, registration, services
from guildmark_portal.profiles.embargoes import in_force
from guildmark_portal.profiles.entered import Address, FullName

OWN = RegistrationPolicy(identity=False, handbook=False)


@pytest.fixture
def open_steps(candidate, stopped_clock):
    def steps(policy: RegistrationPolicy = OWN, *, sitting: bool = False) -> list[str]:
        found = registration.steps_missing(user=candidate, policy=policy, now=stopped_clock.at, sitting=sitting)
        return [step.value for step in found]

    return steps


def accept_all(user, now) -> None:
    for version in queries.terms_to_accept(user, now=now):
        services.accept_terms(user=user, version=version, language="en")


def test_g1_everything_is_open_in_the_beginning(open_steps) -> None:
    assert open_steps(RegistrationPolicy()) == ["profile", "eligibility", "terms", "identity", "handbook"]


def test_g1_a_profile_needs_name_residence_and_statement(candidate, seoul, open_steps) -> None:
    services.record_name(user=candidate, full_name=FullName("Ada Lovelace"))
    assert open_steps() == ["profile", "eligibility", "terms"]
    services.record_residence(user=candidate, address=seoul)
    assert open_steps() == ["profile", "terms"]
    services.state_natural_person(user=candidate, wording="I am a person.")
    assert open_steps() == ["terms"]


def test_g1_terms_are_asked_again_when_they_change_but_never_in_mid_attempt(candidate, stopped_clock, open_steps) -> None:
    only_terms = RegistrationPolicy(profile=False, eligibility=False, identity=False, handbook=False)
    assert open_steps(only_terms) == ["terms"]
    accept_all(candidate, stopped_clock.at)
    assert open_steps(only_terms) == []
    stopped_clock.advance(1)
    services.publish_terms(kind="terms", version="2", texts={"en": "New"}, actor="tests")
    assert open_steps(only_terms, sitting=True) == []
    assert open_steps(only_terms) == ["terms"]


def test_g5_a_residence_under_embargo_keeps_its_step_open(candidate, seoul, open_steps) -> None:
    only_eligibility = RegistrationPolicy(profile=False, terms=False, identity=False, handbook=False)
    services.record_residence(user=candidate, address=Address(in_force(), "CU"))
    assert open_steps(only_eligibility) == ["eligibility"]
    services.record_residence(user=candidate, address=seoul)
    assert open_steps(only_eligibility) == []


@pytest.mark.parametrize("step", list(Step))
def test_g1_a_program_can_leave_each_step_out(step: Step, open_steps) -> None:
    asked = RegistrationPolicy(**{step.value: False})
    assert open_steps(asked) == [other.value for other in Step if other is not step]


def test_g1_a_step_that_nobody_answers_for_stays_open(open_steps, monkeypatch) -> None:
    monkeypatch.delitem(registration._answers, Step.IDENTITY)
    assert "identity" in open_steps(RegistrationPolicy())
    registration.register(Step.IDENTITY, lambda _user, _program: True)
    assert "identity" not in open_steps(RegistrationPolicy())
