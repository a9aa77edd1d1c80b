"""A certificate on paper: what it says and carries, its signature, and its pictures."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import qrcode
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.utils.translation import override
from PIL import Image
from portal.tests.credentials.paper_samples import FACTS, ISSUED_AT, facts, first_page, new_key, pieces, texts
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.generic import TextStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from qrcode.constants import ERROR_CORRECT_M

from guildmark.badges.pdf import PdfSigner, signed_content, signer_of
from guildmark.badges.verdict import Doubtful, Standing
from guildmark.i18n import _
from guildmark.packs.skills import AREAS, TITLES
from guildmark.rules.breakdown import area_of
from guildmark_portal.credentials import paper
from guildmark_portal.portal_secrets import self_signed

pytestmark = pytest.mark.certificates

KEY = new_key()
CERTIFICATE = self_signed(KEY, FACTS.issuer, ISSUED_AT)


@pytest.fixture(scope="module")
def signed() -> bytes:
    return paper.sign(paper.pdf(FACTS), key_pem=KEY, certificate_pem=CERTIFICATE, now=ISSUED_AT)


def signature(pdf: bytes) -> Any:
    (found,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return found


def status(pdf: bytes) -> Any:
    trusted = ValidationContext(trust_roots=list(load_certs_from_pemder_data(CERTIFICATE.encode())), moment=ISSUED_AT)
    return validate_pdf_signature(signature(pdf), trusted)


def in_order(page: str, *told: str) -> bool:
    places = [page.index(text) for text in told]
    return places == sorted(places)


def test_x13_the_first_page_says_who_passed_what_and_until_when() -> None:
    first = texts(paper.pdf(FACTS))[0]
    told = (FACTS.issuer, "This certifies that", FACTS.holder, FACTS.program, "96 of 100 points", "22 November 2026")
    assert in_order(first, *told, "22 November 2029", FACTS.level, FACTS.identifier, "exam.example.org/verify/")
    assert "DEMONSTRATION" not in first


def test_its_qr_code_is_the_page_that_checks_it() -> None:
    expected = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    expected.add_data(FACTS.verify_url)
    rows = expected.get_matrix()
    code = (
        first_page(paper.pdf(FACTS), left=206, top=130, right=256, bottom=174)
        .convert("L")
        .point(lambda grey: 255 * (grey < 128))
    )
    code = code.crop(code.getbbox()).resize((len(rows), len(rows)), Image.Resampling.BOX)
    assert [[code.getpixel((x, y)) > 127 for x in range(len(rows))] for y in range(len(rows))] == rows


def test_x12_the_second_page_says_what_was_shown_and_how_to_check_it() -> None:
    _first, second = texts(paper.pdf(FACTS))
    scores = [(found[1], found[2]) for found in re.finditer(r"(\d)/5\s+(\d+ / \d+)", second)]
    assert scores == [("5", "10 / 10"), ("5", "15 / 15"), ("4", "16 / 20"), ("5", "25 / 25"), ("5", "30 / 30")]
    told = [part for area in FACTS.skills for part in (area.title, *area.skills)]
    assert in_order(second, FACTS.program, FACTS.holder, FACTS.pass_rule, *told, "Identity", "2026.2", FACTS.verify_url)


def test_a_demonstration_says_so_on_both_pages_and_in_its_pictures() -> None:
    demonstration = facts(demonstration=True)
    assert [page.replace(" ", "").count("DEMONSTRATION") for page in texts(paper.pdf(demonstration))] == [2, 1]
    assert paper.badge_png(demonstration.badge) != paper.badge_png(FACTS.badge)
    assert paper.preview_png(demonstration) != paper.preview_png(FACTS)


@pytest.mark.parametrize(
    ("language", "told"), [("ko", ["성명", "2026년 11월 22일", "역량"]), ("zh-hans", ["兹证明", "颁发日期", "技能"])]
)
def test_it_speaks_the_language_of_its_reader(language: str, told: list[str]) -> None:
    written = "".join(texts(paper.pdf(facts(language=language))))
    assert [text for text in told if text not in written] == []


def test_skills_of_a_whole_checklist_go_on_another_page_and_lose_nothing() -> None:
    skills = tuple(f"Show that skill number {number} of the checklist is mastered" for number in range(120))
    areas = tuple(paper.SkillArea(f"Area {place}", skills[place * 40 : place * 40 + 40]) for place in range(3))
    _first, *rest = texts(paper.pdf(facts(skills=areas)))
    written = " ".join(rest)
    assert ([skill for skill in skills if skill not in written], FACTS.verify_url in written) == ([], True)


@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_the_whole_checklist_of_skills_fits_on_the_second_page(language: str) -> None:
    with override(language):
        areas = tuple(
            paper.SkillArea(_(title), tuple(_(TITLES[skill]) for skill in TITLES if area_of(skill) == area))
            for area, title in AREAS.items()
        )
    written = texts(paper.pdf(facts(skills=areas, language=language)))
    assert (len(written), FACTS.verify_url in written[1]) == (2, True)
    assert [skill for area in areas for skill in area.skills if "".join(skill.split()) not in "".join(written[1].split())] == []


@pytest.mark.parametrize("skills", [(), FACTS.skills])
def test_the_second_page_is_set_from_head_to_foot(skills: tuple[paper.SkillArea, ...]) -> None:
    found = sorted(pieces(paper.pdf(facts(skills=skills)), 1), key=lambda piece: piece.top)
    assert (found[0].top < 30, max(piece.bottom for piece in found if piece.bottom < 276) > 260) == (True, True)
    assert [piece for piece in found if piece.left < 22 or piece.right > 188 or piece.bottom > 288] == []


def test_a_paper_without_skills_has_no_heading_for_them() -> None:
    _first, second = texts(paper.pdf(facts(skills=(), points=92.5)))
    assert ("Skills" in second, "92.5 of 100 points" in second, "How to check" in second) == (False, True, True)


def test_a_paper_is_the_same_for_the_same_facts() -> None:
    assert paper.pdf(FACTS) == paper.pdf(facts())
    assert paper.pdf(FACTS) != paper.pdf(facts(holder="Zoe Kováčová"))


def test_markup_in_a_name_is_only_letters() -> None:
    name = '#emph[x] *bold* $x$ "quoted" \\ <tag> @ref'
    assert name in texts(paper.pdf(facts(holder=name)))[0]


def test_x13_it_carries_the_credential_and_keeps_to_both_standards_once_signed(signed: bytes) -> None:
    reader = PdfFileReader(BytesIO(signed))
    (attached,) = (one.get_object() for one in reader.root["/AF"])
    about = reader.root["/Metadata"].data.decode()
    assert attached["/EF"]["/F"].data == FACTS.credential
    assert (attached["/UF"], attached["/AFRelationship"]) == ("credential.json", "/Source")
    assert re.findall(r"<pdf(aid:part|aid:conformance|uaid:part)>(\w)<", about) == [
        ("aid:part", "3"),
        ("aid:conformance", "A"),
        ("uaid:part", "1"),
    ]
    assert (reader.root["/Lang"], reader.root["/MarkInfo"]["/Marked"]) == ("en", True)
    assert {"/StructTreeRoot", "/OutputIntents"} <= set(reader.root)


def test_its_signature_covers_the_whole_file_and_allows_no_change(signed: bytes) -> None:
    found = status(signed)
    assert (found.bottom_line, found.coverage.name, found.modification_level.name) == (True, "ENTIRE_FILE", "NONE")
    assert (found.docmdp_ok, signature(signed).docmdp_level.name) == (True, "NO_CHANGES")
    assert (found.md_algorithm, signature(signed).self_reported_timestamp) == ("sha256", ISSUED_AT)


def test_the_field_of_its_signature_has_no_look_and_stands_outside_the_page(signed: bytes) -> None:
    field = signature(signed).sig_field
    left, bottom, right, top = (float(edge) for edge in field["/Rect"])
    assert (left == right < 0, bottom == top < 0, "/AP" in field, field["/F"] & 0b100, "/TU" in field) == (
        True,
        True,
        False,
        4,
        True,
    )


def test_x13_the_published_certificate_of_the_key_proves_it_and_no_other_does(signed: bytes) -> None:
    def der(pem: str) -> bytes:
        return x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)

    assert signer_of(signed, [PdfSigner("ours", der(CERTIFICATE))]) == "ours"
    assert signed_content(signed).credential == FACTS.credential
    other = self_signed(new_key(), FACTS.issuer, ISSUED_AT)
    with pytest.raises(Doubtful) as refused:
        signer_of(signed, [PdfSigner("theirs", der(other))])
    assert refused.value.standing is Standing.NOT_OURS


def test_one_other_letter_breaks_the_signature(signed: bytes) -> None:
    place = signed.index(b"/Lang") + 8
    assert not status(signed[:place] + b"x" + signed[place + 1 :]).bottom_line


def test_what_is_added_after_the_signature_shows(signed: bytes) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(signed))
    writer.root["/Lang"] = TextStringObject("ko")
    writer.update_root()
    edited = BytesIO()
    writer.write(edited)
    found = status(edited.getvalue())
    assert (found.bottom_line, found.coverage.name) == (False, "ENTIRE_REVISION")


def test_the_certificate_of_the_key_is_for_signatures_alone_and_for_thirty_years() -> None:
    certificate = x509.load_pem_x509_certificate(CERTIFICATE.encode())
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign, usage.key_agreement) == (
        True,
        True,
        False,
        False,
    )
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc >= timedelta(days=365 * 30)
    assert certificate.issuer == certificate.subject
    assert certificate.subject.rfc4514_string() == f"CN={FACTS.issuer},O={FACTS.issuer}"


def test_an_organisation_with_a_name_of_any_length_has_a_certificate() -> None:
    certificate = x509.load_pem_x509_certificate(self_signed(KEY, "한국 머신러닝 협회 " * 20, ISSUED_AT).encode())
    assert len(str(certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value).encode()) in range(62, 65)


def test_a_key_on_another_curve_is_refused() -> None:
    other = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(ValueError, match="P-256"):
        paper.sign(b"%PDF-1.7", key_pem=other, certificate_pem=CERTIFICATE, now=ISSUED_AT)


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("Ada Lovelace", ""),
        ("Nguyễn (阮)", ""),
        ("O\u2019Brien-Smith, Jr.", ""),
        ("Nguye\u0302\u0303n", ""),
        ("🦄 Ada 🦄", "🦄"),
        ("\U0001d49cda 𓀀", "\U0001d49c 𓀀"),
        ("Ada\u202eecalevoL", "U+202E"),
        ("Ada\x00\ue000", "U+0000 U+E000"),
        ("A" + "\u0303" * 40, "Ã"),
        ("\ufdfd", "U+FDFD"),
    ],
)
def test_letters_that_no_certificate_can_show_are_named_before_it_is_issued(name: str, missing: str) -> None:
    assert paper.letters_missing(name) == missing
    if missing:
        with pytest.raises(paper.NoLetters):
            paper.pdf(facts(holder=name))


def test_c4_the_badge_is_a_drawing_that_needs_no_font_and_names_nobody() -> None:
    drawing = paper.badge_svg(FACTS.badge)
    root = ET.fromstring(drawing)  # noqa: S314
    assert (root.get("width"), root.get("height"), root.get("role")) == ("512", "512", "img")
    assert [
        element.tag for element in root.iter() if element.tag.endswith(("}text", "}script", "}image", "}foreignObject"))
    ] == []
    assert root[0].text == f"{FACTS.program} · {FACTS.issuer} · 2026"
    assert paper.badge_svg(facts(holder="Ada").badge) == drawing


def test_a_level_that_the_name_of_the_program_says_is_not_said_again_beside_it() -> None:
    titles = [
        ET.fromstring(paper.badge_svg(facts(program=program, level=level).badge))[0].text  # noqa: S314
        for program, level in (
            ("TensorFlow Practitioner", "practitioner"),
            ("Applied vision", "advanced"),
            ("Smart vision", "Art"),
        )
    ]
    assert titles == [
        f"TensorFlow Practitioner · {FACTS.issuer} · 2026",
        f"Applied vision · Advanced · {FACTS.issuer} · 2026",
        f"Smart vision · Art · {FACTS.issuer} · 2026",
    ]


def test_the_title_of_a_badge_cannot_break_out_of_the_drawing() -> None:
    root = ET.fromstring(paper.badge_svg(facts(program='A "<b>&amp;').badge))  # noqa: S314
    assert str(root.get("aria-label")).startswith('A "<b>&amp; ·')


def test_a_picture_whose_letters_have_no_font_is_refused() -> None:
    for draw in (paper.badge_svg, paper.badge_png):
        with pytest.raises(paper.NoLetters, match="🦄"):
            draw(facts(program="Unicorns 🦄").badge)
    with pytest.raises(paper.NoLetters, match="🦄"):
        paper.preview_png(facts(issuer="🦄"))


def test_c4_pictures_have_their_sizes_and_a_badge_stands_on_any_ground() -> None:
    badge, preview = (Image.open(BytesIO(picture)) for picture in (paper.badge_png(FACTS.badge), paper.preview_png(FACTS)))
    assert (badge.size, badge.getpixel((0, 0)), preview.size) == ((512, 512), (0, 0, 0, 0), (1200, 630))


def test_a_very_long_title_stays_in_its_place() -> None:
    title = "Applied machine learning with structured data, images, text and time series " * 2
    found = pieces(paper.pdf(facts(program=title.strip(), issuer=title.strip())))
    assert [piece for piece in found if piece.left < 25 or piece.right > 272 or piece.top < 25 or piece.bottom > 186] == []
