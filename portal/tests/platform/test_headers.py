"""What every answer says to the browser."""

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path
from portal.tests.accounts.conftest import signed_in

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
PAGES = ["/accounts/login/", "/accounts/signup/", "/admin/login/", "/nothing-here/", "/.well-known/openid-configuration"]


@pytest.mark.parametrize("page", PAGES)
def test_the_content_security_policy_is_exactly_this_everywhere(page, client, db):
    answer = client.get(page)
    assert sorted(answer["Content-Security-Policy"].split("; ")) == sorted(POLICY.split("; "))


@pytest.mark.parametrize("page", PAGES)
def test_no_page_is_framed_sniffed_or_leaked(page, client, db):
    answer = client.get(page)
    found = {name: answer[name] for name in ("X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy")}
    assert found == {"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


def test_no_page_carries_inline_code(client, staff, candidate):
    client.force_login(staff)
    for page in ("/admin/", "/admin/accounts/user/", "/admin/jobs/job/", f"/admin/accounts/user/{candidate.pk}/change/"):
        html = client.get(page).content.decode()
        assert " onclick=" not in html
        assert " style=" not in html
        assert all("src=" in tag or "application/json" in tag for tag in html.split("<script")[1:] if tag[:1] in " >")


def test_a_request_for_another_host_is_refused(client, db):
    with override_settings(ALLOWED_HOSTS=["exam.example.org"]):
        assert client.get("/accounts/login/", headers={"host": "evil.example.org"}).status_code == 400


def test_the_language_follows_the_browser(client, db):
    assert client.get("/accounts/login/", headers={"accept-language": "ko"})["Content-Language"] == "ko"
    assert client.get("/accounts/login/", headers={"accept-language": "zh-CN"})["Content-Language"] == "zh-hans"
    assert client.get("/accounts/login/", headers={"accept-language": "fr"})["Content-Language"] == "en"


OWN = [
    "/",
    "/account/",
    "/account/email/",
    "/account/security/",
    "/account/security/totp/activate/",
    "/exam/",
    "/register/name/",
]


@pytest.mark.parametrize("page", [*OWN, "/account/security/recovery-codes/generate/", "/accounts/reauthenticate/", "/nothing/"])
def test_no_cache_keeps_what_somebody_reads_while_signed_in(page, candidate):
    answer = signed_in(candidate, minutes_ago=1).get(page)
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (404 if page == "/nothing/" else 200, True)


def test_a_page_that_says_how_long_it_is_kept_is_kept_so_and_visitors_pages_say_nothing(candidate, client, db):
    assert not client.get("/").has_header("Cache-Control")
    with override_settings(ROOT_URLCONF=__name__):
        assert signed_in(candidate).get("/kept/")["Cache-Control"] == "max-age=60"


urlpatterns = [path("kept/", lambda _request: HttpResponse(headers={"Cache-Control": "max-age=60"}))]
