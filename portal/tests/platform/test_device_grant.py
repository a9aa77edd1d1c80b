"""Signing in from a terminal, over HTTP, against a portal that is really served."""

import re
import time

import httpx
import pytest

from guildmark.protocol import CLIENT_ID, PROTOCOL_HEADER, PROTOCOL_VERSION

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


def csrf_of(page: httpx.Response) -> dict[str, str]:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    return {"csrfmiddlewaretoken": found.group(1)} if found else {}


def post(browser: httpx.Client, page: httpx.Response, fields: dict[str, str]) -> httpx.Response:
    return browser.post(str(page.url), data={**csrf_of(page), **fields}, headers={"Referer": str(page.url)})


@pytest.mark.timeout(120)
def test_a_terminal_signs_in_with_a_code_from_the_mail_and_stays_signed_in(served):
    with (
        httpx.Client(base_url=served.url, follow_redirects=True) as browser,
        httpx.Client(base_url=served.url, headers={PROTOCOL_HEADER: PROTOCOL_VERSION}) as terminal,
    ):
        endpoints = terminal.get("/.well-known/openid-configuration").json()
        assert endpoints["issuer"] == served.url
        asked = terminal.post(
            endpoints["device_authorization_endpoint"], data={"client_id": CLIENT_ID, "scope": "openid profile email"}
        ).json()
        poll = {"grant_type": GRANT, "client_id": CLIENT_ID, "device_code": asked["device_code"]}
        waiting = terminal.post(endpoints["token_endpoint"], data=poll)
        assert (waiting.status_code, waiting.json()["error"]) == (400, "authorization_pending")

        # The browser: not signed in, so it signs up first, and comes back to the question.
        page = browser.get(asked["verification_uri_complete"])
        assert page.url.path == "/accounts/login/"
        page = browser.get(
            "/accounts/signup/", params={"next": httpx.URL(asked["verification_uri_complete"]).raw_path.decode()}
        )
        page = post(browser, page, {"email": "ada@example.org", "name": "Ada"})
        assert page.url.path == "/accounts/confirm-email/"
        page = post(browser, page, {"code": served.code_for("ada@example.org")})
        assert (page.url.path, page.status_code) == ("/identity/o/device", 200)
        page = post(browser, page, {"action": "confirm"})
        assert page.status_code == 200

        time.sleep(asked["interval"] + 0.1)  # the server asks to be polled no faster
        tokens = terminal.post(endpoints["token_endpoint"], data=poll).json()
        me = terminal.get("/api/v1/me", headers={"Authorization": f"Bearer {tokens['access_token']}"})
        assert (me.status_code, me.json()["email"], me.json()["name"]) == (200, "ada@example.org", "Ada")

        refresh = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "refresh_token": tokens["refresh_token"]}
        renewed = terminal.post(endpoints["token_endpoint"], data=refresh).json()
        again = terminal.get("/api/v1/me", headers={"Authorization": f"Bearer {renewed['access_token']}"})
        assert again.json() == me.json()
        # An answer that was lost on the way does not sign the candidate out.
        assert terminal.post(endpoints["token_endpoint"], data=refresh).status_code == 200

        refused = terminal.get("/api/v1/me", headers={"Authorization": "Bearer made-up"})
        assert refused.status_code == 401
