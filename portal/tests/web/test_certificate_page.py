"""Certificates: anybody can read and check one, and a mistyped identifier is told."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from django.test import Client
from portal.tests.directory.holding import Certifying, listed

from guildmark.protocol import ExamKind
from guildmark.signing import is_signed_by
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials import life, queries
from guildmark_portal.credentials.badge import shown_skills
from guildmark_portal.credentials.identifiers import new_identifier
from guildmark_portal.credentials.models import Certificate, CertificateEvent
from guildmark_portal.exams import keyring

from .conftest import known_by_another_name
from .holding import issue
from .html_reading import Page
from .visiting import read


@pytest.fixture
def certificate(candidate: User, program: str) -> str:
    """The path of one that was made with a public exam."""
    return f"/certificates/{issue(candidate, program, kind=ExamKind.DEMO).identifier}/"


def tags_of(page: Page, name: str) -> list[dict[str, str | None]]:
    return [attributes for tag, attributes in page.tags if tag == name]


class TestCertificate:
    def test_anybody_can_open_it_and_is_told_that_it_is_a_demonstration(self, client: Client, certificate: str) -> None:
        page = read(client.get(certificate))
        for said in (
            "Ada Candidate",
            "Machine Learning Practitioner",
            "100 of 100 points",
            "DEMONSTRATION",
            "certifies nothing",
        ):
            assert said in page.text

    def test_its_document_is_what_was_signed(self, client: Client, certificate: str) -> None:
        document = client.get(certificate.rstrip("/") + ".json").json()
        keys = {key["key_id"]: key["public_key"] for key in client.get("/api/v1/keys").json()}
        assert is_signed_by(document, keys[document["key_id"]])

    def test_an_altered_one_is_called_altered(self, client: Client, certificate: str) -> None:
        row = Certificate.objects.get()
        row.document = {**row.document, "holder": "Eve Stranger"}
        Certificate.objects.filter(pk=row.pk).update(document=row.document)
        assert "Do not rely on this certificate" in read(client.get(certificate)).text

    def test_one_signed_with_a_foreign_key_is_called_altered(self, client: Client, certificate: str) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        from guildmark.signing import sign

        forged = sign(Certificate.objects.get().document, Ed25519PrivateKey.generate())
        Certificate.objects.update(document=forged)
        assert "Do not rely on this certificate" in read(client.get(certificate)).text

    def test_c6_an_expired_one_is_called_expired(self, client: Client, certificate: str) -> None:
        with clock.stopped_at(datetime(2099, 1, 1, tzinfo=UTC)):
            assert "genuine, but its last day has passed" in read(client.get(certificate)).text

    def test_its_page_says_how_to_check_it_without_this_site(
        self, client: Client, certificate: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = read(client.get(certificate))
        assert "pip install" not in page.text
        code = page.text[page.text.index("import json") :].partition("# raises unless genuine")[0]
        response = client.get(certificate.rstrip("/") + ".json")
        (key,) = [k["public_key"] for k in client.get("/api/v1/keys").json() if k["key_id"] == response.json()["key_id"]]
        kept = tmp_path / f"{response.json()['identifier']}.json"
        monkeypatch.chdir(tmp_path)
        kept.write_bytes(response.content)
        shown = compile(code.replace("PUBLIC_KEY", key), "page", "exec")
        exec(shown, {})  # noqa: S102 - the very code that the page shows
        kept.write_bytes(response.content.replace(b"Ada", b"Eve"))
        with pytest.raises(InvalidSignature):
            exec(shown, {})  # noqa: S102


class TestStanding:
    def test_x13_one_that_holds_is_called_valid_and_says_what_was_checked(self, client: Client, issued: Certificate) -> None:
        page = read(client.get(f"/certificates/{issued.identifier}/"))
        assert (page.problems, page.text_of["standing"]) == ([], "Valid")
        for said in ("genuine, and it holds today", "Signature: ours", "Dates: valid until", "Status: not revoked", "did:web:"):
            assert said in page.text

    def test_its_first_heading_is_the_answer_and_the_name_stands_below(self, client: Client, issued: Certificate) -> None:
        page = read(client.get(f"/certificates/{issued.identifier}/"))
        headings = [(tag, attributes.get("id")) for tag, attributes in page.tags if tag in {"h1", "h2", "h3"}]
        assert (headings[0], [tag for tag, _id in headings].count("h1")) == (("h1", "standing"), 1)
        assert ("h2", {"class": "certificate-name"}) in page.tags

    @pytest.mark.parametrize(
        ("level", "says", "warns"),
        [
            (None, "Identity: not checked.", True),
            ("none", "Identity: not checked.", True),
            ("provider", "Identity: checked by a provider of identity checks.", False),
            ("reviewed", "Identity: checked by the issuer's reviewers.", False),
        ],
    )
    def test_g1_how_the_identity_was_checked_stands_beside_the_answer(
        self, client: Client, issued: Certificate, level: str | None, says: str, *, warns: bool
    ) -> None:
        signed = keyring.signed({**issued.document, "identity_check": level})
        Certificate.objects.filter(pk=issued.pk).update(document=signed)
        for path in (f"/certificates/{issued.identifier}/", f"/verify/?identifier={issued.identifier}"):
            page = read(client.get(path))
            assert (page.problems, says in page.text) == ([], True)
            assert ("nobody compared it with papers" in page.text) is warns

    def test_of_one_that_does_not_hold_no_check_of_identity_is_told_beside_the_answer(
        self, client: Client, staff: User, issued: Certificate
    ) -> None:
        life.suspend(certificate=issued, reason="A question is open", actor=staff, now=clock.now())
        for path in (f"/certificates/{issued.identifier}/", f"/verify/?identifier={issued.identifier}"):
            assert "Identity:" not in read(client.get(path)).text

    @pytest.mark.parametrize(
        ("act", "word", "said"),
        [
            ("suspend", "Suspended", "looking into this certificate"),
            ("revoke", "Revoked", "The issuer took this certificate back"),
        ],
    )
    def test_what_staff_did_is_said_and_the_reason_is_not(
        self, client: Client, staff: User, issued: Certificate, act: str, word: str, said: str
    ) -> None:
        getattr(life, act)(certificate=issued, reason="Somebody else sat the exam", actor=staff, now=clock.now())
        page = read(client.get(f"/certificates/{issued.identifier}/"))
        assert page.text_of["standing"] == word
        assert said in page.text
        assert "Somebody else" not in page.text

    def test_x19_a_superseded_one_is_valid_and_names_no_other(self, client: Client, issued: Certificate) -> None:
        CertificateEvent.objects.create(certificate=issued, kind="superseded", happened_at=clock.now(), actor="tests")
        said = client.get(f"/certificates/{issued.identifier}/").content.decode()
        assert Page(said).text_of["standing"] == "Valid, and renewed since"
        assert set(re.findall(r"GM(?:-[0-9A-Z]{4}){3}", said)) == {issued.identifier}

    def test_x19_it_leads_to_a_newer_one_that_its_holder_shows_to_everybody(
        self, client: Client, candidate: User, issued: Certificate
    ) -> None:
        program = issued.attempt.program
        newer = Certifying(program, issued.attempt.exam_version.bank).certificate(candidate)
        Certificate.objects.filter(pk=newer.pk).update(renews=issued)
        CertificateEvent.objects.create(certificate=issued, kind="superseded", happened_at=clock.now(), actor="tests")
        path = f"/certificates/{issued.identifier}/"
        assert newer.identifier not in client.get(path).content.decode()
        listed(candidate, newer)
        assert f"/certificates/{newer.identifier}/" in client.get(path).content.decode()

    def test_c3_a_declined_one_says_only_that_it_was_withdrawn(
        self, client: Client, candidate: User, issued: Certificate
    ) -> None:
        life.decline(certificate=issued, actor=candidate, now=clock.now())
        response = client.get(f"/certificates/{issued.identifier}/")
        page = Page(response.content.decode())
        assert (response.status_code, page.problems, page.text_of["standing"]) == (410, [], "Withdrawn")
        assert "Ada" not in response.content.decode()
        assert "og:" not in response.content.decode()

    def test_a_replaced_one_tells_neither_the_old_name_nor_the_new_number(
        self, client: Client, candidate: User, issued: Certificate
    ) -> None:
        known_by_another_name(candidate, issued)
        fresh = life.replace(certificate=issued, key="own", actor=candidate, now=clock.now())
        response = client.get(f"/certificates/{issued.identifier}/")
        said = response.content.decode()
        assert (response.status_code, Page(said).text_of["standing"]) == (410, "Replaced")
        assert "Another certificate stands in the place of this one." in said
        assert ("Ada" in said, fresh.identifier in said) == (False, False)


class TestShown:
    def test_x13_of_one_that_was_revoked_other_sites_show_no_picture(
        self, client: Client, candidate: User, issued: Certificate
    ) -> None:
        page = f"/certificates/{issued.identifier}/"
        assert "og:image" in client.get(page).content.decode()
        life.revoke(certificate=issued, reason="Somebody else sat the exam.", actor=candidate, now=clock.now())
        assert "og:image" not in client.get(page).content.decode()

    def test_c4_other_sites_show_it_by_its_picture(self, client: Client, issued: Certificate) -> None:
        found = {
            str(meta.get("property")): meta.get("content")
            for meta in tags_of(read(client.get(f"/certificates/{issued.identifier}/")), "meta")
        }
        assert found["og:title"] == "Ada Candidate: Machine Learning Practitioner"
        assert str(found["og:image"]).endswith(f"/certificates/{issued.identifier}/preview.png")
        assert client.get("/" + str(found["og:image"]).split("/", 3)[3]).status_code == 200

    def test_it_is_private_by_default(self, client: Client, issued: Certificate) -> None:
        response = client.get(f"/certificates/{issued.identifier}/")
        assert response["X-Robots-Tag"] == "noindex, noarchive"
        assert {"name": "robots", "content": "noindex, noarchive"} in tags_of(read(response), "meta")
        assert (response["Cache-Control"], response["Referrer-Policy"]) == ("private, no-cache", "same-origin")

    def test_x12_the_skills_that_were_shown_stand_on_it(self, client: Client, issued: Certificate) -> None:
        page = read(client.get(f"/certificates/{issued.identifier}/"))
        shown = [str(link.get("href")) for link in tags_of(page, "a") if str(link.get("href")).startswith("/skills/#")]
        wanted = [f"/skills/#{skill}" for skill in shown_skills(issued.attempt, queries.certificate(issued.identifier))]
        assert shown == wanted == ["/skills/#A1"]

    def test_nothing_of_it_is_loaded_from_elsewhere(self, client: Client, issued: Certificate) -> None:
        page = read(client.get(f"/certificates/{issued.identifier}/"))
        loaded = [
            a.get("src") or a.get("href")
            for tag, a in page.tags
            if tag in {"img", "script", "link"} and a.get("rel") != "canonical"
        ]
        assert [address for address in loaded if not str(address).startswith("/")] == []

    def test_its_holder_alone_is_led_to_what_can_be_done_with_it(
        self, client: Client, owner: Client, other: Client, issued: Certificate
    ) -> None:
        path = f"/certificates/{issued.identifier}/"
        led = [f"{path}mine/" in browser.get(path).content.decode() for browser in (client, other, owner)]
        assert led == [False, False, True]


class TestFormerForm:
    def test_an_identifier_leads_to_it_however_it_is_typed(self, client: Client, certificate: str) -> None:
        identifier = certificate.split("/")[2]
        for typed in (identifier, identifier.lower(), identifier.replace("-", " "), identifier.replace("-", "")[2:]):
            response = client.get("/certificates/", {"identifier": typed})
            assert (response.status_code, response["Location"]) == (302, certificate)

    @pytest.mark.usefixtures("db")
    def test_it_leads_to_the_page_that_checks_one(self, client: Client) -> None:
        assert client.get("/certificates/")["Location"] == "/verify/"
        assert client.get("/certificates/", {"identifier": "GM-1 é"})["Location"] == "/verify/?identifier=GM-1+%C3%A9"

    @pytest.mark.usefixtures("db")
    def test_an_unknown_one_is_not_found(self, client: Client) -> None:
        response = client.get(f"/certificates/{new_identifier()}/")
        assert response.status_code == 404
        assert "No certificate has this identifier." in response.content.decode()
        assert client.get("/certificates/nonsense.json").status_code == 404
