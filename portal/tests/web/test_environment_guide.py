"""The environment guide: for every system and editor at most three commands, which the client knows; one text in two forms."""

import re
import shlex
from collections.abc import Iterator

import pypdfium2
import pytest
import typer
from django.test import Client
from django.utils.translation import override
from pytest_django import Settings

from guildmark.cli import app as client_app
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.queries import current_version
from guildmark_portal.handbook.guide import guide
from guildmark_portal.handbook.text import parts

from .html_reading import Page

GUIDE = "/handbook/practitioner-demo/environment/"
PDF = "/handbook/practitioner-demo/environment.pdf"
WAYS = [
    ("linux", "Linux"),
    ("macos", "macOS"),
    ("windows", "Windows"),
    ("the-terminal", "terminal"),
    ("vs-code-cursor-and-other-forks", "VS Code"),
    ("jupyterlab", "JupyterLab"),
    ("colab-and-other-hosted-notebooks", "Colab"),
]
FENCES = re.compile(r"```text\n(.*?)\n```", re.DOTALL)

pytestmark = pytest.mark.usefixtures("program")


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """A request leaves its language active, and whoever signs in next would be taken to read it."""
    with override("en"):
        yield


def bodies() -> dict[str, str]:
    found = guide(current_version(Program.objects.get(slug="practitioner-demo")), "en")
    return {section.anchor: section.body for part in parts(found.text, found.english) for section in part.sections}


@pytest.mark.parametrize(("anchor", "name"), WAYS)
def test_p8_each_way_is_at_most_three_commands(anchor: str, name: str) -> None:
    blocks = FENCES.findall(bodies()[anchor])
    assert blocks, name
    assert max(len(block.splitlines()) for block in blocks) <= 3


def test_p8_every_guildmark_command_is_one_that_the_client_knows(settings: Settings) -> None:
    known = typer.main.get_command(client_app).commands
    lines = [line for body in bodies().values() for block in FENCES.findall(body) for line in block.splitlines()]
    said = [shlex.split(line.replace("\\", "/").lstrip("!&% ")) for line in lines]
    calls = [words for words in said if words[0].endswith("guildmark")]
    assert {words[1] for words in calls} == {"start", "submit", "login", "doctor", "rehearse"}
    for _program, verb, *rest in calls:
        known[verb].make_context(verb, rest)  # refuses one that lacks a parameter, or has none of that name
    servers = [words[words.index("--server") + 1] for words in calls if "--server" in words]
    assert set(servers) == {settings.PORTAL_URL}


def test_p8_page_and_pdf_say_the_same(client: Client) -> None:
    response = client.get(PDF)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    document = pypdfium2.PdfDocument(response.content)
    pages = [document[place].get_textpage() for place in range(len(document))]
    in_pdf = " ".join(" ".join(page.get_text_bounded() for page in pages).split())
    for page in pages:
        page.close()
    document.close()
    shown = client.get(GUIDE).content.decode()
    for heading in ("Three commands", "VS Code, Cursor and other forks", "What to do when"):
        assert heading in in_pdf
        assert heading in shown
    assert client.get(PDF).content == response.content


def test_p5_it_names_the_packages_and_the_pythons_that_can_have_them(client: Client) -> None:
    version = current_version(Program.objects.get(slug="practitioner-demo"))
    assert version.bank.requirements.strip().splitlines()[0] in bodies()["the-environment-of-the-exam"]


def test_a_reader_whose_language_is_not_written_reads_english(client: Client) -> None:
    page = client.get(f"{GUIDE}?language=xx").content.decode()
    assert '<div class="document-text" lang="en">' in page


def test_the_page_is_well_formed_and_its_contents_lead_to_its_sections(client: Client) -> None:
    page = client.get(GUIDE)
    assert page.status_code == 200
    Page(page.content.decode())
    text = page.content.decode()
    assert [anchor for anchor in re.findall(r'<li><a href="#([^"]+)"', text) if f'<section id="{anchor}">' not in text] == []


def test_a_program_without_a_version_has_no_guide(client: Client) -> None:
    assert [client.get(f"/handbook/nothing/environment{end}").status_code for end in ("/", ".pdf")] == [404, 404]
