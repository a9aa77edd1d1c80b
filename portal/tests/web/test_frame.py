"""What the frame of every page says of the portal: who runs it, and whom to write to."""

import json

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from guildmark.protocol import ExamKind
from guildmark_portal import clock
from guildmark_portal.exams.models import ExamVersion, Program
from guildmark_portal.jobs.runner import Runner
from guildmark_portal.mail import services as letters

from .visiting import read

pytestmark = pytest.mark.django_db


def links(client: Client, page: str) -> list[str]:
    return [str(attributes.get("href")) for tag, attributes in read(client.get(page)).tags if tag == "a"]


def test_the_organisation_that_runs_the_portal_stands_in_bar_and_foot(client: Client, settings: Settings) -> None:
    assert "runs this portal." not in read(client.get("/")).text
    settings.ORGANISATION = "Example Institute"
    page = read(client.get("/")).text
    assert page.count("Example Institute") == 2
    assert "Example Institute runs this portal." in page


@pytest.mark.parametrize(
    ("organisation", "signed"),
    [("Guildmark", ""), ("Example Institute", "\n-- \nExample Institute\nhttps://exam.example.org\n")],
)
def test_letters_are_signed_by_the_organisation_where_it_is_named(settings: Settings, organisation: str, signed: str) -> None:
    settings.ORGANISATION, settings.PORTAL_URL = organisation, "https://exam.example.org"
    letters.send(to="ada@example.org", subject="Hello", body="One line.\n")
    Runner().run_due()
    assert mail.outbox[-1].body == f"One line.\n{signed}"


def test_the_portals_contact_answers_for_programs_that_name_none(client: Client, program: str, settings: Settings) -> None:
    assert "No address is named here yet." in read(client.get("/contact/")).text
    settings.SUPPORT_CONTACT = "help@example.org"
    assert "mailto:help@example.org" in links(client, "/contact/")
    Program.objects.filter(slug=program).update(policy_document={"support_contact": "https://own.example.org/help"})
    found = links(client, "/contact/")
    assert ("https://own.example.org/help" in found, "mailto:help@example.org" in found) == (True, False)


def test_with_no_exam_open_the_contact_of_the_portal_is_named(client: Client, settings: Settings) -> None:
    settings.SUPPORT_CONTACT = "help@example.org"
    assert "mailto:help@example.org" in links(client, "/contact/")


@pytest.mark.parametrize(
    ("portal", "of_program", "link"),
    [
        ("help@example.org", "", "mailto:help@example.org"),
        ("https://example.org/help", "", "https://example.org/help"),
        ("", "own@example.org", "mailto:own@example.org"),
        ("", "", "/contact/"),
    ],
)
def test_who_may_not_sit_reads_the_address_to_write_to(
    owner: Client, settings: Settings, portal: str, of_program: str, link: str
) -> None:
    settings.SUPPORT_CONTACT = portal
    Program.objects.create(
        slug="exam",
        title="Exam",
        kind=ExamKind.LIVE.value,
        policy_document={"support_contact": of_program},
        created_at=clock.now(),
    )
    owner.post("/register/country/", {"country": "CU"})
    page = links(owner, "/register/place/")
    footer = ["/contact/"]
    assert [found for found in page if found == link] == [link, *(footer if link == "/contact/" else [])]


def test_the_goodbye_names_the_address_to_write_to(settings: Settings, candidate) -> None:
    settings.SUPPORT_CONTACT = "help@example.org"
    letters.send(to=candidate.email, template="account/email/goodbye")
    Runner().run_due()
    assert "If it was not you, write to help@example.org." in mail.outbox[-1].body


@pytest.mark.parametrize(("fee", "is_shown"), [("100", True), ("0", False)])
def test_g7_a_stipend_is_applied_for_where_there_is_a_fee(
    client: Client, for_money: None, program: str, fee: str, *, is_shown: bool
) -> None:
    found = Program.objects.get(slug=program)
    found.policy_document = {"fee": fee, "stipend_use_days": 90}
    found.save()
    assert ("How to apply" in read(client.get("/stipend/")).text) is is_shown


def test_the_terms_lead_to_handbook_and_privacy_notice(client: Client) -> None:
    for page in ("/terms/", "/terms/terms-1/"):
        assert [links(client, page).count(address) for address in ("/handbook/", "/privacy/")] == [2, 2]  # text and foot


def test_where_somebody_lives_is_said_in_words() -> None:
    from django.template import Context, Template

    from guildmark_portal.profiles.models import Residence

    kyiv = Residence(country="UA", region="UA-30", locality="Kyiv", postal_code="01001", street="1 Main Street")
    line = Template("{% load places %}{{ at|address_line }} / {{ 'GB'|country_name }}").render(Context({"at": kyiv}))
    assert line == "1 Main Street, 01001 Kyiv, Kyiv (city), Ukraine / United Kingdom"


def test_one_category_in_one_hour_is_said_in_the_singular(owner: Client, program: str) -> None:
    version = ExamVersion.objects.get(program__slug=program)
    manifest = json.loads(version.manifest)
    manifest["forms"] = manifest["forms"][:1]
    manifest["exam"] |= {"categories": [{**manifest["exam"]["categories"][0], "weight": 100}], "duration_minutes": 60}
    ExamVersion.objects.filter(pk=version.pk).update(manifest=json.dumps(manifest))
    assert "1 category in 1 hour." in read(owner.get("/exam/")).text
    attempt = owner.post("/exam/", {"program": program})["Location"]
    assert "The command brings the folder of the category to your disk" in read(owner.get(attempt)).text
