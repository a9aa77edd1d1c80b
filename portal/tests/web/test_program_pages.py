"""The public pages: what the program is, what it costs, what it covers, and whom to ask."""

import re
from html import unescape

import pytest
from django.test import Client
from pytest_django import Settings

from guildmark.packs.skills import AREAS, SKILLS, TITLES
from guildmark_portal import clock
from guildmark_portal.exams import services as exams
from guildmark_portal.mail import envelopes
from guildmark_portal.profiles.models import TermsKind
from guildmark_portal.profiles.services import publish_terms
from guildmark_portal.web.courses import PARTS

from .html_reading import Page

PAGES = ("/handbook/", "/skills/", "/courses/", "/stipend/", "/network/", "/non-discrimination/", "/privacy/", "/contact/")


def settle(*assignments: str) -> None:
    exams.amend_policy(slug="practitioner-demo", assignments=assignments, actor="tests", now=clock.now())


def page(client: Client, address: str) -> Page:
    response = client.get(address)
    assert response.status_code == 200
    return Page(response.content.decode())


def said(client: Client, address: str) -> str:
    return " ".join(page(client, address).text.split())


def fact(client: Client, name: str) -> str:
    """What the start page's list of facts says of `name`."""
    (found,) = re.findall(rf"<dt>{name}</dt><dd>(.*?)</dd>", client.get("/").content.decode())
    return unescape(found)


def links(read: Page) -> set[str]:
    return {str(attributes.get("href")) for tag, attributes in read.tags if tag == "a"}


@pytest.mark.usefixtures("for_money", "program")
class TestEveryPage:
    @pytest.mark.parametrize("address", PAGES)
    def test_p11_it_is_well_formed_and_reached_from_the_foot_of_every_page(self, client: Client, address: str) -> None:
        read = page(client, address)
        assert (read.problems, read.labels_missing) == ([], [])
        assert [tag for tag, _attributes in read.tags].count("h1") == 1
        assert set(PAGES) <= links(read)

    @pytest.mark.parametrize("address", PAGES)
    def test_every_link_on_it_leads_somewhere(self, client: Client, address: str) -> None:
        own = {link.partition("#")[0] for link in links(page(client, address)) if link.startswith("/")}
        assert [link for link in own if client.get(link).status_code not in {200, 302}] == []

    @pytest.mark.parametrize("address", PAGES)
    def test_it_takes_nothing(self, client: Client, address: str) -> None:
        assert client.post(address).status_code == 405


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.usefixtures("db")
def test_a_portal_without_a_program_has_every_page_too(client: Client, address: str) -> None:
    assert page(client, address).problems == []


@pytest.mark.usefixtures("for_money", "program")
class TestTheProgram:
    def test_p11_the_start_page_leads_to_levels_courses_stipend_network_handbook_and_exam(self, client: Client) -> None:
        read = page(client, "/")
        assert {*PAGES, "/handbook/practitioner-demo/", "/handbook/practitioner-demo.pdf"} <= links(read)
        assert "/accounts/signup/?next=/exam/" in links(read)
        assert fact(client, "Level") == "Practitioner"

    def test_p2_the_start_page_says_what_it_costs_as_it_is_settled(self, client: Client) -> None:
        assert fact(client, "Fee") == "free"
        settle("fee=100", "entitlement_months=6")
        assert fact(client, "Fee") == "100 USD an attempt, to be begun within 6 months"
        settle("fee=79.50", "currency=EUR", "entitlement_months=1")
        assert fact(client, "Fee") == "79.50 EUR an attempt, to be begun within 1 month"

    def test_the_start_page_says_how_identity_is_checked(self, client: Client) -> None:
        assert fact(client, "Identity") == "not checked"
        settle("identity_check=reviewed", "registration.identity=on")
        assert fact(client, "Identity") == "checked by the issuer's reviewers"

    def test_p6_anybody_can_take_an_exam(self, client: Client) -> None:
        assert "Any natural person can take an exam." in said(client, "/")


@pytest.mark.usefixtures("program")
def test_g6_a_demo_and_a_mock_cost_nothing_whatever_fee_is_settled(client: Client) -> None:
    settle("fee=40", "entitlement_months=6")
    assert fact(client, "Fee") == "free"
    assert "This program is free: no stipend is needed." in said(client, "/stipend/")
    handbook = said(client, "/handbook/practitioner-demo/")
    assert ("An attempt at this program is free." in handbook, "40 USD" in handbook) == (True, False)


@pytest.mark.usefixtures("for_money", "program")
class TestPreparing:
    def test_l2_the_checklist_names_every_skill_with_its_title(self, client: Client) -> None:
        read = page(client, "/skills/")
        assert set(read.ids) >= SKILLS
        assert [title for title in (*AREAS.values(), *TITLES.values()) if title not in read.text] == []
        assert f"any of these {len(SKILLS)} skills" in read.text

    def test_p2a_the_checklist_says_which_categories_ask_for_an_area(self, client: Client) -> None:
        assert "Asked for in: Machine Learning Practitioner: every category." in said(client, "/skills/")

    def test_l1_the_path_has_four_parts_of_four_weeks_with_known_skills(self, client: Client) -> None:
        text = said(client, "/courses/")
        assert [len(part.weeks) for part in PARTS] == [4, 4, 4, 4]
        assert [re.sub(r"\s+", " ", f"Part {n}: {part.title}") in text for n, part in enumerate(PARTS, start=1)] == [True] * 4
        assert {skill for part in PARTS for week in part.weeks for skill in week.skills} == SKILLS

    def test_l1_prerequisites_and_further_reading_are_named(self, client: Client) -> None:
        text = said(client, "/courses/")
        assert ("What to know before" in text, "Further reading" in text) == (True, True)
        assert "https://www.tensorflow.org/" in links(page(client, "/courses/"))

    def test_l4_nobody_has_to_follow_it(self, client: Client) -> None:
        assert "Nobody has to follow them" in said(client, "/courses/")

    def test_l5_practice_starts_from_a_blank_file_with_own_data_and_compares(self, client: Client) -> None:
        text = said(client, "/courses/")
        assert [word in text for word in ("blank file", "data of your own", "two architectures")] == [True] * 3


@pytest.mark.usefixtures("for_money", "program")
class TestWhoIsAsked:
    def test_g7_the_stipend_states_what_is_settled(self, client: Client) -> None:
        assert "This program is free" in said(client, "/stipend/")
        settle("fee=100", "stipend_use_days=90")
        text = said(client, "/stipend/")
        for stated in ("An attempt costs 100 USD.", "You may apply once a year.", "must be used within 90 days"):
            assert stated in text
        settle("stipend_use_days=none")
        assert "There is no stipend for this program." in said(client, "/stipend/")

    def test_p7_the_statement_names_everything_that_plays_no_part(self, client: Client) -> None:
        text = said(client, "/non-discrimination/")
        assert "Age, race, religion, gender, nationality, military status and disability play no part in any decision" in text
        assert "stays inside encrypted evidence, which is destroyed" in text

    def test_p10_the_contact_is_the_one_that_is_settled(self, client: Client) -> None:
        assert "No address is named here yet" in said(client, "/contact/")
        settle("support_contact=help@example.org", "languages=en,ko")
        read = page(client, "/contact/")
        assert "mailto:help@example.org" in links(read)
        assert "English, 한국어" in read.text
        settle("support_contact=https://help.example.org/ask")
        assert "https://help.example.org/ask" in links(page(client, "/contact/"))

    def test_p10_incidents_and_appeals_get_an_answer(self, client: Client) -> None:
        text = said(client, "/contact/")
        assert ("An incident during the exam" in text, "An appeal" in text, "gets an answer" in text) == (True, True, True)

    def test_x16_the_privacy_notice_says_for_how_long_addresses_of_letters_are_kept(self, client: Client) -> None:
        text = said(client, "/privacy/")
        row = text[text.index("Addresses to which letters went") :]
        assert f"{envelopes.KEPT_FOR.days} days; what did not arrive, until you delete the account" in row

    def test_x16_the_privacy_notice_says_until_when_evidence_is_kept(self, client: Client, settings: Settings) -> None:
        settings.IDENTITY_RETENTION_DAYS = 17
        assert "17 days after the decision" in said(client, "/privacy/")

    def test_a_notice_that_the_organisation_published_takes_the_place_of_ours(self, client: Client) -> None:
        publish_terms(kind=TermsKind.PRIVACY, version="7", texts={"en": "# Ours\n\nWe keep less.\n"}, actor="tests")
        assert client.get("/privacy/")["Location"] == "/terms/privacy-7/"
        assert "We keep less." in said(client, "/terms/privacy-7/")
