"""What a program asks for stands before its attempts, whichever way somebody comes; never in the middle of one."""

import pytest

from guildmark_portal import clock
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams import services
from guildmark_portal.exams.models import Attempt, Program
from guildmark_portal.exams.refusals import PlaceRefused, RegistrationIncomplete
from guildmark_portal.profiles import queries
from guildmark_portal.profiles import services as profiles
from guildmark_portal.profiles.embargoes import in_force
from guildmark_portal.profiles.entered import Address, Whereabouts

STEPS = ("profile", "eligibility", "terms", "identity", "handbook")


def ask(*steps: str) -> None:
    asked = {step: step in steps for step in STEPS}
    level = "reviewed" if asked["identity"] else "none"
    Program.objects.update(policy_document={"registration": asked, "identity_check": level})


def accept_all(user) -> None:
    for version in queries.terms_to_accept(user, now=clock.now()):
        profiles.accept_terms(user=user, version=version, language="en")


@pytest.fixture
def program(sit, stranger, stopped_clock) -> str:
    """A program that is open; somebody else sits it already."""
    return sit(stranger).program


@pytest.mark.parametrize("step", STEPS)
def test_g1_no_attempt_is_opened_while_a_step_that_is_asked_is_open(candidate, program: str, step: str) -> None:
    ask(step)
    with pytest.raises(RegistrationIncomplete, match="not complete") as refused:
        services.open_attempt(user=candidate, program=program, now=clock.now())
    assert f"/register/?program={program}" in refused.value.next_step
    assert not Attempt.objects.filter(user=candidate).exists()


def test_g1_an_attempt_is_opened_once_the_steps_are_taken(candidate, program: str) -> None:
    ask("terms")
    accept_all(candidate)
    assert services.open_attempt(user=candidate, program=program, now=clock.now()).user == candidate


def test_g1_every_open_step_is_named(candidate, program: str) -> None:
    ask("terms", "profile")
    with pytest.raises(RegistrationIncomplete, match="name and address, the terms"):
        services.open_attempt(user=candidate, program=program, now=clock.now())


def test_g3_where_one_sits_is_asked_with_the_page_and_the_way_back(candidate, sit, stopped_clock) -> None:
    sitting = sit(candidate).prepare()
    profiles.record_residence(user=candidate, address=Address(in_force(), "KR", locality="Seoul", street="1"))
    ask("eligibility")
    with pytest.raises(PlaceRefused) as refused:
        sitting.begin()
    assert refused.value.next_step.endswith(f"/exam/{sitting.id}/place/, then run guildmark start again.")


def test_g1_new_terms_stand_before_the_clock_and_never_in_mid_attempt(candidate, sit, stopped_clock) -> None:
    sitting = sit(candidate).prepare()
    ask("terms")
    with pytest.raises(RegistrationIncomplete, match="the terms"):
        sitting.begin()
    accept_all(candidate)
    sitting.begin()
    stopped_clock.advance(60)
    profiles.publish_terms(kind="terms", version="2", texts={"en": "New"}, actor="tests")
    assert queries.terms_to_accept(candidate, now=clock.now()) != []
    sitting.begin()
    sitting.submit("category1", b"model")


def test_g1_a_new_handbook_holds_up_nobody_who_has_registered(candidate, sit, stopped_clock) -> None:
    sitting = sit(candidate).prepare()
    ask("handbook")
    assert sitting.begin().attempt.started_at == stopped_clock.at


def test_g5_who_moves_to_an_embargoed_place_after_registering_cannot_begin(candidate, sit, stopped_clock) -> None:
    sitting = sit(candidate).prepare()
    ask("eligibility")
    profiles.record_residence(user=candidate, address=Address(in_force(), "KP"))
    with pytest.raises(RegistrationIncomplete, match="a residence where the exam may be sat"):
        sitting.begin()


def test_g1_the_page_and_the_api_refuse_alike(candidate, program: str, browser) -> None:
    ask("terms")
    client = browser(candidate)
    assert client.post("/exam/", {"program": program})["Location"] == f"/register/?program={program}"
    answer = client.post("/api/v1/attempts", {"program": program}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "registration_incomplete")


def reside(user) -> None:
    profiles.record_residence(user=user, address=Address(in_force(), "KR", locality="Seoul", street="1"))


def declare(sitting, country: str, region: str = "") -> None:
    profiles.declare_sitting(user=sitting.user, attempt=sitting.id, whereabouts=Whereabouts(in_force(), country, region))


def test_g5_the_clock_starts_only_once_the_place_of_sitting_is_declared(candidate, sit, stopped_clock) -> None:
    sitting = sit(candidate).prepare()
    ask("eligibility")
    reside(candidate)
    with pytest.raises(PlaceRefused, match="not said yet where you sit") as refused:
        sitting.begin()
    assert f"/exam/{sitting.id}/place/" in refused.value.next_step
    declare(sitting, "KR")
    assert sitting.begin().attempt.started_at == stopped_clock.at


@pytest.mark.parametrize(
    ("country", "region", "place"),
    [("CU", "", "Cuba"), ("KP", "", "North Korea"), ("UA", "Crimea", "Crimea"), ("RU", "Крым", "Crimea")],
)
def test_g5_nobody_begins_at_a_place_under_embargo_wherever_they_live(
    candidate, sit, stopped_clock, country: str, region: str, place: str
) -> None:
    sitting = sit(candidate).prepare()
    ask("eligibility")
    reside(candidate)
    declare(sitting, country, region)
    with pytest.raises(PlaceRefused, match=f"in {place}, which is under embargo"):
        sitting.begin()
    assert sitting.attempt.started_at is None
    declare(sitting, "UA", "Kherson Oblast")
    assert sitting.begin().attempt.started_at == stopped_clock.at


def test_g5_a_declaration_counts_for_its_own_attempt_and_candidate(candidate, stranger, sit, stopped_clock) -> None:
    sitting, theirs = sit(candidate).prepare(), sit(stranger)
    ask("eligibility")
    reside(candidate)
    declare(theirs, "KR")
    profiles.declare_sitting(user=stranger, attempt=sitting.id, whereabouts=Whereabouts(in_force(), "KR"))
    with pytest.raises(PlaceRefused):
        sitting.begin()


def test_g5_the_page_asks_for_the_place_and_then_lets_the_exam_start(candidate, stranger, sit, browser, stopped_clock) -> None:
    sitting = sit(candidate)
    ask("eligibility")
    reside(candidate)
    client, page = browser(candidate), f"/exam/{sitting.id}/place/"
    begin = f"/exam/{sitting.id}/begin/"
    assert client.post(begin, {"understood": "yes"})["Location"] == page
    assert client.post(page, {"country": "UA"}).status_code == 200  # the region is missing
    assert (
        "Crimea, which is under embargo"
        in client.post(page, {"country": "UA", "region": "UA-43"}, follow=True).content.decode()
    )
    assert client.post(page, {"country": "KR"})["Location"] == f"/exam/{sitting.id}/"
    client.post(begin, {"understood": "yes"})
    assert sitting.attempt.started_at == stopped_clock.at
    assert client.get(page)["Location"] == f"/exam/{sitting.id}/"
    assert browser(stranger).get(page).status_code == 404


@pytest.mark.parametrize(
    ("sent", "asked", "flagged"),
    [
        ({"Proxy-Country": "CU"}, ("eligibility",), [["Cuba"]]),
        ({"Proxy-Country": "UA", "Proxy-Region": "43"}, ("eligibility",), [["Crimea"]]),
        ({"Proxy-Country": "UA", "Proxy-Region": "30"}, ("eligibility",), []),
        ({"Proxy-Country": "KR"}, ("eligibility",), []),
        ({}, ("eligibility",), []),
        ({"Proxy-Country": "CU"}, (), []),
    ],
)
def test_g5_a_connection_from_an_embargoed_place_is_flagged_and_refuses_nothing(
    candidate, sit, browser, settings, stopped_clock, sent: dict[str, str], asked: tuple[str, ...], flagged: list[list[str]]
) -> None:
    settings.COUNTRY_HEADER, settings.REGION_HEADER = "Proxy-Country", "Proxy-Region"
    sitting = sit(candidate)
    ask(*asked)
    reside(candidate)
    declare(sitting, "KR")
    browser(candidate).post(f"/exam/{sitting.id}/begin/", {"understood": "yes"}, headers=sent)
    assert sitting.attempt.started_at == stopped_clock.at
    noted = Entry.objects.filter(action="attempt.connection_flagged", subject=f"attempt:{sitting.id}")
    assert [entry.detail["places"] for entry in noted] == flagged


def test_g5_a_terminal_is_flagged_alike_and_without_a_proxy_no_header_is_believed(
    candidate, sit, browser, settings, stopped_clock
) -> None:
    sitting = sit(candidate).prepare()
    ask("eligibility")
    reside(candidate)
    begin, client = f"/api/v1/attempts/{sitting.id}/begin", browser(candidate)
    sent = {"Guildmark-Protocol": "1", "Proxy-Country": "CU"}
    refused = client.post(begin, "{}", content_type="application/json", headers=sent)
    assert (refused.status_code, refused.json()["code"]) == (409, "place_refused")
    assert not Entry.objects.filter(action="attempt.connection_flagged").exists()
    settings.COUNTRY_HEADER = "Proxy-Country"
    declare(sitting, "KR")
    assert client.post(begin, "{}", content_type="application/json", headers=sent).status_code == 200
    assert Entry.objects.get(action="attempt.connection_flagged").detail == {"places": ["Cuba"]}
