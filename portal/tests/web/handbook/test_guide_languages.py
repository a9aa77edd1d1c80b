"""The environment guide in every language: its reader's on page and in PDF, with the same commands, facts and sections."""

import pytest
from django.test import Client
from portal.tests.web.handbook.reading import (
    FENCES,
    OTHERS,
    facts_of,
    latin_words,
    pages_of,
    sections,
    settle,
    squeezed,
    without_feet,
)
from portal.tests.web.html_reading import Page

from guildmark_portal.exams.models import Program
from guildmark_portal.exams.queries import current_version
from guildmark_portal.handbook.guide import guide
from guildmark_portal.handbook.languages import WRITTEN
from guildmark_portal.handbook.text import parts

GUIDE = "/handbook/practitioner-demo/environment/"
PDF = "/handbook/practitioner-demo/environment.pdf"
STEPS_OF_THREE = {"en": "Three commands", "ko": "명령 세 개", "zh-Hans": "三条命令"}
STAYS = frozenset({"Apple", "CPU", "CUDA", "Code", "Colab", "Cursor", "Debian", "GPU", "GiB", "Guildmark", "Intel", "Linux"})
STAYS |= {"JupyterLab", "Mac", "NVIDIA", "PowerShell", "PyCharm", "Python", "Tab", "TensorFlow", "Ubuntu", "VS", "WSL2"}
STAYS |= {"Windows", "cuDNN", "guildmark", "macOS", "pip", "silicon", "wheel"}
"""What is written in Latin letters in every language: names of systems, programs and units."""

pytestmark = pytest.mark.usefixtures("program")


def text(language: str) -> str:
    return guide(current_version(Program.objects.get()), language).text


def unbroken(told: str) -> str:
    """Without hyphens: whoever reads a PDF takes one at the end of a line for a broken word."""
    return squeezed(told).replace("-", "")


def commands(language: str) -> list[str]:
    return FENCES.findall(text(language))


def test_p8_the_guide_is_in_every_language_of_the_pages_whatever_the_program_offers() -> None:
    settle("languages=en")
    assert guide(current_version(Program.objects.get()), "ko").languages == tuple(WRITTEN)


@pytest.mark.parametrize("language", OTHERS)
def test_p8_every_language_has_the_same_commands_in_the_same_order(language: str) -> None:
    assert commands(language) == commands("en")
    assert len(commands("en")) >= len(("Linux", "Debian", "macOS", "Windows", "terminal", "VS Code", "JupyterLab", "Colab"))


@pytest.mark.parametrize("language", OTHERS)
def test_p8_every_language_states_what_the_english_guide_states(language: str) -> None:
    english, other = text("en"), text(language)
    shapes = [[len(part.sections) for part in parts(one, english)] for one in (english, other)]
    assert shapes[0] == shapes[1]
    pairs = list(zip(sections(english, english), sections(other, english), strict=True))
    assert {one.title: facts_of(one.body) for one, _same in pairs} == {one.title: facts_of(same.body) for one, same in pairs}
    assert [one.anchor for one, _same in pairs] == [same.anchor for _one, same in pairs]
    assert [one.title for one, same in pairs if one.title == same.title] == []
    assert latin_words(other) - STAYS == set()


@pytest.mark.parametrize(("asked", "shown"), [("ko", "ko"), ("zh-CN", "zh-Hans"), ("de", "en"), ("en", "en")])
def test_p8_the_page_is_in_the_language_of_its_reader(client: Client, asked: str, shown: str) -> None:
    read = Page(client.get(GUIDE, headers={"Accept-Language": asked}).content.decode())
    assert STEPS_OF_THREE[shown] in read.text_of["three-commands"]
    assert ("div", {"class": "document-text", "lang": shown}) in read.tags
    assert read.problems == []


@pytest.mark.parametrize("language", OTHERS)
def test_p8_the_page_leads_to_its_other_languages_and_to_the_pdf_in_its_own(client: Client, language: str) -> None:
    read = Page(client.get(f"{GUIDE}?language={language}").content.decode())
    links = {attributes.get("href"): attributes.get("hreflang") for tag, attributes in read.tags if tag == "a"}
    others = {f"?language={other}": other for other in WRITTEN if other != language}
    assert {href: hreflang for href, hreflang in links.items() if hreflang} == others
    assert f"{PDF}?language={language}" in links


@pytest.mark.parametrize("language", OTHERS)
def test_p8_the_pdf_of_a_reader_has_every_letter_of_their_page(client: Client, language: str) -> None:
    read = Page(client.get(GUIDE, headers={"Accept-Language": language}).content.decode())
    response = client.get(PDF, headers={"Accept-Language": language})
    assert response["Content-Disposition"] == f'attachment; filename="environment-practitioner-demo-{language}.pdf"'
    in_pdf = unbroken(without_feet(pages_of(response.content)))
    anchors = [section.anchor for section in sections(text("en"), text("en"))]
    assert [anchor for anchor in anchors if unbroken(read.text_of[anchor]) not in in_pdf] == []
