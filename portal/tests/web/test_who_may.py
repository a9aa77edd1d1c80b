"""Pages and forms of an attempt are its owner's: a stranger finds nothing, a visitor signs in first."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from .visiting import read

OWN = ("", "finish/", "result/", "workspace.zip")
WRITES = ("begin/", "finish/", "category1/hand-in/")


class TestWhoMay:
    @pytest.mark.parametrize("page", OWN)
    def test_a_stranger_finds_nothing(self, other: Client, running: str, page: str) -> None:
        response = other.get(running + page)
        assert response.status_code == 404
        assert "There is nothing here" in response.content.decode()

    @pytest.mark.parametrize("page", WRITES)
    def test_a_stranger_can_do_nothing(self, owner: Client, other: Client, running: str, page: str) -> None:
        model = SimpleUploadedFile("m.keras", b"score 5")
        response = other.post(running + page, {"understood": "yes", "confirm": "yes", "model": model})
        assert response.status_code == 404
        assert read(owner.get(running)).text.count("Nothing yet.") == 5

    def test_a_stranger_sees_no_attempt_of_others(self, other: Client, running: str) -> None:
        assert running not in other.get("/exam/").content.decode()

    @pytest.mark.parametrize("page", OWN)
    def test_a_visitor_signs_in_first(self, client: Client, running: str, page: str) -> None:
        assert client.get(running + page)["Location"] == f"/accounts/login/?next={running}{page}"

    @pytest.mark.parametrize("page", WRITES)
    def test_a_form_from_elsewhere_is_refused(self, candidate: object, running: str, page: str) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(candidate, backend="allauth.account.auth_backends.AuthenticationBackend")
        response = client.post(running + page, {"understood": "yes", "confirm": "yes"})
        assert response.status_code == 403
        assert "The form was too old" in response.content.decode()

    @pytest.mark.parametrize("page", ["begin/", "category1/hand-in/"])
    def test_a_link_changes_nothing(self, owner: Client, running: str, page: str) -> None:
        assert owner.get(running + page).status_code == 405
