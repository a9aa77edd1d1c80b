"""The holder's page of a certificate: to keep, to show, to have sent, renamed or declined; nobody else finds it."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.badge_provider_config import BadgeProviderConfig, BadgeProviderSecrets
from guildmark_portal.credentials import life
from guildmark_portal.credentials.models import Certificate, Handover
from guildmark_portal.profiles.models import LegalName

from .html_reading import Page
from .visiting import read

FORMS = ("name/", "mail/", "decline/", "provider/")


def mine(certificate: Certificate, rest: str = "") -> str:
    return f"/certificates/{certificate.identifier}/mine/{rest}"


def links(page: Page, beginning: str) -> list[str]:
    found = [str(attributes.get("href")) for tag, attributes in page.tags if tag == "a"]
    return [address for address in found if address.startswith(beginning)]


def fields(page: Page) -> dict[str, str]:
    return {str(a.get("id")): str(a.get("value")) for tag, a in page.tags if tag == "input" and a.get("id")}


def chosen(page: Page) -> str:
    """What a form that opens a case is about."""
    (value,) = [str(a["value"]) for tag, a in page.tags if tag == "option" and "selected" in a]
    return value


@pytest.fixture
def provider(settings: Settings) -> None:
    settings.BADGE_PROVIDER = BadgeProviderConfig("webhook", "Example Badges", "https://badges.example.org/in")
    settings.BADGE_PROVIDER_SECRETS = BadgeProviderSecrets(webhook_secrets=(b"s" * 32,))


class TestWhoMay:
    def test_a_stranger_finds_nothing_and_can_do_nothing(self, other: Client, issued: Certificate) -> None:
        assert [other.get(mine(issued, rest)).status_code for rest in ("", "decline/")] == [404, 404]
        assert [other.post(mine(issued, form), {"name": "own"}).status_code for form in FORMS] == [404] * 4
        assert (issued.events.count(), Certificate.objects.count(), Handover.objects.count()) == (0, 1, 0)

    def test_a_visitor_signs_in_first(self, client: Client, issued: Certificate) -> None:
        assert client.get(mine(issued))["Location"] == f"/accounts/login/?next={mine(issued)}"

    def test_a_form_from_elsewhere_is_refused(self, candidate: User, issued: Certificate) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(candidate, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert [client.post(mine(issued, form)).status_code for form in FORMS] == [403] * 4

    def test_a_link_does_nothing(self, owner: Client, issued: Certificate) -> None:
        assert [owner.get(mine(issued, form)).status_code for form in FORMS] == [405, 405, 200, 405]
        assert issued.events.count() == 0


class TestPage:
    def test_x13_a_pass_leads_here(self, owner: Client, passed: str) -> None:
        page = read(owner.get(f"{passed}result/"))
        assert links(page, "/certificates/") == [mine(Certificate.objects.get())]
        for listing in ("/exam/", "/account/"):
            assert links(read(owner.get(listing)), "/certificates/G") == [mine(Certificate.objects.get())]

    def test_it_is_a_sound_page_with_every_file(self, owner: Client, issued: Certificate) -> None:
        page = read(owner.get(mine(issued)))
        assert (page.problems, page.labels_missing) == ([], [])
        path = f"/certificates/{issued.identifier}/"
        for name in ("certificate.pdf", "badge.png", "badge.svg", "credential.json", "credential.jwt", ""):
            assert path + name in links(page, path)

    def test_a_stranger_has_none_in_their_lists(self, other: Client, issued: Certificate) -> None:
        assert "My certificates" not in other.get("/exam/").content.decode()
        assert issued.identifier not in other.get("/account/").content.decode()


class TestShare:
    def test_c4_linkedin_is_given_every_field(self, owner: Client, issued: Certificate) -> None:
        page = read(owner.get(mine(issued)))
        (address,) = links(page, "https://www.linkedin.com/profile/add")
        asked = {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}
        assert asked == {
            "startTask": "CERTIFICATION_NAME",
            "name": "Machine Learning Practitioner",
            "organizationName": "Guildmark",
            "issueYear": str(issued.issued_on.year),
            "issueMonth": str(issued.issued_on.month),
            "expirationYear": str(issued.expires_on.year),
            "expirationMonth": str(issued.expires_on.month),
            "certUrl": str(issued.document["url"]),
            "certId": issued.identifier,
        }
        shown = fields(page)
        assert [shown[f"linkedin-{name}"] for name in ("id", "url", "issued")] == [
            issued.identifier,
            issued.document["url"],
            f"{issued.issued_on:%Y-%m}",
        ]

    def test_c4_other_sites_are_plain_links_and_a_badge_to_paste(self, owner: Client, issued: Certificate) -> None:
        page = read(owner.get(mine(issued)))
        for beginning in (
            "https://www.linkedin.com/sharing/share-offsite/?url=",
            "https://x.com/intent/post?text=",
            "https://share.joinmastodon.org/#text=",
            "mailto:?subject=Machine%20Learning%20Practitioner&body=",
        ):
            assert len(links(page, beginning)) == 1
        loaded = [a.get("src") or "" for tag, a in page.tags if tag in {"img", "script"}]
        assert [address for address in loaded if not str(address).startswith("/")] == []
        badge = f"{issued.document['url']}badge.png"
        alt = "Machine Learning Practitioner, certified by Guildmark"
        html, markdown = page.text_of["badge-html"], page.text_of["badge-markdown"]
        assert html == f'<a href="{issued.document["url"]}"><img src="{badge}" alt="{alt}" width="240"></a>'
        assert markdown == f"[![{alt}]({badge})]({issued.document['url']})"

    def test_every_button_that_copies_says_what(self, owner: Client, issued: Certificate) -> None:
        page = read(owner.get(mine(issued)))
        buttons = [attributes for tag, attributes in page.tags if tag == "button" and "data-copy" in attributes]
        named = [" ".join(page.text_of[part] for part in str(button["aria-labelledby"]).split()) for button in buttons]
        assert {"Copy Its address", "Copy Issue date", "Copy Credential ID", "Copy As HTML", "Copy As Markdown"} <= set(named)
        assert len(set(named)) == len(buttons) == 9

    def test_one_that_does_not_hold_is_not_offered_to_be_shown(self, owner: Client, staff: User, issued: Certificate) -> None:
        life.suspend(certificate=issued, reason="We ask the proctor", actor=staff, now=clock.now())
        page = read(owner.get(mine(issued)))
        assert links(page, "https://") == []
        assert "We ask the proctor" in page.text

    def test_of_a_revoked_one_nothing_is_left_but_the_reason(self, owner: Client, staff: User, issued: Certificate) -> None:
        life.revoke(certificate=issued, reason="Somebody else sat the exam", actor=staff, now=clock.now())
        page = read(owner.get(mine(issued)))
        assert ("Somebody else sat the exam" in page.text, {"files", "share", "decline"} & set(page.ids)) == (True, set())
        said = read(owner.post(mine(issued, "mail/"), follow=True)).text
        assert "was revoked, declined or replaced before" in said


class TestMail:
    def test_c3_it_is_sent_again_on_request_some_times_a_day(
        self, owner: Client, issued: Certificate, work: Callable[[], None]
    ) -> None:
        work()
        mail.outbox.clear()
        said = [read(owner.post(mine(issued, "mail/"), follow=True)).text for _time in range(4)]
        assert ["on its way to candidate@example.org" in text for text in said] == [True, True, True, False]
        assert "sent several times today" in said[3]
        work()
        letters = [letter for letter in mail.outbox if issued.identifier in letter.body]
        assert [len(letter.attachments) for letter in letters] == [3, 3, 3]


class TestHelp:
    def test_x12_the_letter_of_a_suspension_leads_to_the_form_with_the_certificate_chosen(
        self, owner: Client, other: Client, staff: User, issued: Certificate, work: Callable[[], None]
    ) -> None:
        life.suspend(certificate=issued, reason="A question is open.", actor=staff, now=clock.now())
        work()
        (letter,) = [letter for letter in mail.outbox if "A question is open." in letter.body]
        (address,) = re.findall(r"/help/new/\S+", letter.body)
        assert address == f"/help/new/?certificate={issued.identifier}"
        assert chosen(read(owner.get(address))) == f"attempt:{issued.attempt_id}"
        assert issued.identifier in read(owner.get(address)).text
        assert chosen(read(other.get(address))) == ""
        assert issued.identifier not in read(other.get(address)).text

    def test_c3_so_does_its_own_page(self, owner: Client, issued: Certificate) -> None:
        assert links(read(owner.get(mine(issued))), "/help/new/") == [f"/help/new/?certificate={issued.identifier}"]


class TestName:
    @pytest.fixture
    def in_hangul(self, candidate: User) -> None:
        LegalName.objects.create(user=candidate, name="김아다", latin_name="Kim Ada", recorded_at=clock.now())

    @pytest.mark.usefixtures("issued", "in_hangul")
    def test_another_form_comes_in_its_place(self, owner: Client, client: Client, issued: Certificate) -> None:
        page = read(owner.get(mine(issued)))
        assert {name for name in page.ids if name.startswith("name-")} == {"name-own", "name-latin", "name-both"}
        response = owner.post(mine(issued, "name/"), {"name": "both"})
        fresh = issued.replacement
        assert response["Location"] == mine(fresh)
        assert fresh.holder == "김아다 (Kim Ada)"
        assert client.get(f"/certificates/{issued.identifier}/").status_code == 410
        former = read(owner.get(mine(issued)))
        assert mine(fresh) in links(former, "/certificates/")

    @pytest.mark.usefixtures("issued", "in_hangul")
    def test_a_name_that_was_not_offered_is_refused(self, owner: Client, issued: Certificate) -> None:
        page = read(owner.post(mine(issued, "name/"), {"name": "Napoleon"}, follow=True))
        assert "The certificate cannot carry this name." in page.text
        assert Certificate.objects.count() == 1

    def test_nothing_is_asked_where_there_is_one_form(self, owner: Client, issued: Certificate) -> None:
        assert "The name on it" not in read(owner.get(mine(issued))).text


class TestDecline:
    def test_c3_the_holder_declines_after_reading_what_it_means(
        self, owner: Client, client: Client, issued: Certificate
    ) -> None:
        page = read(owner.get(mine(issued, "decline/")))
        assert (page.problems, "This cannot be undone." in page.text) == ([], True)
        said = read(owner.post(mine(issued, "decline/"), follow=True))
        assert "You declined the certificate." in said.text
        assert client.get(f"/certificates/{issued.identifier}/").status_code == 410
        assert owner.get(mine(issued, "decline/"))["Location"] == mine(issued)

    @pytest.mark.usefixtures("provider")
    def test_c3_what_a_provider_got_is_taken_back_with_it(self, owner: Client, issued: Certificate) -> None:
        owner.post(mine(issued, "provider/"))
        owner.post(mine(issued, "decline/"))
        assert Handover.objects.get().is_withdrawn


class TestProvider:
    @pytest.mark.usefixtures("provider")
    def test_c3_name_and_address_leave_with_consent_alone(self, owner: Client, issued: Certificate) -> None:
        page = read(owner.get(mine(issued)))
        assert "Example Badges gets your name (Ada Candidate), your email address (candidate@example.org)" in page.text
        assert Handover.objects.count() == 0
        owner.post(mine(issued, "provider/"))
        assert Handover.objects.get().certificate == issued
        assert "You agreed" in read(owner.get(mine(issued))).text
        owner.post(mine(issued, "provider/"), {"withdraw": "yes"})
        assert Handover.objects.get().is_withdrawn

    def test_c3_without_a_provider_nothing_is_asked(self, owner: Client, issued: Certificate) -> None:
        assert "provider" not in read(owner.get(mine(issued))).ids
        page = read(owner.post(mine(issued, "provider/"), follow=True))
        assert "No badge provider takes this certificate." in page.text
