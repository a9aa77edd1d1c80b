"""The register as files: everything to check certificates with, those who agreed to be found, and nobody else."""

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import escape
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from portal.tests.registry.conftest import Holding

from guildmark.badges.issuer import IssuerFile
from guildmark.badges.verdict import Standing
from guildmark.badges.verification import verify
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.credentials import badge, life
from guildmark_portal.directory import services
from guildmark_portal.exams import keyring
from guildmark_portal.registry import export, people

pytestmark = [pytest.mark.django_db, pytest.mark.certificates]

Hold = Callable[..., Holding]
Exported = Callable[..., dict[str, bytes]]
LANGUAGES = ("", "ko/", "zh-hans/")


class Parts(HTMLParser):
    """What a page leads to or loads, and whether it has code or style of its own."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.robots = self.policy = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if given.get("rel") not in {"canonical", "nofollow ugc noopener noreferrer"}:
            self.addresses += [given[name] for name in ("href", "src", "data-issuer") if name in given]
        if (tag == "script" and "src" not in given) or tag == "style":
            self.inline.append(tag)
        self.inline += [name for name in given if name.startswith("on") or name == "style"]
        if given.get("name") == "robots":
            self.robots = given["content"]
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]


def verdict(files: dict[str, bytes], content: bytes, *, now: datetime) -> Standing:
    return verify(content, IssuerFile.model_validate_json(files["verify/issuer.json"]), now).standing


def document(holding: Holding) -> bytes:
    return badge.document_of(holding.certificate, now=clock.now())


def test_x13_certificates_are_checked_with_an_export_alone_for_years(hold: Hold, exported: Exported) -> None:
    held = document(hold("Ada Lovelace", agrees=False))
    files = exported()
    now = clock.now()
    assert verdict(files, held, now=now) is Standing.VALID
    assert verdict(files, held, now=now + timedelta(days=1000)) is Standing.VALID
    assert verdict(files, held, now=now + timedelta(days=3000)) is Standing.EXPIRED
    assert verdict(files, held.replace(b"Ada", b"Eve"), now=now) is Standing.ALTERED


def test_x13_revoked_before_the_export_is_told_by_it(hold: Hold, exported: Exported, staff: User) -> None:
    holding = hold("Ada Lovelace")
    before = exported()
    held = before[f"certificates/{holding.certificate.identifier}/credential.json"]
    life.revoke(certificate=holding.certificate, reason="Somebody else sat it.", actor=staff, now=clock.now())
    after = exported()
    assert [verdict(files, held, now=clock.now()) for files in (before, after)] == [Standing.VALID, Standing.REVOKED]
    assert [path for path in after if holding.certificate.identifier in path] == []


def test_x13_lists_hold_as_long_as_asked_for_and_the_portals_own_are_left_alone(
    hold: Hold, exported: Exported, client: Client
) -> None:
    held = document(hold("Ada Lovelace"))
    served = client.get("/status/1/revocation").content
    now = clock.now()
    for years in (1, 10):
        files = exported(years)
        lists = [json.loads(files[f"status/1/{purpose}"]) for purpose in ("revocation", "suspension", "refresh")]
        assert lists == IssuerFile.model_validate_json(files["verify/issuer.json"]).model_dump(mode="json")["status_lists"]
        for one in lists:
            assert (
                abs(datetime.fromisoformat(one["validUntil"]).astimezone(UTC) - now - timedelta(days=365.25 * years)).days < 2
            )
        assert json.loads(files["export.json"])["valid_until"][:4] == str(now.year + years)
    assert verdict(files, held, now=now) is Standing.VALID
    assert client.get("/status/1/revocation").content == served


def test_x13_the_portals_addresses_go_on_with_what_stood_there(hold: Hold, exported: Exported, client: Client) -> None:
    holding = hold("Ada Lovelace")
    folder = f"certificates/{holding.certificate.identifier}/"
    credential = client.get(f"/{folder}credential.json").content
    files = exported()
    assert files[f"{folder}credential.json"] == credential
    assert 'data-standing="valid"' in files[f"{folder}index.html"].decode()
    assert json.loads(files[".well-known/did.json"]) == json.loads(client.get("/.well-known/did.json").content)
    assert holding.listing is not None
    pages = ("", "verify/", "network/", "network/map/", f"network/{holding.listing.slug}/", folder)
    for path in pages:
        assert client.get(f"/{path}").status_code == 200
        for language in LANGUAGES:
            assert f"{language}{path}index.html" in files


def test_the_files_of_a_certificate_go_on_at_their_addresses(hold: Hold, exported: Exported, client: Client) -> None:
    folder = f"certificates/{hold('Ada Lovelace').certificate.identifier}/"
    names = ("credential.json", "credential.jwt", "badge.png", "badge.svg")
    served = {name: client.get(f"/{folder}{name}").content for name in names}
    files = exported()
    assert {name: files[folder + name] for name in names} == served
    assert {name: verdict(files, files[folder + name], now=clock.now()) for name in names} == dict.fromkeys(
        names, Standing.VALID
    )
    page = files[f"{folder}index.html"].decode()
    assert all(f"{folder}{name}" in page for name in names)


def test_what_a_certificate_stands_for_is_told_where_its_badge_says_in_every_language(hold: Hold, exported: Exported) -> None:
    holding = hold("Ada Lovelace")
    files = exported()
    credential = json.loads(files[f"certificates/{holding.certificate.identifier}/credential.json"])
    achievement = credential["credentialSubject"]["achievement"]
    address = urlsplit(achievement["id"]).path.lstrip("/")
    english, korean = files[f"{address}/index.html"].decode(), files[f"ko/{address}/index.html"].decode()
    assert escape(achievement["criteria"]["narrative"]) in english
    assert 'id="total"' in english
    assert "What is tested" in english
    assert "What is tested" not in korean
    page = files[f"certificates/{holding.certificate.identifier}/index.html"].decode()
    assert f'href="../../{address}/index.html"' in page
    assert 'data-identity="none"' in page


def test_what_an_exam_certified_before_an_operator_changed_that_is_told_too(hold: Hold, exported: Exported) -> None:
    certificate = hold("Ada Lovelace").certificate
    certificate.document = keyring.signed({**certificate.document, "program": "certified-before"})
    certificate.save(update_fields=["document"])
    files = exported()
    assert f"programs/certified-before/achievements/{certificate.document['exam_version']}/index.html" in files
    link = re.search(r'href="../../(programs/[^"]+)"', files[f"certificates/{certificate.identifier}/index.html"].decode())
    assert link is not None
    assert link[1] in files


def test_badges_can_be_left_out_and_then_no_page_offers_them(hold: Hold, folder: Path) -> None:
    place = folder / "certificates" / hold("Ada Lovelace").certificate.identifier
    export.write(folder, years=1, now=clock.now(), has_badges=False)
    assert sorted(path.name for path in place.iterdir()) == ["credential.json", "credential.jwt", "index.html"]
    assert "badge." not in (place / "index.html").read_text()


def test_how_to_host_it_is_said_in_every_language_with_the_same_configurations(db: None, exported: Exported) -> None:
    files = exported()
    said = {name: files[name].decode() for name in ("HOSTING.md", "HOSTING.ko.md", "HOSTING.zh-hans.md")}
    blocks = [re.findall(r"```(nginx|caddy)\n(.*?)```", text, re.DOTALL) for text in said.values()]
    assert [name for name, _block in blocks[0]] == ["nginx", "caddy"]
    assert blocks[0] == blocks[1] == blocks[2]
    host = settings.PORTAL_URL.partition("://")[2]
    for text in said.values():
        assert re.findall(r"@[A-Z]+@", text) == []
        assert text.count(f"`https://{host}/`") == 1
        assert sum(name in text for name in said) == 2  # each leads to the others


def test_more_holders_take_no_more_queries(hold: Hold, folder: Path) -> None:
    def taken() -> int:
        with CaptureQueriesContext(connection) as queries:
            export.write(folder, years=1, now=clock.now())
        return len(queries)

    for name in ("Ada Lovelace", "Mary Somerville"):
        badge.jwt_of(hold(name).certificate, now=clock.now())
    few = taken()
    for name in ("김민준", "José Müller", "Grace Hopper"):
        badge.jwt_of(hold(name).certificate, now=clock.now())
    assert taken() == few


def test_every_link_leads_to_a_file_of_the_export_and_no_page_has_code_of_its_own(hold: Hold, exported: Exported) -> None:
    hold("Ada Lovelace", links=("https://ada.example/",))
    hold("김민준", country="KR")
    files = exported()
    pages = [path for path in files if path.endswith(".html")]
    assert len(pages) == 3 * (5 + 2 * 2) + 1
    for page in pages:
        parts = Parts(files[page].decode())
        assert parts.inline == []
        assert parts.policy.startswith("default-src 'none'; script-src 'self';")
        for address in parts.addresses:
            path = address.partition("?")[0].partition("#")[0]
            if not path:
                continue
            base = PurePosixPath("/" if path.startswith("/") else "/" + str(PurePosixPath(page).parent))
            steps: list[str] = []
            for step in (*base.parts[1:], *path.lstrip("/").split("/")):
                steps = steps[:-1] if step == ".." else [*steps, step]
            assert "/".join(step for step in steps if step != ".") in files, (page, address)


def test_c5_nothing_of_who_did_not_agree_and_no_address_of_anybody_is_in_any_file(hold: Hold, exported: Exported) -> None:
    private = [hold("Grace Unlisted", agrees=False, country="NZ"), hold("이 아무개", agrees=False, country="KR")]
    public = hold("Ada Lovelace", country="GB")
    for holding in (*private, public):
        document(holding)
    files = exported()
    secrets = [key.private_key for key in (*settings.ISSUER_KEYS, *settings.SIGNING_KEYS)]
    hidden = [
        *(text for one in private for text in (one.user.name, one.user.name.split()[-1], one.certificate.identifier)),
        *(one.user.email for one in (*private, public)),
        *("private.example", "@private", settings.MASTER_SECRET.hex()),
        *(line for secret in secrets for line in secret.splitlines() if "-----" not in line),
    ]
    for path, content in files.items():
        shown = path + content.decode("utf-8", "replace")
        assert [text for text in hidden if text.lower() in shown.lower()] == [], path
    assert "Ada Lovelace" in files["network/index.html"].decode()
    assert base64.b64encode(settings.MASTER_SECRET) not in b"".join(files.values())


def test_c5_a_country_counts_only_those_who_are_listed(hold: Hold, exported: Exported) -> None:
    hold("Grace Unlisted", agrees=False, country="NZ")
    hold("Ada Lovelace", country="GB")
    shown = exported()["network/map/index.html"].decode()
    assert re.findall(r'country=(\w\w)"', shown) == ["GB", "GB"]  # on the map, and in the table
    assert "United Kingdom: 1 holder" in shown


def test_c5_who_leaves_the_network_is_not_in_the_next_export(hold: Hold, exported: Exported) -> None:
    leaving, staying = hold("Ada Lovelace"), hold("Mary Somerville")
    assert "Ada Lovelace" in exported()["network/search/parts/0.json"].decode()
    services.take_out(user=leaving.user, actor=leaving.user)
    left = exported()
    everything = "".join(path + content.decode("utf-8", "replace") for path, content in left.items())
    assert [text in everything for text in ("Lovelace", leaving.certificate.identifier)] == [False, False]
    assert [text in everything for text in ("Somerville", staying.certificate.identifier)] == [True, True]


def test_c5_who_leaves_while_it_is_written_is_not_in_it(hold: Hold, folder) -> None:
    leaving, staying = hold("Ada Lovelace"), hold("Mary Somerville")

    def leave(done: int, of: int) -> None:
        if done == of:
            services.take_out(user=leaving.user, actor=leaving.user)

    made = export.write(folder, years=1, now=clock.now(), told=leave)
    paths = [str(path.relative_to(folder)) for path in folder.rglob("*")]
    assert (made.holders, made.certificates) == (1, 1)
    assert [path for path in paths if "lovelace" in path or leaving.certificate.identifier in path] == []
    assert [path for path in paths if staying.certificate.identifier in path] != []


def test_c5_a_profile_says_what_its_holder_chose_and_search_engines_get_what_they_allowed(
    hold: Hold, exported: Exported
) -> None:
    plain = hold("Ada Lovelace", shows_country=False)
    open_ = hold("Mary Somerville", town="Jedburgh", headline="Connexion", about="<b>Stars</b>", is_indexed=True)
    files = exported()
    pages = [files[f"network/{one.listing.slug}/index.html"].decode() for one in (plain, open_) if one.listing]
    assert [Parts(page).robots for page in pages] == ["noindex, nofollow, noarchive", "noarchive"]
    assert ["United Kingdom" in page for page in pages] == [False, True]
    assert "&lt;b&gt;Stars&lt;/b&gt;" in pages[1]
    assert [row["country"] for row in json.loads(files["network/search/parts/0.json"])] == ["GB", ""]
    for path, content in files.items():
        if path.endswith(".html") and "network/" in path and open_.listing and open_.listing.slug not in path:
            assert "noindex" in Parts(content.decode()).robots
        if "certificates/" in path and path.endswith(".html"):
            assert Parts(content.decode()).robots == "noindex, noarchive"


def test_pages_are_in_the_language_of_their_folder(hold: Hold, exported: Exported) -> None:
    hold("Ada Lovelace")
    files = exported()
    said = [files[f"{folder}network/index.html"].decode() for folder in LANGUAGES]
    assert [re.search(r'<html lang="([\w-]+)"', page)[1] for page in said] == ["en-GB", "ko", "zh-hans"]  # type: ignore[index]
    assert ["Check a certificate" in page for page in said] == [True, False, False]


def test_nobody_is_listed_and_nothing_was_issued(db: None, exported: Exported) -> None:
    files = exported()
    assert "Nobody is listed." in files["network/index.html"].decode()
    assert json.loads(files["network/search/parts/all.json"]) == {"parts": 0, "holders": 0}
    assert json.loads(files["verify/issuer.json"])["status_lists"] == []


def test_the_same_register_gives_the_same_files(hold: Hold, exported: Exported) -> None:
    for name in ("Ada Lovelace", "Mary Somerville", "김민준"):
        hold(name)
    with clock.use(lambda: datetime(2031, 1, 1, tzinfo=UTC)):
        one, other = exported(), exported()
    assert one == other


def test_many_are_read_some_at_a_time_and_turned_by_pages(
    hold: Hold, exported: Exported, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Callable[..., object]
) -> None:
    from guildmark_portal.registry import network

    for number in range(5):
        document(hold(f"Holder {number}"))
    monkeypatch.setattr(people, "AT_ONCE", 2)
    monkeypatch.setattr(network, "_A_PAGE", 2)
    monkeypatch.setattr(network, "_A_PART", 4)
    files = exported()
    rows = [json.loads(files[f"network/search/parts/{part}.json"]) for part in range(2)]
    assert [[row["name"] for row in part] for part in rows] == [
        ["Holder 4", "Holder 3", "Holder 2", "Holder 1"],
        ["Holder 0"],
    ]
    assert json.loads(files["network/search/parts/all.json"]) == {"parts": 2, "holders": 5}
    pages = [
        files[path].decode() for path in ("network/index.html", "network/search/2/index.html", "network/search/3/index.html")
    ]
    assert [re.findall(r"<bdi>(Holder \d)</bdi>", page) for page in pages] == [
        ["Holder 4", "Holder 3"],
        ["Holder 2", "Holder 1"],
        ["Holder 0"],
    ]
    assert "network/search/4/index.html" not in files


def test_an_export_is_in_the_audit_without_a_name(hold: Hold, exported: Exported) -> None:
    hold("Ada Lovelace")
    exported()
    entry = Entry.objects.get(action="registry.exported")
    assert (entry.detail["holders"], entry.detail["certificates"]) == (1, 1)
    assert "Ada" not in str(entry.detail)
