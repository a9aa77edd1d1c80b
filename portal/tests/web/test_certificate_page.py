"""Certificates: anybody can read and check one, and a mistyped identifier is told."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from django.test import Client

from guildmark.signing import is_signed_by
from guildmark_portal.credentials.identifiers import new_identifier

from .html_reading import Page
from .visiting import read


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
        from guildmark_portal.credentials.models import Certificate

        row = Certificate.objects.get()
        row.document = {**row.document, "holder": "Eve Stranger"}
        Certificate.objects.filter(pk=row.pk).update(document=row.document)
        assert "Do not rely on this certificate" in read(client.get(certificate)).text

    def test_one_signed_with_a_foreign_key_is_called_altered(self, client: Client, certificate: str) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        from guildmark.signing import sign
        from guildmark_portal.credentials.models import Certificate

        forged = sign(Certificate.objects.get().document, Ed25519PrivateKey.generate())
        Certificate.objects.update(document=forged)
        assert "Do not rely on this certificate" in read(client.get(certificate)).text

    def test_c6_an_expired_one_is_called_expired(self, client: Client, certificate: str) -> None:
        from guildmark_portal import clock

        with clock.stopped_at(datetime(2099, 1, 1, tzinfo=UTC)):
            assert "genuine, but it expired on" in read(client.get(certificate)).text

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

    def test_an_identifier_leads_to_it_however_it_is_typed(self, client: Client, certificate: str) -> None:
        identifier = certificate.split("/")[2]
        for typed in (identifier, identifier.lower(), identifier.replace("-", " "), identifier.replace("-", "")[2:]):
            response = client.get("/certificates/", {"identifier": typed})
            assert (response.status_code, response["Location"]) == (302, certificate)

    def test_a_mistyped_character_is_said_and_can_be_mended(self, client: Client, certificate: str) -> None:
        identifier = certificate.split("/")[2]
        mistyped = identifier[:-1] + ("2" if identifier[-1] != "2" else "3")
        for response in (client.get(f"/certificates/{mistyped}/"), client.get("/certificates/", {"identifier": mistyped})):
            page = Page(response.content.decode())
            assert (response.status_code, page.problems, page.labels_missing) == (404, [], [])
            assert "A character is mistyped: the last one checks all the others, and it does not fit." in page.text
            assert [attributes["value"] for _tag, attributes in page.tags if attributes.get("id") == "identifier"] == [mistyped]

    @pytest.mark.usefixtures("db")
    def test_an_unknown_one_is_not_found(self, client: Client) -> None:
        response = client.get(f"/certificates/{new_identifier()}/")
        assert response.status_code == 404
        assert "No certificate has this identifier." in response.content.decode()
        assert "twelve letters and digits" in client.get("/certificates/", {"identifier": "GM-1"}).content.decode()
        assert client.get("/certificates/nonsense.json").status_code == 404

    @pytest.mark.usefixtures("db")
    def test_every_page_leads_to_the_form_that_checks_one(self, client: Client) -> None:
        links = [attributes.get("href") for tag, attributes in read(client.get("/")).tags if tag == "a"]
        assert "/certificates/" in links
        page = read(client.get("/certificates/"))
        assert (page.problems, page.labels_missing) == ([], [])
        assert "mistyped" not in page.text
