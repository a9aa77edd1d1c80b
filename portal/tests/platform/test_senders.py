"""Who may send a file is known before the file is read."""

import hashlib
from datetime import timedelta

import pytest
from django.test import Client
from portal.tests.platform.test_api_auth import token_for

from guildmark_portal import bodies, clock, senders
from guildmark_portal.identity import services
from guildmark_portal.identity.models import Link

pytestmark = pytest.mark.django_db
BIG = b"x" * (1024 * 1024 + 1)


def known(path="/identity/document/", **headers):
    """What is found of a request, by its path and its headers alone."""
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in {"host": "localhost", **headers}.items()]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": sent}
    return senders.known(scope)


def cookie_of(client: Client) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def test_g4_nobody_and_nobodys_cookie_or_token_is_a_stranger():
    assert known() is None
    assert known(cookie="sessionid=made-up; csrftoken=made-up") is None
    assert known(authorization="Bearer made-up") is None
    assert known(authorization="Basic YTpi") is None


def test_g4_a_browser_is_known_by_its_session_until_it_ends(client, candidate):
    client.force_login(candidate)
    cookie = cookie_of(client)
    assert known(cookie=cookie) == f"user:{candidate.pk}"
    assert known(cookie=cookie, authorization="Bearer made-up") is None  # judged by the token alone, as the API does
    client.logout()
    assert known(cookie=cookie) is None


@pytest.mark.parametrize(("lives", "is_known"), [(timedelta(hours=1), True), (-timedelta(seconds=1), False)])
def test_g4_a_terminal_is_known_by_its_token(candidate, lives, is_known):
    found = known("/api/v1/uploads/7c0e", authorization=f"Bearer {token_for(candidate, lives=lives)}")
    assert found == (f"user:{candidate.pk}" if is_known else None)


def test_g4_an_account_that_is_closed_is_a_stranger(client, candidate):
    client.force_login(candidate)
    candidate.is_active = False
    candidate.save()
    assert known(cookie=cookie_of(client)) is None


def test_g4_a_camera_is_known_by_its_link_for_as_long_as_that_lasts(candidate):
    check = services.open_check(user=candidate, now=clock.now())
    token = services.make_link(check=check, now=clock.now())
    assert known(f"/identity/camera/{token}/") == f"user:{candidate.pk}"
    assert known(f"/identity/camera/{token}x/") is None
    Link.objects.filter(token_sha256=hashlib.sha256(token.encode()).hexdigest()).update(expires_at=clock.now())
    assert known(f"/identity/camera/{token}/") is None


def test_a_text_of_many_megabytes_is_answered_with_what_to_do(client, candidate):
    client.force_login(candidate)
    answer = client.post("/identity/document/", {"name": "x" * (30 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "More was sent than is taken here." in answer.content.decode()
    assert len(answer.content) < 20_000


def test_a_text_of_many_megabytes_without_a_file_is_answered_so_too(client, candidate):
    client.force_login(candidate)
    form = b"name=" + BIG
    answer = client.post("/register/name/", form, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, "More was sent than is taken here." in answer.content.decode()) == (413, True)


def test_g4_all_strangers_who_have_a_certificate_checked_count_as_one(client, candidate):
    client.force_login(candidate)
    assert known(path="/verify/") == known(path="/verify/", cookie=cookie_of(client)) == senders.ANYBODY
    assert bodies.limit_of({"method": "POST", "path": "/verify/"}) == 6 * bodies.MIB
    assert bodies.limit_of({"method": "POST", "path": "/verify/issuer.json"}) == bodies.LONGEST_BODY
