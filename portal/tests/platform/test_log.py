"""What an operator reads while the portal is really served: only what is worth reading."""

import logging
import re
import subprocess
import uuid

import httpx
import pytest
from django.conf import settings
from portal.tests.exams.conftest import BankFolder

from .conftest import PORTAL, ServedPortal, until

pytestmark = [pytest.mark.timeout(120), pytest.mark.commands]
PROTOCOL = {"Guildmark-Protocol": "1"}


@pytest.fixture
def examining(initialised, portal_env, tmp_path):
    """A served portal with an exam, which shows every warning that Python has."""
    (tmp_path / "bank").mkdir()
    BankFolder(tmp_path / "bank")
    published = [*PORTAL, "publish", str(tmp_path / "bank"), "--kind", "demo", "--data", str(initialised)]
    subprocess.run(published, env=portal_env, check=True, capture_output=True)
    portal = ServedPortal(initialised, {**portal_env, "PYTHONWARNINGS": "always"})
    yield portal
    portal.stop()


def post(browser: httpx.Client, path: str, **fields: str) -> httpx.Response:
    token = browser.cookies.get("csrftoken", "")
    return browser.post(path, data={**fields, "csrfmiddlewaretoken": token}, headers={"X-CSRFToken": token, **PROTOCOL})


def signed_in(portal: ServedPortal, browser: httpx.Client) -> None:
    browser.get("/accounts/login/")
    post(browser, "/accounts/login/", login="owner@example.org")
    post(browser, "/accounts/login/code/confirm/", code=portal.code_for("owner@example.org"))


def test_no_page_static_file_or_download_leaves_a_warning(examining):
    with httpx.Client(base_url=examining.url, follow_redirects=True, timeout=20) as browser:
        signed_in(examining, browser)
        answer = post(browser, "/exam/", program="tiny-demo")
        attempt = str(uuid.UUID(answer.url.path.rstrip("/").rpartition("/")[2]))
        offer = post(browser, f"/api/v1/attempts/{attempt}/prepare").json()
        bundle = browser.get(offer["url"])
        assert (bundle.status_code, len(bundle.content)) == (200, offer["size"])
        assert bundle.headers["content-length"] == str(offer["size"])
        pages = ["/", "/exam/", f"/exam/{attempt}/", "/account/", "/admin/", "/api/openapi.json", "/api/v1/attempts"]
        found = [browser.get(page) for page in pages]
        assert [answer.status_code for answer in found] == [200] * len(pages)
        files = {path for answer in found for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', answer.text)}
        assert len(files) > 5
        assert {browser.get(path).status_code for path in files} == {200}
        assert {browser.get(path).status_code for path in ("/nothing/", "/api/v1/nothing", "/static/nothing.css")} == {404}
    assert examining.stop() == 0
    assert [line for line in examining.errors().splitlines() if "Warning" in line] == []


def test_a_bundle_of_somebody_else_is_not_found(examining):
    with httpx.Client(base_url=examining.url, follow_redirects=True, timeout=20) as browser:
        assert browser.get(f"/api/v1/attempts/{uuid.uuid4()}/bundle").status_code == 401
        signed_in(examining, browser)
        assert browser.get(f"/api/v1/attempts/{uuid.uuid4()}/bundle").status_code == 404


def test_a_request_for_another_host_is_one_line_of_warning(served):
    for host in ("evil.example.org", "x%s{}\N{LATIN SMALL LETTER E WITH ACUTE}".encode()):
        assert httpx.get(served.url, headers={"host": host}).status_code == 400
    until(lambda: len(served.errors().splitlines()) >= 2)
    lines = served.errors().splitlines()
    assert [line.split()[2] for line in lines] == ["WARNING", "WARNING"]
    assert lines[0].endswith(
        "django.security.DisallowedHost: Invalid HTTP_HOST header: 'evil.example.org'. "
        "This portal answers to 127.0.0.1, [::1], localhost alone."
    )


FORM = "application/x-www-form-urlencoded"


def test_g4_a_form_that_cannot_be_read_is_refused_in_at_most_one_line_of_warning(served):
    cookie = {"cookie": "csrftoken=" + "x" * 32}
    types = (f"{FORM}; charset=utf-7", f"{FORM}; charset*=nothing''utf-8", "multipart/form-data; boundary=x; charset=hex")
    for announced in types:
        for page in ("/accounts/login/", "/nothing/", "/api/v1/attempts"):
            answer = httpx.post(f"{served.url}{page}", content=b"x=1", headers={"content-type": announced, **cookie})
            assert (answer.status_code, "not in UTF-8" in answer.text) == (400, True)
    fields = "&".join(f"x{number}=1" for number in range(5_000))
    answer = httpx.post(f"{served.url}/accounts/login/", content=fields, headers={"content-type": FORM, **cookie})
    assert answer.status_code == 400
    until(lambda: "TooManyFieldsSent" in served.errors())
    (line,) = served.errors().splitlines()
    assert line.split()[2:4] == ["WARNING", "django.security.TooManyFieldsSent:"]


@pytest.mark.parametrize("page", ["/identity/camera/{token}/", "/accounts/recovery/{token}/", "/nothing/camera/{token}"])
def test_an_address_that_is_a_secret_stands_in_no_line(page):
    """Django names the address of whatever it refuses."""
    line = settings.LOGGING["formatters"]["line"]
    formatter = line["()"](**{key: value for key, value in line.items() if key != "()"})
    refused = ("CSRF cookie not set.", page.format(token="Zm9vYmFy-_1"))
    record = logging.LogRecord("django.security.csrf", logging.WARNING, "", 0, "Forbidden (%s): %s", refused, None)
    written = formatter.format(record)
    assert ("Zm9vYmFy" in written, "[token]" in written, "Forbidden (CSRF cookie not set.)" in written) == (False, True, True)


def test_a_refused_form_leaves_no_token_in_the_log_of_a_served_portal(served):
    assert httpx.post(f"{served.url}/accounts/recovery/Zm9vYmFyZm9v/", data={"x": "1"}).status_code == 403
    until(lambda: "Forbidden" in served.errors())
    assert ("Zm9vYmFyZm9v" in served.errors(), "/accounts/recovery/[token]/" in served.errors()) == (False, True)
