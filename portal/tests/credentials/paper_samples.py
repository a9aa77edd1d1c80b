"""What certificates on paper are tried with: facts, names from many places, and what a PDF shows."""

import ctypes
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from PIL.Image import Image

from guildmark_portal.credentials import paper

ISSUED_AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
MM = 72 / 25.4
SKILL = "Train, tune and use models of series and sequences"

FACTS = paper.PaperFacts(
    identifier="GM-7KXQ-2MVP-RT43",
    holder="Zoë Kováčová",
    program="TensorFlow practitioner",
    level="Practitioner",
    framework="TensorFlow",
    exam_version="2026.2",
    issuer="Institute of Applied Learning",
    issued_on=date(2026, 11, 22),
    expires_on=date(2029, 11, 22),
    points=96,
    points_possible=100,
    categories=(
        paper.CategoryScore("Regression with dense layers", 5, 10, 10),
        paper.CategoryScore("A convolutional network on small grey images", 5, 15, 15),
        paper.CategoryScore("Colour images from class folders", 4, 16, 20),
        paper.CategoryScore("Text classification", 5, 25, 25),
        paper.CategoryScore("Multivariate time series with several outputs", 5, 30, 30),
    ),
    skills=(
        paper.SkillArea("Developer skills", ("Save a model and check the size of its file",)),
        paper.SkillArea(
            "Image classification", ("Prevent overfitting with image augmentation", "Use images of different sizes")
        ),
        paper.SkillArea("Time series, sequences and predictions", (SKILL, "Prepare series for learning")),
    ),
    identity="Papers and photo were checked by the issuer's reviewers",
    pass_rule="Pass mark: 90 of 100 points",
    verify_url="https://exam.example.org/verify/GM-7KXQ-2MVP-RT43",
    demonstration=False,
    credential='{"type": ["VerifiableCredential", "OpenBadgeCredential"], "name": "Zoë Kováčová \\u0000"}\n'.encode(),
    language="en",
)

VERY_LONG = (
    "Maximiliana Wilhelmina Alexandrine Karoline Friederike von und zu Hohenlohe-Waldenburg-Schillingsfürst "
    "Oberstaufen-Unterammergau Montgomery-Featherstonehaugh Þórunn Nguyễn Wolfeschlegelsteinhausen-Ber"
)
"""200 letters, as many as a name may have."""


class Sample(NamedTuple):
    """A name, and the fonts that it must be set in: by the ends of their names, for IBM Plex Sans."""

    name: str
    fonts: frozenset[str]


def _sample(name: str, *fonts: str) -> Sample:
    return Sample(name, frozenset(fonts))


PLEX = "IBMPlexSans-SmBld"
NAMES = {
    "latin": _sample("Zoë Kováčová-Łukaszewicz", PLEX),
    "vietnamese": _sample("Nguyễn Thị Ánh Nguyệt", PLEX),
    "african": _sample("Ɓàbátúndé Ŋwiri", PLEX, "NotoSans-Bold"),
    "cyrillic": _sample("Ђорђе Љубичић-Щукин", PLEX),
    "greek": _sample("Αλέξανδρος Παπαδόπουλος", PLEX),
    "korean": _sample("김민서", "IBMPlexSansKR-SmBld"),
    "hanja": _sample("金敏瑞 (김민서)", PLEX, "IBMPlexSansSC-SmBld", "IBMPlexSansKR-SmBld"),
    "chinese": _sample("张晓明", "IBMPlexSansSC-SmBld"),
    "traditional": _sample("陳國華", "IBMPlexSansTC-SmBld"),
    "japanese": _sample("斎藤 ひかり", "IBMPlexSansJP-SmBld"),
    "arabic": _sample("محمد بن عبد الله الحسيني", "IBMPlexSansArabic-SmBld"),
    "persian": _sample("می‌خواهم رضایی", "IBMPlexSansArabic-SmBld"),
    "hebrew": _sample("דוד בן־גוריון", "IBMPlexSansHebrew-SmBld"),
    "both_ways": _sample("فاطمة الزهراء (Fatima Zahra)", PLEX, "IBMPlexSansArabic-SmBld"),
    "devanagari": _sample("श्रीकृष्ण त्रिपाठी", "IBMPlexSansDevanagari-SmBld"),
    "thai": _sample("กรุงเทพ ศรีสุริย์วงศ์", "IBMPlexSansThai-SmBld"),
    "bengali": _sample("শ্রেয়সী চট্টোপাধ্যায়", "NotoSansBengali-Bold"),
    "tamil": _sample("தமிழ்ச்செல்வி", "NotoSansTamil-Bold"),
    "sinhala": _sample("සිරිමාවෝ", "NotoSansSinhala-Bold"),
    "georgian": _sample("გიორგი მელაძე", "NotoSansGeorgian-Bold"),
    "armenian": _sample("Գրիգոր Լուսավորիչ", "NotoSansArmenian-Bold"),
    "ethiopic": _sample("ኃይለ ሥላሴ", "NotoSansEthiopic-Bold"),
    "khmer": _sample("សុខ ស្រីមុំ", "NotoSansKhmer-Bold"),
    "burmese": _sample("အောင်ဆန်း", "NotoSansMyanmar-Bold"),
    "tibetan": _sample("བསྟན་འཛིན", "NotoSerifTibetan-Bold"),
    "very_long": _sample(VERY_LONG, PLEX),
    "one_wide_word": _sample("W" * 200, PLEX),
    "wide_characters": _sample("龘" * 200, "IBMPlexSansTC-SmBld"),
    "long_arabic": _sample(" ".join(["عبدالرحمن"] * 20), "IBMPlexSansArabic-SmBld"),
}


def facts(**changed: Any) -> paper.PaperFacts:
    """The sample with what differs."""
    return replace(FACTS, **changed)


def new_key() -> str:
    """A fresh P-256 key in PKCS #8."""
    return generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def texts(pdf: bytes) -> list[str]:
    """The text of each page, with single spaces, wherever its lines end."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    finally:
        document.close()


def first_page(
    pdf: bytes, *, scale: float = 5.0, left: float = 0, top: float = 0, right: float = 297, bottom: float = 210
) -> Image:
    """A picture of the first page, or of the part of it within these edges in millimetres from the top left."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture: Image = document[0].render(scale=scale).to_pil()
    finally:
        document.close()
    return picture.crop(tuple(round(edge * MM * scale) for edge in (left, top, right, bottom)))


class Piece(NamedTuple):
    """A run of letters on a page: its font, and where it stands, in millimetres from the top left."""

    font: str
    left: float
    top: float
    right: float
    bottom: float


def pieces(pdf: bytes, number: int = 0) -> list[Piece]:
    """The runs of letters on a page, without what has no ink."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[number]
        return list(_pieces(page, page.get_height()))
    finally:
        document.close()


def _pieces(page: Any, height: float) -> Iterator[Piece]:
    for run in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=5):
        font = ctypes.create_string_buffer(100)
        pdfium.FPDFFont_GetBaseFontName(pdfium.FPDFTextObj_GetFont(run.raw), font, 100)
        left, bottom, right, top = run.get_bounds()
        if right > left and top > bottom:
            name = font.value.decode().rpartition("+")[2]
            yield Piece(name, left / MM, (height - top) / MM, right / MM, (height - bottom) / MM)
