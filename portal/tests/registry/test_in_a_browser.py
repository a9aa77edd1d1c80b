"""The exported site as a reader has it: plain files behind `python -m http.server`, and no other host in the world."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from portal.tests.registry.conftest import Holding

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials import badge, files, life
from guildmark_portal.exams import keyring
from guildmark_portal.portal_secrets import IssuerKey, IssuerKeyKind
from guildmark_portal.registry import export

CHROMIUM = "/usr/bin/chromium"
pytestmark = [pytest.mark.certificates, pytest.mark.django_db, pytest.mark.xdist_group("exported-register")]


@dataclass(frozen=True)
class Exports:
    """Two exports of one register; Ada's certificate was revoked between them. Files are those of before."""

    root: Path
    identifiers: tuple[str, str]
    credential: bytes
    png: bytes


@pytest.fixture
def www(tmp_path: Path) -> Path:
    """The folder that is served; exports stand in folders of it. They are written before the browser's loop runs."""
    made = tmp_path / "www"
    made.mkdir()
    return made


@pytest.fixture
def exports(hold: Callable[..., Holding], staff: User, www: Path) -> Exports:
    now, root = clock.now(), www
    ada = hold("Ada Lovelace", country="GB", town="London", headline="Analytical engines", about="I wrote the first one.")
    hold("김민준", country="KR")
    private = hold("Grace Unlisted", agrees=False)
    credential, png = badge.document_of(ada.certificate, now=now), files.badge_png(ada.certificate, now=now)
    export.write(root / "before", years=10, now=now)
    life.revoke(certificate=ada.certificate, reason="Somebody else sat it.", actor=staff, now=now)
    export.write(root / "after", years=10, now=clock.now())
    return Exports(root, (ada.certificate.identifier, private.certificate.identifier), credential, png)


@dataclass(frozen=True)
class Rotated:
    """A paper that an older key signed, and one that its successor did."""

    papers: tuple[bytes, bytes]


@pytest.fixture
def rotated(www: Path, hold: Callable[..., Holding], settings) -> Rotated:
    """An export of after the key that signs PDFs was rotated."""
    now = clock.now()
    certificate = hold("Katherine Johnson").certificate
    older = files.pdf_of(certificate, now=now, language="en")
    new = IssuerKey.generate(IssuerKeyKind.PDF, organisation="Guild", now=now)
    retired = (replace(key, retired_at=now) if key.kind is IssuerKeyKind.PDF else key for key in settings.ISSUER_KEYS)
    settings.ISSUER_KEYS = (new, *retired)
    newer = files.pdf_of(certificate, now=now, language="ko")
    export.write(www / "rotated", years=10, now=clock.now())
    return Rotated((older, newer))


@pytest.fixture
def demonstration(www: Path, hold: Callable[..., Holding]) -> bytes:
    """The credential of a demonstration, and an export beside it."""
    certificate = hold("Nobody Real", agrees=False).certificate
    said = {name: value for name, value in certificate.document.items() if name not in {"key_id", "signature"}}
    certificate.document = keyring.signed({**said, "demonstration": True})
    certificate.demonstration = True
    certificate.save(update_fields=["document", "demonstration"])
    credential = badge.document_of(certificate, now=clock.now())
    export.write(www / "demonstration", years=10, now=clock.now())
    return credential


@pytest.fixture
def site(www: Path) -> Iterator[str]:
    """The address of a server of files."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(www)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        for _time in range(100):
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
        server.terminate()


@pytest.fixture
def page(site: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(timezone_id="UTC", locale="en-GB")
        asked: list[str] = []
        problems: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda told: problems.append(told.text) if "Content Security Policy" in told.text else None)
        yield page
        browser.close()
    assert problems == []
    assert [address for address in asked if not address.startswith((site, "data:", "blob:"))] == []


def drop(page: Page, name: str, content: bytes) -> None:
    """Drop a file on the verifier."""
    page.evaluate(
        """({ name, content }) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([Uint8Array.from(content)], name));
          document.querySelector("[data-verify]").dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
        }""",
        {"name": name, "content": list(content)},
    )


def test_x13_the_exported_page_tells_genuine_altered_and_revoked_files(exports: Exports, page: Page, site: str) -> None:
    said = page.locator('[data-say="standing"]')
    for name, content in (("badge.json", exports.credential), ("badge.png", exports.png)):
        page.goto(f"{site}before/verify/index.html")
        drop(page, name, content)
        expect(said).to_have_text("Valid")
        expect(page.locator('[data-row="holder"] dd')).to_have_text("Ada Lovelace")
        expect(page.locator('[data-means="valid"]')).to_be_visible()
        expect(page.locator("[data-means]:visible")).to_have_count(1)
    drop(page, "badge.json", exports.credential.replace(b"Ada Lovelace", b"Eve Lovelace"))
    expect(said).to_have_text("Altered")
    assert "Eve" not in page.content()
    page.goto(f"{site}after/verify/index.html")
    drop(page, "badge.json", exports.credential)
    expect(said).to_have_text("Revoked")
    expect(page.locator("[data-checks] li[data-outcome=failed]")).to_have_count(1)


def test_x13_a_paper_stays_valid_when_its_key_was_rotated(rotated: Rotated, page: Page, site: str) -> None:
    said = page.locator('[data-say="standing"]')
    page.goto(f"{site}rotated/verify/index.html")
    for paper in rotated.papers:
        drop(page, "certificate.pdf", paper)
        expect(said).to_have_text("Valid")
        page.locator("[data-verdict]").evaluate("verdict => (verdict.hidden = true)")
        expect(said).to_be_hidden()


def test_x13_the_exported_page_calls_a_demonstration_so_first(demonstration: bytes, page: Page, site: str) -> None:
    page.goto(f"{site}demonstration/verify/index.html")
    drop(page, "credential.json", demonstration)
    expect(page.locator('[data-say="standing"]')).to_have_text("Demonstration")
    expect(page.locator("[data-means]:visible")).to_have_text(
        ["The signature is genuine, but this is a demonstration: it certifies nothing."]
    )


def test_x13_a_number_finds_only_what_may_be_shown(exports: Exports, page: Page, site: str) -> None:
    listed, private = exports.identifiers
    page.goto(f"{site}before/certificates/{listed}/index.html")
    page.get_by_role("link", name="Check it now").click()
    expect(page.locator('[data-say="standing"]')).to_have_text("Valid")
    page.get_by_label("Identifier").fill(private.lower())
    page.get_by_role("button", name="Check the certificate").click()
    expect(page.locator("[data-absent]")).to_be_visible()
    page.get_by_label("Identifier").fill(listed.replace("-", " ").lower())
    page.get_by_role("button", name="Check the certificate").click()
    expect(page.locator("[data-absent]")).to_be_hidden()
    expect(page.locator('[data-say="standing"]')).to_have_text("Valid")


def test_c5_the_search_of_the_export_finds_by_name_country_and_map(exports: Exports, page: Page, site: str) -> None:
    names = page.locator("[data-cards] h3")
    page.goto(f"{site}before/network/index.html")
    for typed, expected in (("love", ["Ada Lovelace"]), ("김", ["김민준"]), ("nobody", []), ("!", [])):
        page.get_by_label("Name").fill(typed)
        page.get_by_role("button", name="Search").click()
        expect(names).to_have_text(expected)
        expect(page.locator("[data-none]")).to_be_visible(visible=not expected)
    page.goto(f"{site}before/network/map/index.html")
    page.get_by_role("table").get_by_role("link", name=re.compile("Korea")).click()
    expect(names).to_have_text(["김민준"])
    names.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("김민준")
    page.goto(f"{site}after/ko/network/index.html?name=ada")
    expect(names).to_have_text([])
    expect(page.locator("[data-none]")).to_be_visible()


def test_a_page_from_a_disk_says_what_it_cannot_do(exports: Exports, page: Page, site: str) -> None:
    with sync_context(page) as other:
        other.goto(f"file://{exports.root}/before/verify/index.html")
        expect(other.locator("[data-from-disk]")).to_be_visible()
        other.goto(f"file://{exports.root}/before/network/index.html")
        expect(other.locator("[data-from-disk]")).to_be_visible()
        expect(other.locator("[data-list] h3")).to_have_text(["김민준", "Ada Lovelace"])


def sync_context(page: Page) -> Page:
    """A page whose requests are not counted."""
    return page.context.browser.new_page()  # type: ignore[union-attr]
