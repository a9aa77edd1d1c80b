"""An exam whose titles are translated, and reading its handbook as page and PDF."""

import re
from collections import Counter

import pypdfium2
from django.test import Client
from portal.tests.web.html_reading import Page

from guildmark_portal import clock
from guildmark_portal.exams import services as exams
from guildmark_portal.exams.models import Program
from guildmark_portal.handbook import queries
from guildmark_portal.handbook.models import Edition
from guildmark_portal.handbook.text import Section, parts

HANDBOOK = "/handbook/practitioner-demo/"
PDF = "/handbook/practitioner-demo.pdf"
OTHERS = ("ko", "zh-Hans")
EXAM = {"en": "Machine learning in practice", "ko": "머신러닝 실무", "zh-Hans": "机器学习实践"}
CATEGORIES = [
    {"en": "Regression", "ko": "회귀", "zh-Hans": "回归"},
    {"en": "Grey images", "ko": "흑백 이미지", "zh-Hans": "灰度图像"},
    {"en": "Colour images", "ko": "컬러 이미지", "zh-Hans": "彩色图像"},
    {"en": "Texts", "ko": "텍스트", "zh-Hans": "文本"},
    {"en": "Time series", "ko": "시계열", "zh-Hans": "时间序列"},
]
FENCES = re.compile(r"```.*?```", re.DOTALL)
STEPS = ("profile", "eligibility", "terms", "identity", "handbook")
FULL = (
    "fee=80",
    "identity_check=reviewed",
    *(f"registration.{step}=on" for step in STEPS),
    "entitlement_months=6",
    "stipend_use_days=90",
    "retake_waits=14 days, 1 month, 2 years",
)


def settle(*assignments: str) -> Program:
    return exams.amend_policy(slug="practitioner-demo", assignments=assignments, actor="tests", now=clock.now())


def newest() -> Edition:
    edition = queries.newest(Program.objects.get())
    assert edition is not None
    return edition


def sections(text: str, english: str) -> list[Section]:
    return [section for part in parts(text, english) for section in part.sections]


def page(client: Client, query: str = "", **headers: str) -> Page:
    response = client.get(HANDBOOK + query, headers=headers)
    assert response.status_code == 200
    return Page(response.content.decode())


def pages_of(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    texts = []
    for place in range(len(document)):
        found = document[place].get_textpage()
        texts.append(str(found.get_text_bounded()).replace("\r\n", "\n"))
        found.close()
    document.close()
    return texts


def without_feet(pages: list[str]) -> str:
    """The text without the line at the foot of each page, and without cover and contents."""
    return "\n".join(re.sub(r"\n[^\n]+ · [^\n]+ · [^\n]+\s+\d+ / \d+\s*$", "", text) for text in pages[1:])


def squeezed(text: str) -> str:
    return re.sub(r"[\s•]", "", text)


def facts_of(body: str) -> dict[str, object]:
    """What must be the same in every language: numbers, code, and the shape of what stands there."""
    in_line = re.sub(FENCES, "", body)
    return {
        "numbers": Counter(re.findall(r"\d+(?:\.\d+)*", body)),
        "code": Counter(re.findall(r"`[^`]+`", in_line)),
        "blocks of code": FENCES.findall(body) + re.findall(r"^    .*$", body, flags=re.MULTILINE),
        "addresses": re.findall(r"\]\(([^)]*)\)", body),
        "rows": [row.count("|") for row in re.findall(r"^\|.*$", body, flags=re.MULTILINE)],
        "points of lists": len(re.findall(r"^- ", body, flags=re.MULTILINE)),
        "paragraphs": len(re.findall(r"\n\n", body)),
        "bold": body.count("**"),
    }


def latin_words(text: str) -> set[str]:
    """Words in Latin letters outside code and addresses."""
    told = re.sub(r"```.*?```|`[^`]*`|^    .*$|\[[^\]]*\]\([^)]*\)", "", text, flags=re.MULTILINE | re.DOTALL)
    return set(re.findall(r"[A-Za-z][A-Za-z0-9]+", told))
