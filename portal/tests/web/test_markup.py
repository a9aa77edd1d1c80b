"""What holds for every page: well formed, nothing inline, every field named, every word translatable, policy in force."""

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import path
from pytest_django import Settings

from .html_reading import Page

WEB = Path(__file__).parents[2] / "src" / "guildmark_portal" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SCRIPTS = sorted((WEB / "static").rglob("*.js"))

SAID_BY_ATTRIBUTES = re.compile(r'\b(?:aria-label|placeholder|title|alt|data-say-[a-z]+|data-label)="([^"]*)"')
NOT_WORDS = {"Guildmark", "SHA", "Lambda", "k", "doctype", "html"}


def visible_words(template: str) -> set[str]:
    """Words that stand in a template outside of gettext."""
    text = re.sub(r"\{% (blocktranslate).*?%\}.*?\{% end\1 %\}", "", template, flags=re.DOTALL)
    text = re.sub(r"\{% block (?:page_class|main_attributes) %\}.*?\{% endblock %\}", "", text)
    said = " ".join(SAID_BY_ATTRIBUTES.findall(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text)))
    text = re.sub(r"<(pre|code)\b.*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>|&\w+;", "", text, flags=re.DOTALL)
    return set(re.findall(r"[A-Za-z]{2,}", f"{text} {said}")) - NOT_WORDS


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(WEB / "templates")))
def test_every_word_of_a_template_can_be_translated(template: Path) -> None:
    assert visible_words(template.read_text()) == set()


def test_the_search_for_words_finds_a_word() -> None:
    assert visible_words('<p title="Oh">Some {% translate "words" %}</p>') == {"Some", "Oh"}


@pytest.mark.parametrize(
    "content", ['<p style="x">a</p>', "<script>a</script>", '<a onclick="x">a</a>', "<p><b></p></b>", "<p>"]
)
def test_the_search_for_problems_finds_one(content: str) -> None:
    assert Page(content).problems != []


@pytest.fixture
def everything(owner: Client, running: str, work: Callable[[], None]) -> dict[str, Page]:
    """Every page of a candidate's way, by a name."""
    pages = {"program": "/", "attempts": "/exam/"}
    for number, content in enumerate((b"score 5", b"score 2", b"lambda"), start=1):
        owner.post(f"{running}category{number}/hand-in/", {"model": SimpleUploadedFile("m.keras", content)})
    work()
    owner.post(f"{running}category4/hand-in/", {"model": SimpleUploadedFile("m.keras", b"score 1")})
    read = {name: Page(owner.get(address).content.decode()) for name, address in pages.items()}
    read["running"] = Page(owner.get(running).content.decode())
    read["finish"] = Page(owner.get(f"{running}finish/").content.decode())
    owner.post(f"{running}finish/", {"confirm": "yes"})
    read["grading"] = Page(owner.get(running).content.decode())
    work()
    read["result"] = Page(owner.get(f"{running}result/").content.decode())
    return read


def test_every_page_is_well_formed_without_anything_inline(everything: dict[str, Page]) -> None:
    assert {name: page.problems for name, page in everything.items() if page.problems} == {}


def test_every_field_has_a_label(everything: dict[str, Page]) -> None:
    assert {name: page.labels_missing for name, page in everything.items() if page.labels_missing} == {}


def test_every_page_names_itself_once(everything: dict[str, Page]) -> None:
    headings = {name: [tag for tag, _attributes in page.tags].count("h1") for name, page in everything.items()}
    assert headings == dict.fromkeys(everything, 1)


def test_the_phases_look_as_they_are(everything: dict[str, Page]) -> None:
    assert "the last submissions are being graded" in everything["grading"].text
    assert "Not passed" in everything["result"].text


@pytest.mark.usefixtures("program")
def test_pages_are_served_under_the_policy(client: Client) -> None:
    policy = client.get("/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500"])
@pytest.mark.usefixtures("db")
def test_every_error_page_says_the_next_step(name: str) -> None:
    request = None if name == "500" else RequestFactory().get("/nothing/")
    page = Page(render_to_string(f"{name}.html", {}, request=request))
    assert page.problems == []
    assert [tag for tag, _attributes in page.tags].count("h1") == 1
    assert [attributes["href"] for tag, attributes in page.tags if tag == "a" and attributes.get("class") == "button"] != []


@pytest.mark.parametrize(
    ("contact", "link"), [("help@example.org", "mailto:help@example.org"), ("", "https://exam.example.org/contact/")]
)
@pytest.mark.usefixtures("db")
def test_the_page_of_our_own_faults_names_whom_to_write_to(settings: Settings, contact: str, link: str) -> None:
    settings.SUPPORT_CONTACT, settings.PORTAL_URL = contact, "https://exam.example.org"
    page = Page(render_to_string("500.html", {}))
    assert link in [attributes.get("href") for tag, attributes in page.tags if tag == "a"]
    assert (contact or link) in page.text


@pytest.mark.usefixtures("db")
def test_a_missing_page_is_answered_in_our_words(client: Client) -> None:
    response = client.get("/nothing/here/")
    assert response.status_code == 404
    page = Page(response.content.decode())
    assert "There is nothing here" in page.text
    assert "My exams" not in page.text


def test_a_missing_page_leads_who_is_signed_in_to_the_exams(owner: Client) -> None:
    response = owner.get("/nothing/here/")
    page = Page(response.content.decode())
    assert response.status_code == 404
    assert ("/exam/", "button") in [(attributes.get("href"), attributes.get("class")) for _tag, attributes in page.tags]


@pytest.mark.usefixtures("db")
def test_a_fault_of_ours_is_said_to_be_ours(client: Client, settings: Settings) -> None:
    def broken(_request: HttpRequest) -> HttpResponse:
        raise OSError("the disk is full")

    addresses = ModuleType("addresses")
    vars(addresses)["urlpatterns"] = [path("broken/", broken), *import_module(settings.ROOT_URLCONF).urlpatterns]
    settings.ROOT_URLCONF = addresses
    client.raise_request_exception = False
    response = client.get("/broken/")
    page = Page(response.content.decode())
    assert (response.status_code, page.problems) == (500, [])
    assert "It is not counted against you" in page.text
    assert "disk" not in page.text


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_evaluate_no_text_and_write_no_html(script: Path) -> None:
    text = script.read_text()
    assert re.findall(r"\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write", text) == []


def test_every_file_that_a_page_names_is_there(everything: dict[str, Page]) -> None:
    names = {
        str(attributes.get("src") or attributes.get("href"))
        for page in everything.values()
        for tag, attributes in page.tags
        if tag in {"script", "link", "img"}
    }
    assert len(names) > 5
    assert [name for name in names if not (WEB / name.removeprefix("/")).is_file()] == []


def test_every_file_that_a_style_sheet_names_is_there() -> None:
    folder = WEB / "static" / "guildmark"
    named = {(sheet, url) for sheet in folder.glob("*.css") for url in re.findall(r'url\("([^"]+)"\)', sheet.read_text())}
    assert len(named) > 5
    assert [url for sheet, url in named if not (sheet.parent / url).is_file()] == []


def test_fonts_and_foreign_code_carry_their_licences() -> None:
    folder = WEB / "static" / "guildmark"
    assert "SIL Open Font License" in (folder / "fonts" / "OFL.txt").read_text()
    assert "MIT" in (folder / "vendor" / "tus-js-client-LICENSE.txt").read_text()
