"""`/identity/` where the program takes a provider's word."""

import pytest
from django.test import Client
from portal.tests.identity.test_provider import begun, mine, stripe, tell
from portal.tests.web.conftest import bank, program

from guildmark.rules.credential import IdentityLevel
from guildmark_portal import clock
from guildmark_portal.exams import services as exams
from guildmark_portal.jobs.runner import Runner
from guildmark_portal.profiles import registration

__all__ = ["bank", "begun", "mine", "program", "stripe", "tell"]  # fixtures

BUTTON = "Check my identity with Stripe"


@pytest.fixture
def policy(program):
    def settle(level):
        exams.amend_policy(
            slug=program, assignments=[f"identity_check={level}", "registration.identity=on"], actor="tests", now=clock.now()
        )

    settle("provider")
    return settle


@pytest.fixture
def page(mine, policy):
    def read():
        return mine.get("/identity/").content.decode()

    return read


def test_g4_the_button_is_there_where_the_program_takes_a_providers_word(page, stripe, policy):
    assert BUTTON in page()
    assert "Or show your papers to our reviewers" in page()
    policy("reviewed")
    assert BUTTON not in page()


def test_g4_without_a_provider_papers_remain(page):
    assert BUTTON not in page()
    assert "What you need" in page()


def test_g4_the_page_says_what_the_provider_told(page, begun, stripe, tell, stopped_clock):
    assert BUTTON in page()
    stripe.moves("vs_1", "requires_input", error="selfie_face_mismatch")
    tell("requires_input")
    assert "do not seem to show the same person" in page()
    stopped_clock.advance(5)
    tell("processing")
    assert "Stripe is looking at your document." in page()
    assert BUTTON not in page()
    stripe.moves("vs_1", "verified")
    tell("verified")
    assert "Stripe is looking at your document." in page()
    Runner().run_due()
    assert "Stripe has checked your identity." in page()
    assert "What you need" not in page()


@pytest.mark.parametrize(
    ("told", "name", "sentence"),
    [
        ("canceled", ("", ""), "The check was cancelled."),
        ("verified", ("Eve", "Stranger"), "differs from the one in your profile"),
    ],
)
def test_g4_what_stood_against_it_comes_with_the_next_step(page, begun, stripe, tell, told, name, sentence):
    stripe.moves("vs_1", told, name=name)
    tell(told)
    Runner().run_due()
    assert sentence in page()
    assert BUTTON in page()


def test_g4_the_step_of_registration_takes_what_the_program_asks_for(begun, stripe, tell, policy, program, candidate):
    from guildmark_portal.exams.models import Program

    def is_open():
        asked = Program.objects.get(slug=program).policy.registration
        missing = registration.steps_missing(user=candidate, policy=asked, now=clock.now(), program=program)
        return "identity" in [step.value for step in missing]

    assert is_open()
    stripe.moves("vs_1", "verified")
    tell("verified")
    Runner().run_due()
    assert not is_open()
    policy(IdentityLevel.REVIEWED.value)
    assert is_open()


def test_g4_nobody_is_sent_to_a_provider_by_a_form_of_another_site(candidate, stripe):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(candidate, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert strict.post("/identity/provider/").status_code == 403
    assert stripe.asked == []
