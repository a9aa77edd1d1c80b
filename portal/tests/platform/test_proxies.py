"""Whose word on where a connection comes from is taken: limits are counted by it."""

import httpx
import pytest

from guildmark.protocol import CLIENT_ID
from guildmark_portal.cli.serve import trusted_proxies

from .conftest import ServedPortal

pytestmark = pytest.mark.commands

ASKED = {"client_id": CLIENT_ID, "scope": "openid"}


@pytest.mark.parametrize(
    ("url", "given", "trusted"),
    [
        ("http://127.0.0.1:8000", None, ""),
        ("http://exam.example.org:8000", None, ""),
        ("https://exam.example.org", None, "127.0.0.1,::1"),
        ("https://exam.example.org", "192.0.2.7", "192.0.2.7"),
        ("https://exam.example.org", "", ""),
        ("http://exam.example.org", "192.0.2.7", "192.0.2.7"),
    ],
)
def test_a_proxy_is_trusted_where_it_is_named_or_must_stand_there(url, given, trusted):
    assert trusted_proxies(url, given) == trusted


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("given", "last"), [({}, 429), ({"FORWARDED_ALLOW_IPS": "127.0.0.1"}, 200)], ids=["none", "named"])
def test_who_says_to_be_forwarded_is_believed_only_where_that_is_set(given, last, initialised, portal_env):
    portal = ServedPortal(initialised, {**portal_env, **given})
    try:
        with httpx.Client(base_url=portal.url) as terminal:
            answers = [
                terminal.post("/identity/o/api/device/code", data=ASKED, headers={"X-Forwarded-For": f"192.0.2.{number}"})
                for number in range(61)
            ]
    finally:
        portal.stop()
    assert [answer.status_code for answer in answers] == [200] * 60 + [last]
