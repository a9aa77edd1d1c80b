"""A certificate as files, and what verifiers elsewhere need: anybody reads them, in any site's script, and no shared cache."""

import json

import pytest
from django.test import Client

from guildmark.badges.verdict import Standing
from guildmark.badges.verification import verify
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials import life, published
from guildmark_portal.credentials.models import Certificate

from .conftest import known_by_another_name
from .holding import issue
from .visiting import read

PUBLIC = {
    "credential.json": "application/vc",
    "credential.jwt": "application/vc+jwt",
    "badge.png": "image/png",
    "badge.svg": "image/svg+xml",
}


def at(certificate: Certificate, rest: str = "") -> str:
    return f"/certificates/{certificate.identifier}/{rest}"


class TestFiles:
    def test_x13_each_is_the_certificate_for_whoever_has_the_address(self, client: Client, issued: Certificate) -> None:
        lists = published.issuer_file(now=clock.now())
        for name, kind in PUBLIC.items():
            response = client.get(at(issued, name))
            assert (response.status_code, response["Content-Type"]) == (200, kind)
            assert response["Cache-Control"] == "private, no-cache"
            assert response["X-Robots-Tag"] == "noindex, noarchive"
            assert response["Access-Control-Allow-Origin"] == "*"
            verdict = verify(response.content, lists, clock.now())
            assert (verdict.standing, verdict.identifier) == (Standing.VALID, issued.identifier)

    def test_x13_each_has_a_name_of_its_own_in_a_folder_of_downloads(self, owner: Client, issued: Certificate) -> None:
        names = [*PUBLIC, "preview.png", "certificate.pdf"]
        said = [owner.get(at(issued, name))["Content-Disposition"].partition("filename=")[2].strip('"') for name in names]
        assert said == [
            f"{issued.identifier}{ending}"
            for ending in ("-credential.json", "-credential.jwt", "-badge.png", "-badge.svg", "-preview.png", ".pdf")
        ]

    def test_the_picture_of_a_link_is_as_large_as_it_says(self, client: Client, issued: Certificate) -> None:
        response = client.get(at(issued, "preview.png"))
        assert response["Content-Type"] == "image/png"
        width, height = (int.from_bytes(response.content[place : place + 4]) for place in (16, 20))
        assert (width, height) == (1200, 630)

    def test_the_pdf_is_its_holders_alone(self, client: Client, owner: Client, other: Client, issued: Certificate) -> None:
        path = at(issued, "certificate.pdf")
        assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
        assert other.get(path).status_code == 404
        response = owner.get(path)
        assert (response.status_code, response["Content-Type"], response.content[:5]) == (200, "application/pdf", b"%PDF-")
        assert "no-store" in response["Cache-Control"]

    def test_a_name_that_no_font_can_write_is_told_instead_of_a_pdf(self, owner: Client, candidate: User, program: str) -> None:
        candidate.name = "𓀀𓂀 𓃀"
        candidate.save()
        certificate = issue(candidate, program)
        page = read(owner.get(at(certificate, "certificate.pdf"), follow=True))
        assert [owner.get(at(certificate, name)).status_code for name in (*PUBLIC, "preview.png", "")] == [200] * 6
        assert "No font of ours has every letter of your name" in page.text

    @pytest.mark.parametrize("end", ["decline", "replace"])
    def test_c3_of_one_that_is_gone_no_file_is_left(
        self, client: Client, owner: Client, candidate: object, issued: Certificate, end: str
    ) -> None:
        if end == "decline":
            life.decline(certificate=issued, actor=candidate, now=clock.now())
        else:
            known_by_another_name(candidate, issued)
            life.replace(certificate=issued, key="own", actor=candidate, now=clock.now())
        for path in (
            *(at(issued, name) for name in PUBLIC),
            at(issued, "preview.png"),
            f"/certificates/{issued.identifier}.json",
        ):
            response = client.get(path)
            assert response.status_code == 410
            assert b"Ada" not in response.content
        assert owner.get(at(issued, "certificate.pdf")).status_code == 404
        assert client.get(f"/api/v1/certificates/{issued.identifier}").status_code == 404


class TestWellKnown:
    def test_x13_the_keys_are_published_for_any_site(self, client: Client, issued: Certificate) -> None:
        response = client.get("/.well-known/did.json")
        assert response["Content-Type"] == "application/did+ld+json"
        assert (response["Access-Control-Allow-Origin"], response["Cache-Control"]) == ("*", "public, max-age=300")
        document = json.loads(response.content)
        assert document["id"] == json.loads(client.get(at(issued, "credential.json")).content)["issuer"]["id"]

    def test_x13_each_list_that_a_credential_names_is_there(self, client: Client, issued: Certificate) -> None:
        entries = json.loads(client.get(at(issued, "credential.json")).content)["credentialStatus"]
        assert [entry["statusPurpose"] for entry in entries][:2] == ["revocation", "suspension"]
        for entry in entries:
            response = client.get("/" + entry["statusListCredential"].split("/", 3)[3])
            assert (response.status_code, response["Content-Type"]) == (200, "application/vc")
            assert (response["Access-Control-Allow-Origin"], response["Cache-Control"]) == ("*", "public, max-age=300")
            assert json.loads(response.content)["id"] == entry["statusListCredential"]

    @pytest.mark.usefixtures("issued")
    @pytest.mark.parametrize("path", ["2/revocation", "1/expiry", f"{10**30}/revocation"])
    def test_a_list_that_there_is_not_is_not_found(self, client: Client, path: str) -> None:
        assert client.get(f"/status/{path}").status_code == 404

    def test_x13_one_file_is_enough_to_check_without_us(self, client: Client, owner: Client, issued: Certificate) -> None:
        from guildmark.badges.issuer import IssuerFile

        kept = IssuerFile.model_validate_json(client.get("/verify/issuer.json").content)
        pdf = owner.get(at(issued, "certificate.pdf")).content
        assert verify(pdf, kept, clock.now()).standing is Standing.VALID

    @pytest.mark.usefixtures("issued")
    def test_nobody_is_named_in_what_caches_may_keep(self, client: Client) -> None:
        for path in ("/.well-known/did.json", "/verify/issuer.json", "/status/1/revocation"):
            assert "Ada" not in client.get(path).content.decode()
