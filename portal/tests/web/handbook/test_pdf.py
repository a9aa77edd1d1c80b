"""The PDF of a handbook in every language: every letter, whole words, tagged and named after its language."""

import re
from typing import Any

import pytest
from django.test import Client
from portal.tests.web.handbook.reading import EXAM, PDF, newest, page, pages_of, sections, settle, squeezed, without_feet

from guildmark_portal.handbook.languages import WRITTEN
from guildmark_portal.handbook.pdf import blocks


@pytest.mark.usefixtures("program")
class TestPdf:
    @pytest.mark.parametrize("language", WRITTEN)
    def test_p8_it_has_every_letter_of_the_page(self, client: Client, language: str) -> None:
        settle("support_contact=help@example.org")
        read = page(client, f"?language={language}")
        response = client.get(f"{PDF}?language={language}")
        in_pdf = squeezed(without_feet(pages_of(response.content)))
        anchors = [section.anchor for section in sections(newest().text_in("en").text, newest().text_in("en").text)]
        assert [anchor for anchor in anchors if squeezed(read.text_of[anchor]) not in in_pdf] == []
        assert {"framework": "프레임워크" in in_pdf, "chinese": "框架" in in_pdf} == {"framework": True, "chinese": True}

    def test_p8_korean_lines_end_with_whole_words(self, client: Client) -> None:
        told = set(page(client, "?language=ko").text.split())
        lines = without_feet(pages_of(client.get(f"{PDF}?language=ko").content)).split("\n")
        laid = [line.split()[-1] for line in lines if re.search(r"[가-힣]", line)]
        assert len(laid) > 50
        assert [word for word in laid if word not in told] == []

    @pytest.mark.parametrize(("language", "tag"), [("en", b"(en)"), ("ko", b"(ko)"), ("zh-Hans", b"(zh-CN)")])
    def test_p8_it_is_tagged_in_its_language_and_named_after_it(self, client: Client, language: str, tag: bytes) -> None:
        response = client.get(f"{PDF}?language={language}")
        name = f"handbook-practitioner-demo-{newest().number}-{language}.pdf"
        assert response["Content-Disposition"] == f'attachment; filename="{name}"'
        assert (b"/StructTreeRoot" in response.content, b"pdfuaid" in response.content) == (True, True)
        assert b"/Lang " + tag in response.content or b"/Lang" + tag in response.content

    def test_p8_it_follows_the_reader_as_the_page_does(self, client: Client) -> None:
        cover = pages_of(client.get(PDF, headers={"Accept-Language": "ko"}).content)[0]
        assert (EXAM["ko"] in cover, "응시자 안내서 및 환경 안내서" in cover, "목차" in cover) == (True, True, True)


def told(node: dict[str, Any]) -> str:
    return str(node["text"]) if "text" in node else "".join(map(told, node["children"]))


@pytest.mark.parametrize(
    ("written", "laid"),
    [
        ("시간은 **5시간**입니다. 그리고", ["시간은 ", "[5시간입니다.]", " 그리고"]),
        ("**100점 만점에 90점**이면 합격", ["100점 만점에 ", "[90점이면]", " 합격"]),
        ("데이터와 `starter.py`가 있고", ["데이터와 ", "[starter.py가]", " 있고"]),
        ("앞**가운데**`code`뒤 끝", ["[앞가운데code뒤]", " 끝"]),
        ("**굵게** 그리고 `code` 보통", ["굵게", " 그리고 ", "code", " 보통"]),
        ("You have **5 hours**.", ["You have ", "5 hours", "."]),
        ("您有 **5 小时**。", ["您有 ", "5 小时", "。"]),
    ],
)
def test_a_korean_word_of_several_runs_is_kept_whole(written: str, laid: list[str]) -> None:
    (paragraph,) = blocks(written)
    found = [f"[{told(node)}]" if node["kind"] == "word" else told(node) for node in paragraph["children"]]
    assert found == laid
