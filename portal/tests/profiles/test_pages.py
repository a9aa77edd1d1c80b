"""The pages of registration, profile and terms: one thing each, and everybody sees only what is theirs."""

import html

import pytest
from django.test import Client

from guildmark.protocol import ExamKind
from guildmark_portal import clock
from guildmark_portal.exams.models import Program
from guildmark_portal.profiles import queries, services
from guildmark_portal.profiles.entered import FullName
from guildmark_portal.profiles.models import Acceptance, LegalName, PersonStatement, Residence, TermsKind

PRIVATE = (
    "/register/", "/register/name/", "/register/country/", "/register/address/?country=KR", "/register/person/",
    "/register/place/", "/register/terms/", "/profile/",
)  # fmt: skip
ADDRESS = {"street": "1 Example-ro", "locality": "Seoul", "region": "", "postal_code": "04001"}


def shown(client: Client, page: str) -> str:
    answer = client.get(page)
    assert answer.status_code == 200, answer
    return html.unescape(answer.content.decode())


def make_program(**registration: bool) -> Program:
    off = dict.fromkeys(("profile", "eligibility", "terms", "identity", "handbook"), False)
    policy = {"registration": {**off, **registration}, "identity_check": "reviewed" if registration.get("identity") else "none"}
    return Program.objects.create(
        slug="bootcamp", title="Bootcamp", kind=ExamKind.LIVE.value, policy_document=policy, created_at=clock.now()
    )


@pytest.mark.parametrize("page", PRIVATE)
def test_a_visitor_signs_in_first(client: Client, db: None, page: str) -> None:
    answer = client.get(page)
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/accounts/login/")


def test_g1_somebody_is_led_from_step_to_step(own: Client, candidate) -> None:
    assert '1. <a href="/register/name/">Your legal name</a>' in shown(own, "/register/")
    assert own.post("/register/name/", {"name": "김민준", "latin_name": "Kim Minjun"})["Location"] == "/register/country/"
    assert own.post("/register/country/", {"country": "KR"})["Location"] == "/register/address/?country=KR"
    assert own.post("/register/address/?country=KR", ADDRESS)["Location"] == "/register/person/"
    assert own.post("/register/person/", {"stated": "on"})["Location"] == "/register/terms/"
    assert (
        own.post("/register/terms/", {"terms": "terms-1", "language": "en", "accepted": "on"})["Location"] == "/register/terms/"
    )
    assert [version.slug for version in queries.terms_to_accept(candidate, now=clock.now())] == []
    assert shown(own, "/register/").count("done") == 4


def test_g1_a_program_that_asks_for_nothing_says_so(own: Client) -> None:
    program = make_program()
    assert "This exam asks nothing of you beforehand but its fee." in shown(own, "/register/")
    program.policy_document = {**program.policy_document, "fee": "0"}
    program.save()
    assert "This exam asks nothing of you beforehand. You can register for it at once." in shown(own, "/register/")


def test_g1_only_what_the_program_asks_for_is_listed(own: Client) -> None:
    make_program(terms=True)
    page = shown(own, "/register/")
    assert ("/register/terms/" in page, "/register/name/" in page, "Bootcamp" in page) == (True, False, True)


def test_g1_eligibility_alone_asks_for_the_residence_alone(own: Client) -> None:
    make_program(eligibility=True)
    page = shown(own, "/register/")
    assert ("/register/country/" in page, "/register/name/" in page, "/register/person/" in page) == (True, False, False)


def test_g1_the_program_that_somebody_names_is_kept_on_the_way(own: Client) -> None:
    make_program(terms=True)
    Program.objects.create(slug="another", title="Another", kind=ExamKind.DEMO.value, created_at=clock.now())
    assert "Another" in shown(own, "/register/?program=another")
    assert "Another" in shown(own, "/register/")
    assert "Bootcamp" in shown(own, "/register/?program=bootcamp")


@pytest.mark.parametrize(
    ("entered", "said"),
    [
        ({"name": "김민준"}, "Enter your name in Latin letters too"),
        ({"name": "김민준", "latin_name": "민준"}, "Use Latin letters only here"),
        ({"name": "Acme Ltd"}, "Only people can be certified"),
        ({"name": ""}, "This field is required."),
    ],
)
def test_g3_p6_a_name_that_cannot_be_taken_is_refused_beside_its_field(own: Client, entered: dict[str, str], said: str) -> None:
    answer = own.post("/register/name/", entered)
    assert (answer.status_code, LegalName.objects.count()) == (200, 0)
    assert said in html.unescape(answer.content.decode())


def test_p6_the_statement_is_kept_in_the_words_that_were_read(own: Client) -> None:
    assert own.post("/register/person/", {}).status_code == 200
    assert PersonStatement.objects.count() == 0
    own.post("/register/person/", {"stated": "on"})
    assert PersonStatement.objects.get().wording in shown(own, "/register/person/")


def test_g5_a_resident_of_an_embargoed_country_is_told_at_once_and_asked_no_address(own: Client, candidate) -> None:
    assert own.post("/register/country/", {"country": "CU"})["Location"] == "/register/place/"
    page = shown(own, "/register/place/")
    assert "Cuba is under embargo" in page
    assert "Your nationality plays no part in this" in page
    assert Residence.objects.get().street == ""
    assert "not possible there" in shown(own, "/register/")


def test_g5_crimea_is_refused_and_the_rest_of_its_country_is_not(own: Client) -> None:
    here = {**ADDRESS, "locality": "X"}
    assert "Choose a region" in shown(own, "/register/address/?country=UA")
    assert own.post("/register/address/?country=UA", here).status_code == 200  # the region is missing
    assert own.post("/register/address/?country=UA", {**here, "region": "UA-43"})["Location"] == "/register/place/"
    assert own.post("/register/address/?country=UA", {**here, "region": "UA-65"})["Location"] != "/register/place/"
    assert own.post("/register/address/?country=RU", {**here, "region": "Крым"})["Location"] == "/register/place/"


def test_g5_who_may_sit_has_no_page_that_refuses_them(own: Client) -> None:
    assert own.get("/register/place/")["Location"] == "/register/"


def test_an_address_needs_a_country_from_the_list(own: Client) -> None:
    assert own.get("/register/address/?country=XX")["Location"] == "/register/country/"
    assert own.post("/register/country/", {"country": "XX"}).status_code == 200


def test_g1_terms_that_changed_while_somebody_read_are_shown_and_not_agreed_to(own: Client, candidate, stopped_clock) -> None:
    assert "terms-1" in shown(own, "/register/terms/")
    stopped_clock.advance(60)
    services.publish_terms(kind=TermsKind.TERMS, version="2", texts={"en": "# Ours\n\nNew words."}, actor="tests")
    answer = own.post("/register/terms/", {"terms": "terms-1", "language": "en", "accepted": "on"}, follow=True)
    page = answer.content.decode()
    assert ("A new version came into force while you were reading." in page, "New words." in page) == (True, True)
    assert Acceptance.objects.count() == 0


@pytest.mark.parametrize("entered", [{}, {"accepted": ""}, {"accepted": "on", "language": "xx"}])
def test_g1_terms_are_agreed_to_by_a_tick_in_a_language_that_they_have(own: Client, entered: dict[str, str]) -> None:
    own.post("/register/terms/", {"terms": "terms-1", "language": "en", **entered})
    assert Acceptance.objects.count() == 0


def test_terms_are_public_and_old_versions_stay(client: Client, db: None, stopped_clock) -> None:
    stopped_clock.advance(60)
    services.publish_terms(kind=TermsKind.TERMS, version="2", texts={"en": "# T\n\n<script>x</script> New"}, actor="tests")
    assert "terms-1" in shown(client, "/terms/")
    assert "A newer version has taken the place of this one." in shown(client, "/terms/terms-1/")
    new = client.get("/terms/terms-2/").content.decode()
    assert ("&lt;script&gt;" in new, "A newer version" in new) == (True, False)
    assert [client.get(f"/terms/{slug}/").status_code for slug in ("terms-3", "other-1", "terms")] == [404, 404, 404]


def test_a_profile_shows_what_holds_and_what_was(own: Client, candidate, seoul) -> None:
    services.record_name(user=candidate, full_name=FullName("Ada Byron"))
    services.record_name(user=candidate, full_name=FullName("Ada Lovelace"))
    services.record_residence(user=candidate, address=seoul)
    page = shown(own, "/profile/")
    assert page.index("Ada Lovelace") < page.index("Earlier names") < page.index("Ada Byron")
    assert "South Korea" in page


def test_a_change_from_the_profile_leads_back_to_it(own: Client) -> None:
    assert own.post("/register/name/?from=profile", {"name": "Ada Lovelace"})["Location"] == "/profile/"
    chosen = own.post("/register/country/?from=profile", {"country": "KR"})["Location"]
    assert own.post(chosen, ADDRESS)["Location"] == "/profile/"


def test_a_stranger_sees_nothing_of_a_candidate(own: Client, other: Client, candidate, seoul) -> None:
    services.record_name(user=candidate, full_name=FullName("Ada Lovelace"))
    services.record_residence(user=candidate, address=seoul)
    for page in PRIVATE:
        answer = other.get(page, follow=True).content.decode()
        assert [word for word in ("Lovelace", "Example-ro") if word in answer] == []


@pytest.mark.parametrize("page", ["/register/name/", "/register/country/", "/register/person/", "/register/terms/"])
def test_a_form_from_elsewhere_is_refused(candidate, page: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(candidate, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(page, {"name": "Eve", "accepted": "on", "stated": "on"}).status_code == 403
