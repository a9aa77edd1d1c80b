"""The page that verifies in the browser alone: it finds what `guildmark verify` finds, of genuine files and of every forgery.

It runs in Chromium, under a policy that allows no inline code, on a page whose server has three files and nothing else.
"""

import base64
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from kit.tests.badges import issuing
from kit.tests.badges.forgeries import FORGERIES
from kit.tests.badges.forging import Forgery
from kit.tests.badges.issuing import ISSUED, NOW
from playwright.sync_api import Page, expect, sync_playwright
from portal.tests.credentials import paper_samples

from guildmark.badges.baking import bake_png, bake_svg
from guildmark.badges.verification import Standing, Verdict, verify
from guildmark_portal.credentials import paper

ROOT = Path(__file__).parents[2]
VERIFIER = ROOT / "portal" / "src" / "guildmark_portal" / "web" / "static" / "guildmark" / "verify" / "verify.js"
CHROMIUM = "/usr/bin/chromium"
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"
GENUINE = ("credential", "token", "png", "svg", "pdf", "older")
IN_THE_BROWSER = """async ({ content, issuer, now }) => {
  const { verify } = await import("./verify.js");
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  return verify(bytes, issuer, now);
}"""

Found = Callable[..., dict[str, object]]

pytestmark = [pytest.mark.certificates, pytest.mark.xdist_group("browser-verifier")]


def _name(forgery: Forgery) -> str:
    return f"{forgery.of}: {forgery.name}"


class Quiet(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_given: object) -> None:
        pass


@pytest.fixture(scope="module")
def issuer() -> issuing.Issuer:
    made = issuing.Issuer()
    for kind in GENUINE:
        getattr(made, kind)  # PDFs are signed in an event loop of their own, which does not go together with Playwright's
    return made


@pytest.fixture(scope="module")
def forged(issuer) -> dict[str, bytes]:
    return {_name(forgery): forgery.make(issuer, getattr(issuer, forgery.of)) for forgery in FORGERIES}


@pytest.fixture(scope="module")
def address(tmp_path_factory, issuer) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(VERIFIER, folder)
    shutil.copy(Path(__file__).with_name("page.html"), folder)
    (folder / "issuer.json").write_text(issuer.file.model_dump_json(), encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/page.html"
        server.shutdown()
        thread.join(5)


@pytest.fixture(scope="module")
def shipped(issuer) -> dict[str, bytes]:
    """What the portal itself makes of the credential: the paper as typst sets it, signed, and its own badge, baked."""
    facts = replace(paper_samples.FACTS, credential=issuer.credential)
    signing = {"key_pem": issuer.pdf_key.key.pem, "certificate_pem": issuer.pdf_key.certificate_pem, "now": ISSUED}
    signed = paper.sign(paper.pdf(facts), **signing)
    return {
        "pdf": signed,
        "edited pdf": signed.replace(b"/MediaBox", b"/MedlaBox", 1),
        "png": bake_png(paper.badge_png(facts.badge), issuer.credential.decode()),
        "svg": bake_svg(paper.badge_svg(facts.badge), issuer.credential.decode()).encode(),
        "token in an svg": bake_svg(paper.badge_svg(facts.badge), issuer.token.decode()).encode(),
    }


@pytest.fixture(scope="module")
def page(address, forged, shipped) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(timezone_id="UTC", locale="en-GB")
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda told: problems.append(told.text) if "script-src" in told.text else None)
        page.goto(address)
        yield page
        browser.close()
    assert problems == []


@pytest.fixture
def found(page, issuer) -> Found:
    """What the browser finds of a file."""

    def find(content: bytes, file=None, now=NOW) -> dict[str, object]:
        given = {
            "content": base64.b64encode(content).decode(),
            "issuer": json.loads((file or issuer.file).model_dump_json()),
            "now": now.timestamp() * 1000,
        }
        return page.evaluate(IN_THE_BROWSER, given)

    return find


def _comparable(verdict: dict[str, object]) -> dict[str, object]:
    """A verdict without what is not told, and without when it was found."""
    return {name: value for name, value in verdict.items() if value not in (None, [], False) and name != "checked_at"}


def _same(found: dict[str, object], expected: Verdict) -> bool:
    return _comparable(found) == _comparable(json.loads(expected.model_dump_json()))


@pytest.mark.parametrize("kind", GENUINE)
def test_x13_the_browser_finds_of_a_genuine_file_what_the_kit_finds(found, issuer, kind):
    content = getattr(issuer, kind)
    expected = verify(content, issuer.file, NOW)
    assert expected.standing is (Standing.STATUS_UNKNOWN if kind == "older" else Standing.VALID)
    assert _same(found(content), expected)


@pytest.mark.parametrize("name", ["pdf", "edited pdf", "png", "svg", "token in an svg"])
def test_x13_the_browser_finds_of_the_portals_own_papers_what_the_kit_finds(found, issuer, shipped, name):
    expected = verify(shipped[name], issuer.file, NOW)
    assert expected.standing is (Standing.ALTERED if name == "edited pdf" else Standing.VALID)
    assert _same(found(shipped[name]), expected)


@pytest.mark.parametrize(
    ("retired", "standing"), [(ISSUED, Standing.VALID), (ISSUED - timedelta(seconds=1), Standing.NOT_OURS)]
)
def test_x13_the_browser_reads_when_the_portal_signed_a_paper(found, issuer, shipped, retired, standing):
    assert rb"/M (D\072" in shipped["pdf"]  # the signer escapes the colon of the time, which is as good as writing it
    file = issuer.but(retired={"pdf": retired}).file
    expected = verify(shipped["pdf"], file, NOW)
    assert expected.standing is standing
    assert _same(found(shipped["pdf"], file), expected)


@pytest.mark.parametrize("kind", GENUINE)
@pytest.mark.parametrize("now", [ISSUED - timedelta(seconds=1), NOW + timedelta(days=30), NOW + timedelta(days=5000)])
def test_x13_the_browser_knows_dates_and_old_lists(found, issuer, kind, now):
    content = getattr(issuer, kind)
    assert _same(found(content, now=now), verify(content, issuer.file, now))


@pytest.mark.parametrize("purpose", ["revocation", "suspension", "refresh"])
@pytest.mark.parametrize("kind", GENUINE)
def test_x13_the_browser_reads_the_lists(found, issuer, kind, purpose):
    listed = issuer.but(listed={purpose: (issuer.facts.status_index,)})
    content = getattr(issuer, kind)
    expected = verify(content, listed.file, NOW)
    assert expected.standing is not Standing.VALID
    assert _same(found(content, listed.file), expected)


def test_x13_the_browser_relies_on_no_list_that_is_missing_foreign_or_of_another_key(found, issuer):
    lists = issuer.file.status_lists
    foreign = issuing.Issuer()
    moved = {**lists[1], "id": lists[0]["id"]}
    for wrong in ((), lists[1:], (*lists, lists[0]), (moved, *lists[1:]), tuple(foreign.file.status_lists)):
        file = issuer.file_with(status_lists=wrong)
        expected = verify(issuer.credential, file, NOW)
        assert expected.standing is Standing.STATUS_UNKNOWN
        assert _same(found(issuer.credential, file), expected)


@pytest.mark.parametrize("forgery", FORGERIES, ids=_name)
def test_x13_the_browser_finds_out_every_forgery(found, issuer, forged, forgery):
    verdict = found(forged[_name(forgery)], forgery.issuer(issuer).file)
    assert (verdict["standing"], verdict["checks"][0]["reason"]) == forgery.is_found
    assert not verdict.keys() & {"holder", "identifier", "title", "lists"}


def test_x13_a_file_that_is_chosen_is_verified_by_the_file_beside_the_page(page, issuer, address):
    page.goto(address)
    page.clock.set_fixed_time(NOW)
    page.set_input_files("[data-file]", {"name": "certificate.pdf", "mimeType": "application/pdf", "buffer": issuer.pdf})

    expect(page.locator('[data-say="standing"]')).to_have_text("It is valid.")
    expect(page.locator('[data-row="holder"] dd')).to_have_text("Ada Lovelace")
    expect(page.locator('[data-row="expires"] dd')).to_have_text("March 2, 2029")
    expect(page.locator('[data-row="identity_check"] dd')).to_have_text("Checked by reviewers")
    expect(page.locator('[data-row="url"] a')).to_have_attribute("href", f"{issuer.url}/certificates/GM-7K2M-9QXD-4HTB/")


def test_a_demonstration_is_called_so_before_anything_else(page, address):
    demonstration = issuing.Issuer(changes={"demonstration": True})
    content, file = demonstration.credential, demonstration.file.model_dump_json()
    page.goto(address)
    page.route("**/issuer.json", lambda route: route.fulfill(body=file, content_type="application/json"))
    told = page.locator('[data-say="standing"]')
    for now, said in ((NOW, "A demonstration"), (NOW + timedelta(days=5000), "A demonstration: It has expired.")):
        page.clock.set_fixed_time(now)
        page.set_input_files("[data-file]", {"name": "a.json", "mimeType": "application/json", "buffer": content})
        expect(told).to_have_text(said)
    page.unroute("**/issuer.json")


def test_x13_what_is_dropped_and_altered_is_told_so_and_nothing_of_it_is_shown(page, issuer, address):
    page.goto(address)
    page.clock.set_fixed_time(NOW)
    altered = issuer.credential.replace(b"Ada Lovelace", b"<b>Eve</b>").decode()
    page.evaluate(
        """(text) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([text], "credential.json"));
          document.querySelector("[data-verify]").dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
        }""",
        altered,
    )

    expect(page.locator('[data-say="standing"]')).to_have_text("It was altered.")
    expect(page.locator('[data-say="why"]')).to_have_text("The signature does not fit.")
    expect(page.locator("[data-checks] li")).to_have_text(["Signature: no. The signature does not fit."])
    assert page.locator("[data-row]:visible").count() == 0
    assert "Eve" not in page.content()


def test_without_the_issuers_file_the_page_says_so(page, issuer, address):
    page.goto(address)
    page.route("**/issuer.json", lambda route: route.fulfill(status=404))
    page.set_input_files("[data-file]", {"name": "a.json", "mimeType": "application/json", "buffer": issuer.credential})
    expect(page.get_by_role("alert")).to_have_text("The file of the issuer is not here.")
    page.unroute("**/issuer.json")
