"""Somebody else cannot see, submit to, or finish an attempt: every endpoint of the API, and every page."""

from base64 import b64encode

import httpx
import pytest
from demo.portal import Portal

ENDPOINTS = [
    ("GET", "/api/v1/attempts/{attempt}"),
    ("POST", "/api/v1/attempts/{attempt}/prepare"),
    ("GET", "/api/v1/attempts/{attempt}/bundle"),
    ("POST", "/api/v1/attempts/{attempt}/delivered"),
    ("POST", "/api/v1/attempts/{attempt}/begin"),
    ("POST", "/api/v1/attempts/{attempt}/uploads"),
    ("HEAD", "/api/v1/uploads/{upload}"),
    ("PATCH", "/api/v1/uploads/{upload}"),
    ("DELETE", "/api/v1/uploads/{upload}"),
    ("PUT", "/api/v1/attempts/{attempt}/categories/{category}/pin"),
    ("GET", "/api/v1/submissions/{submission}"),
    ("GET", "/api/v1/submissions/{submission}/file"),
    ("GET", "/api/v1/attempts/{attempt}/events"),
    ("GET", "/api/v1/attempts/{attempt}/readiness"),
    ("POST", "/api/v1/attempts/{attempt}/break"),
    ("POST", "/api/v1/attempts/{attempt}/finish"),
]
PAGES = [
    "/exam/{attempt}/",
    "/exam/{attempt}/rehearsal/",
    "/exam/{attempt}/finish/",
    "/exam/{attempt}/result/",
    "/exam/{attempt}/receipts.zip",
    "/exam/{attempt}/submissions/{submission}/receipt.json",
    "/exam/{attempt}/workspace.zip",
]
PUBLIC = {
    "/api/v1/me",
    "/api/v1/programs",
    "/api/v1/attempts",
    "/api/v1/certificates/{identifier}",
    "/api/v1/keys",
    "/api/v1/measure",
}
BODIES = {"begin": {}, "pin": {"submission": None}, "finish": {"confirm": True}}
TUS = {
    "Tus-Resumable": "1.0.0",
    "Upload-Length": "4",
    "Upload-Offset": "0",
    "Upload-Metadata": f"category {b64encode(b'category2').decode()},filename {b64encode(b'm.h5').decode()},"
    f"sha256 {b64encode(b'0' * 64).decode()}",
    "Content-Type": "application/offset+octet-stream",
}


def test_the_table_of_endpoints_is_complete(anonymous: httpx.Client) -> None:
    document = anonymous.get("/api/openapi.json").json()
    described = {path for path in document["paths"] if path.startswith("/api/v1")} - PUBLIC
    normalised = {path.split("{")[0] + ("{…}" + path.split("}", 1)[1] if "{" in path else "") for path in described}
    ours = {path.split("{")[0] + "{…}" + path.split("}", 1)[1] for _method, path in ENDPOINTS}
    assert normalised <= ours


@pytest.fixture
def things(portal: Portal, person, quick_pack) -> dict[str, str]:
    """The ids of an attempt that is under way, its submission, and an upload that was never finished."""
    ada = person("ada")
    attempt = ada.begin()
    ada.solve(1, quick_pack)
    submission = ada.candidate.guildmark_json("submit", "1", "--no-wait")["submission"]["id"]
    headers = {"Authorization": f"Bearer {ada.token}", "Guildmark-Protocol": "1", **TUS}
    opened = httpx.post(f"{portal.url}/api/v1/attempts/{attempt}/uploads", headers=headers)
    assert opened.status_code == 201
    ids = {"attempt": attempt, "submission": submission, "category": "category1"}
    return {**ids, "upload": opened.headers["location"].rstrip("/").rsplit("/", 1)[-1]}


def test_a_stranger_gets_not_found_from_every_endpoint_and_page(portal: Portal, person, things, anonymous) -> None:
    eve = person("eve")
    session = eve.browser._http
    token = session.cookies.get("csrftoken", "")
    headers = {"X-CSRFToken": token, "Referer": portal.url, "Guildmark-Protocol": "1"}
    for method, path in ENDPOINTS:
        url = path.format(**things)
        body = BODIES.get(url.rsplit("/", 1)[-1])
        sent = {**headers, **(TUS if "upload" in url else {})}
        answer = session.request(method, url, json=body, headers=sent)
        assert (method, url, answer.status_code) == (method, url, 404)
        refused = anonymous.request(
            method, url, json=body, headers={"Guildmark-Protocol": "1", **(TUS if "upload" in url else {})}
        )
        assert (method, url, refused.status_code) == (method, url, 401)
    for page in PAGES:
        url = page.format(**things)
        assert (url, session.get(url).status_code) == (url, 404)
        redirected = anonymous.get(url)
        assert (url, redirected.status_code) == (url, 302)
        assert redirected.headers["location"].startswith("/accounts/login/")


def test_a_stranger_changes_nothing(portal: Portal, person) -> None:
    ada, eve = person("ada"), person("eve")
    attempt = ada.begin()
    before = ada.candidate.guildmark_json("status")
    session = eve.browser._http
    headers = {"X-CSRFToken": session.cookies.get("csrftoken", ""), "Referer": portal.url}
    session.post(f"/api/v1/attempts/{attempt}/finish", json={"confirm": True}, headers=headers)
    after = ada.candidate.guildmark_json("status")
    assert (after["phase"], after["finished_at"], after["deadline"]) == ("running", None, before["deadline"])
