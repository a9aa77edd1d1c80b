"""Where somebody's registration stands while others are at it: nobody is sent to a step at which there is nothing to do."""

import pytest
from django.test import Client
from portal.tests.conftest import person_with

from guildmark.rules.identity import Verdict
from guildmark.rules.identity_session import Told
from guildmark_portal import clock
from guildmark_portal.exams.models import Program
from guildmark_portal.identity.backlog import checks_waiting
from guildmark_portal.identity.models import Check, Decision, Round
from guildmark_portal.identity.provider_models import ProviderMessage, ProviderSession
from guildmark_portal.identity.queries import queue
from guildmark_portal.profiles import queries, services

from .visiting import read


@pytest.fixture
def bootcamp(program: str) -> Program:
    """A program that asks for terms, papers and handbook."""
    found = Program.objects.get(slug=program)
    asked = {"profile": False, "eligibility": False, "terms": True, "identity": True, "handbook": True}
    found.policy_document = {"registration": asked, "identity_check": "reviewed"}
    found.save()
    return found


def open_check(user) -> Check:
    return Check.objects.create(user=user, opened_at=clock.now(), changed_at=clock.now())


def submit(check: Check, *, number: int = 1, needed: int = 1) -> Round:
    return Round.objects.create(of_check=check, number=number, submitted_at=clock.now(), reviewers_needed=needed)


def decide(submitted: Round, reviewer, verdict: Verdict) -> None:
    reasons = [] if verdict is Verdict.APPROVED else ["unreadable"]
    Decision.objects.create(round=submitted, reviewer=reviewer, verdict=verdict.value, reasons=reasons, decided_at=clock.now())


def accept_terms(user) -> None:
    for version in queries.terms_to_accept(user, now=clock.now()):
        services.accept_terms(user=user, version=version, language="en")


def goes_on_to(client: Client, bootcamp: Program) -> list[str]:
    page = read(client.get(f"/register/?program={bootcamp.slug}"))
    return [str(a["href"]) for tag, a in page.tags if tag == "a" and a.get("class") == "button"]


def test_g1_go_on_skips_the_papers_that_reviewers_are_at(owner: Client, candidate, bootcamp: Program) -> None:
    accept_terms(candidate)
    assert goes_on_to(owner, bootcamp) == ["/identity/"]
    submit(open_check(candidate))
    assert goes_on_to(owner, bootcamp) == [f"/handbook/{bootcamp.slug}/?next=/register/"]
    page = read(owner.get("/register/")).text
    assert ("with the reviewers" in page, "take the other steps meanwhile" in page) == (True, True)
    page = read(owner.get("/identity/"))
    assert ("take the other steps meanwhile" in page.text, "nothing to do" in page.text) == (True, False)
    assert [a["href"] for tag, a in page.tags if tag == "a" and a.get("class") == "button"] == ["/register/"]


def test_g1_with_everything_else_done_there_is_nothing_to_go_on_to(owner: Client, candidate, bootcamp: Program) -> None:
    bootcamp.policy_document["registration"]["handbook"] = False
    bootcamp.save()
    accept_terms(candidate)
    submit(open_check(candidate))
    assert goes_on_to(owner, bootcamp) == []
    assert "there is nothing to do until then" in read(owner.get("/register/")).text
    assert "There is nothing to do until then." in read(owner.get("/identity/")).text


def test_g1_papers_that_came_back_need_something(owner: Client, candidate, bootcamp: Program) -> None:
    accept_terms(candidate)
    decide(submit(open_check(candidate)), person_with("reviewer"), Verdict.REJECTED)
    assert goes_on_to(owner, bootcamp) == ["/identity/"]
    assert "needs something" in read(owner.get("/register/")).text
    assert "Your papers need something more." in read(owner.get("/exam/")).text


@pytest.mark.parametrize(
    ("told", "said"), [(Told.PROCESSING, "being checked"), (Told.REQUIRES_INPUT, "needs something"), (Told.CANCELED, "next")]
)
def test_g1_what_a_provider_told_is_said(owner: Client, candidate, bootcamp: Program, told: Told, said: str) -> None:
    accept_terms(candidate)
    session = ProviderSession.objects.create(
        of_check=open_check(candidate), provider="stripe", reference="vs_1", started_at=clock.now()
    )
    ProviderMessage.objects.create(
        session=session, event="evt_1", told=told.value, reasons=[], told_at=clock.now(), received_at=clock.now()
    )
    assert said in read(owner.get(f"/register/?program={bootcamp.slug}")).text


def test_my_exams_says_how_far_the_registration_is(owner: Client, candidate, bootcamp: Program) -> None:
    assert "You have not registered for an exam yet." in read(owner.get("/exam/")).text
    accept_terms(candidate)
    submit(open_check(candidate))
    page = read(owner.get("/exam/")).text
    assert "1 of 3 steps are done. Your papers are being checked; a letter tells you the outcome." in page
    assert "You have not registered for an exam yet." not in page


def test_reviewers_see_on_every_page_how_much_waits_and_nobody_else_does(
    owner: Client, candidate, stranger, staff, django_assert_num_queries
) -> None:
    rita, sam = person_with("reviewer"), person_with("reviewer", email="sam@example.org")
    submit(open_check(candidate), needed=2)
    decided, withdrawn = submit(open_check(stranger)), submit(open_check(staff))
    decide(decided, rita, Verdict.APPROVED)
    decide(withdrawn, rita, Verdict.REJECTED)
    client = Client()
    client.force_login(rita, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Papers to review (1)" in read(client.get("/exam/")).text
    assert "Papers to review" not in read(owner.get("/exam/")).text
    submit(withdrawn.of_check, number=2)
    decide(Round.objects.get(of_check__user=candidate), sam, Verdict.APPROVED)
    with django_assert_num_queries(1):
        assert checks_waiting() == 2
    assert checks_waiting() == len(queue(now=clock.now()))
