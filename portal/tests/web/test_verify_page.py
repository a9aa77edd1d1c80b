"""The page that says whether a certificate holds: by its identifier, and by any of our files; nothing else is ours."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from portal.tests.web.our_issuer import FORGERIES, ours
from pytest_django import Settings

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials import files, life
from guildmark_portal.credentials.identifiers import new_identifier
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.web import verify
from guildmark_portal.web.certificate_standing import saying_of

from .conftest import known_by_another_name
from .html_reading import Page
from .visiting import read

CHEAP = (
    "a forger's key under the issuer's name",
    "another holder, the identifier kept",
    "a key in its header",
    "a second credential before the first",
    "an entity bomb",
    "edited after it was signed",
    "signed by a forger",
)
"""Of each sort of file one or two; all of them are posted in `make certificates`."""


def post(client: Client, content: bytes, *, name: str = "given", address: str = "127.0.0.1") -> HttpResponse:
    return client.post("/verify/", {"file": SimpleUploadedFile(name, content)}, REMOTE_ADDR=address)


def standing(response: HttpResponse) -> str:
    return read(response).text_of["standing"]


def documents(certificate: Certificate, client: Client) -> dict[str, bytes]:
    path = f"/certificates/{certificate.identifier}"
    return {
        "credential.json": client.get(f"{path}/credential.json").content,
        "document.json": client.get(f"{path}.json").content,
    }


def own_files(certificate: Certificate, client: Client) -> dict[str, bytes]:
    path = f"/certificates/{certificate.identifier}/"
    public = {name: client.get(path + name).content for name in ("credential.json", "credential.jwt", "badge.png", "badge.svg")}
    older = client.get(f"/certificates/{certificate.identifier}.json").content
    return {**public, "document.json": older, "certificate.pdf": files.pdf_of(certificate, now=clock.now())}


@pytest.mark.usefixtures("db")
class TestForms:
    def test_it_is_a_sound_page_that_every_page_leads_to(self, client: Client) -> None:
        assert "/verify/" in [attributes.get("href") for tag, attributes in read(client.get("/")).tags if tag == "a"]
        page = read(client.get("/verify/"))
        assert (page.problems, page.labels_missing) == ([], [])

    @pytest.mark.parametrize("content", [b"", None])
    def test_nothing_chosen_is_said_beside_the_field(self, client: Client, content: bytes | None) -> None:
        response = client.post("/verify/", {} if content is None else {"file": SimpleUploadedFile("x", content)})
        page = Page(response.content.decode())
        assert (page.problems, page.labels_missing) == ([], [])
        assert "file-fault" in page.ids or page.text_of["standing"] == "Not readable"

    def test_a_file_that_is_too_long_is_not_looked_at(self, client: Client) -> None:
        response = post(client, b"{" * (verify.LONGEST_FILE + 1))
        assert (response.status_code, "No file of ours is longer than 5 MiB." in response.content.decode()) == (400, True)

    def test_a_form_from_elsewhere_is_refused(self) -> None:
        assert post(Client(enforce_csrf_checks=True), b"{}").status_code == 403

    def test_who_asks_too_often_has_to_wait(self, client: Client, settings: Settings) -> None:
        assert settings.ACCOUNT_RATE_LIMITS["verify_file"] == "60/m/ip"
        settings.ACCOUNT_RATE_LIMITS = {"verify_file": "2/m/ip"}
        assert [post(client, b"x").status_code for _time in range(3)] == [200, 200, 429]
        assert post(client, b"x", address="10.0.0.1").status_code == 200

    def test_while_many_files_are_read_the_next_one_is_told_to_wait(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(verify, "_WAIT_S", 0.01)
        with verify._AT_ONCE, verify._AT_ONCE:
            response = post(client, b"x")
        assert (response.status_code, "Send it again in a minute" in response.content.decode()) == (503, True)
        assert post(client, b"x").status_code == 200


class TestIdentifier:
    def test_x13_one_is_answered_on_the_same_page(self, client: Client, issued: Certificate) -> None:
        page = read(client.get("/verify/", {"identifier": issued.identifier.lower().replace("-", " ")}))
        assert (page.problems, page.text_of["standing"]) == ([], "Valid")
        for said in ("Ada Candidate", "Machine Learning Practitioner", "Signature: ours", "Status: not revoked"):
            assert said in page.text

    def test_a_mistyped_character_is_said_and_can_be_mended(self, client: Client, issued: Certificate) -> None:
        mistyped = issued.identifier[:-1] + ("2" if issued.identifier[-1] != "2" else "3")
        for response in (client.get(f"/certificates/{mistyped}/"), client.get("/verify/", {"identifier": mistyped})):
            page = Page(response.content.decode())
            assert (response.status_code, page.problems, page.labels_missing) == (404, [], [])
            assert "A character is mistyped: the last one checks all the others, and it does not fit." in page.text
            assert [attributes["value"] for _tag, attributes in page.tags if attributes.get("id") == "identifier"] == [mistyped]

    @pytest.mark.usefixtures("db")
    def test_an_unknown_one_is_not_found(self, client: Client) -> None:
        response = client.get("/verify/", {"identifier": new_identifier()})
        assert (response.status_code, "No certificate has this identifier." in response.content.decode()) == (404, True)
        assert "twelve letters and digits" in client.get("/verify/", {"identifier": "GM-1"}).content.decode()

    def test_c3_of_a_declined_one_no_name_is_told(self, client: Client, candidate: User, issued: Certificate) -> None:
        life.decline(certificate=issued, actor=candidate, now=clock.now())
        response = client.get("/verify/", {"identifier": issued.identifier})
        assert (standing(response), "Ada" in response.content.decode()) == ("Withdrawn", False)


@pytest.mark.parametrize("name", ["valid", "superseded", "expired", "suspended", "revoked", "status_unknown", "altered"])
def test_x13_a_demonstration_says_so_however_it_stands(name: str) -> None:
    real, demonstration = (saying_of(Certificate(demonstration=told), name) for told in (False, True))
    assert "demonstration" in str(demonstration.means)
    assert "demonstration" not in str(real.means)
    assert (demonstration.name, demonstration.tone != "good") == (name, True)


class TestFile:
    def test_x13_each_of_our_files_is_known_and_kept_nowhere(self, client: Client, issued: Certificate) -> None:
        for name, content in own_files(issued, client).items():
            response = post(client, content, name=name)
            page = read(response)
            assert (page.problems, page.text_of["standing"]) == ([], "Valid"), name
            assert "Our register: it stands there, and was not taken back." in page.text
            assert "no-store" in response["Cache-Control"]

    @pytest.mark.parametrize(
        ("act", "word"), [("revoke", "Revoked"), ("suspend", "Suspended"), ("decline", "Withdrawn"), ("replace", "Replaced")]
    )
    def test_x13_what_happened_since_is_told_of_each_file(
        self, client: Client, candidate: User, issued: Certificate, act: str, word: str
    ) -> None:
        given = documents(issued, client)
        asked = {"key": "own"} if act == "replace" else {} if act == "decline" else {"reason": "It was somebody else"}
        known_by_another_name(candidate, issued)
        getattr(life, act)(certificate=issued, actor=candidate, now=clock.now(), **asked)
        for name in ("credential.json", "document.json"):
            response = post(client, given[name], name=name)
            assert standing(response) == word, name
            assert ("Ada Candidate" in response.content.decode()) is (act in {"revoke", "suspend"})

    def test_c6_an_expired_one_is_called_expired(self, client: Client, issued: Certificate) -> None:
        given = documents(issued, client)["credential.json"]
        with clock.stopped_at(datetime.combine(issued.expires_on + timedelta(days=1), datetime.min.time(), tzinfo=UTC)):
            assert standing(post(client, given)) == "Expired"

    def test_a_genuine_looking_file_that_we_never_issued_is_not_ours(self, client: Client, issued: Certificate) -> None:
        forger = ours(issued).but(changes={"identifier": new_identifier(), "status_index": issued.status_index})
        response = post(client, forger.credential)
        assert standing(response) == "Not ours"
        assert "Our register: no such certificate was ever issued." in read(response).text
        assert "Ada Lovelace" not in read(response).text

    def test_a_genuine_looking_file_with_another_name_is_altered(self, client: Client, issued: Certificate) -> None:
        response = post(client, ours(issued).credential)
        assert standing(response) == "Altered"
        assert "Ada Lovelace" not in read(response).text

    def test_a_changed_letter_is_found(self, client: Client, issued: Certificate) -> None:
        given = documents(issued, client)
        assert standing(post(client, given["credential.json"].replace(b"Ada", b"Eve"))) == "Altered"
        assert standing(post(client, json.dumps({**json.loads(given["document.json"]), "holder": "Eve"}).encode())) == "Altered"


@pytest.mark.parametrize(
    "forgery", [one for one in FORGERIES if one.name in CHEAP], ids=lambda forgery: f"{forgery.of}: {forgery.name}"
)
def test_x13_a_forgery_is_refused(client: Client, issued: Certificate, forgery) -> None:
    assert refused(client, issued, [forgery]) == []


@pytest.mark.certificates
def test_x13_every_forgery_is_refused(client: Client, issued: Certificate) -> None:
    assert len(FORGERIES) > 100
    assert refused(client, issued, FORGERIES) == []


def refused(client: Client, certificate: Certificate, forged) -> list[tuple[str, str]]:
    """Those of which the page says something else than it should, or tells what they say."""
    issuer, wrong = ours(certificate), []
    words = {"altered": "Altered", "not_ours": "Not ours", "unreadable": "Not readable"}
    for number, forgery in enumerate(forged):
        content = forgery.make(issuer, getattr(issuer, forgery.of))
        response = post(client, content, address=f"10.0.{number // 250}.{number % 250}")
        page = Page(response.content.decode())
        if page.text_of.get("standing") != words[forgery.is_found[0].value] or "Ada" in page.text or "Eve" in page.text:
            wrong.append((f"{forgery.of}: {forgery.name}", page.text_of.get("standing", str(response.status_code))))
    return wrong
