"""Names from many places on a certificate: every letter in its font, and nothing beyond its place.

A letter that no font has stops typst; a letter in a font of another script would be drawn wrongly without a word, so the
fonts on the page are compared, too.
"""

from collections import Counter
from io import BytesIO
from pathlib import Path
from time import perf_counter

import pytest
from PIL import Image
from portal.tests.credentials.paper_samples import FACTS, ISSUED_AT, NAMES, VERY_LONG, facts, first_page, new_key, pieces, texts

from guildmark_portal.credentials import paper
from guildmark_portal.portal_secrets import self_signed

pytestmark = pytest.mark.certificates
SEAL = (190.0, 32.0, 272.0, 114.0)
"""Where the rosette stands, in millimetres from the top left."""
FIXED = frozenset({"IBMPlexSans", "IBMPlexSans-SmBld"})
PICTURES = Path(__file__).parents[3] / "docs" / "images"
FIVE = ("latin", "korean", "chinese", "arabic", "very_long")


@pytest.mark.parametrize("script", NAMES)
def test_c4_a_name_is_set_in_the_fonts_of_its_script(script: str) -> None:
    name, fonts = NAMES[script]
    assert paper.letters_missing(name) == ""
    assert {piece.font for piece in pieces(paper.pdf(facts(holder=name)))} == FIXED | fonts


@pytest.mark.parametrize("script", NAMES)
def test_c4_a_name_stays_in_its_place(script: str) -> None:
    found = pieces(paper.pdf(facts(holder=NAMES[script].name)))
    left, top, right, bottom = SEAL
    assert [one for one in found if one.left < 25 or one.right > right + 1 or one.top < 25 or one.bottom > 186] == []
    assert [one for one in found if one.right > left and left < right and one.bottom > top and one.top < bottom] == []


@pytest.mark.parametrize("script", NAMES)
def test_c4_the_text_can_be_read_back_in_its_order(script: str) -> None:
    name = NAMES[script].name
    page = texts(paper.pdf(facts(holder=name)))[0]
    head, _certifies, rest = page.partition("This certifies that")
    shown, _passed, foot = rest.partition("has passed")
    assert (FACTS.issuer in head, FACTS.program in foot, FACTS.identifier in foot) == (True, True, True)
    assert set(name) - set(shown) <= {" ", "-", "(", ")", "\u200c"}


def test_the_longest_name_is_as_long_as_a_name_may_be() -> None:
    assert len(VERY_LONG) == 200


@pytest.mark.parametrize("script", FIVE)
def test_the_picture_in_the_documentation_is_of_this_certificate(script: str) -> None:
    shown = Image.open(PICTURES / f"certificate-{script.replace('_', '-')}.png").convert("RGB")
    drawn = first_page(paper.pdf(facts(holder=NAMES[script].name)), scale=1.2).resize(shown.size).convert("RGB")
    far = Counter(abs(one - other) > 60 for one, other in zip(shown.tobytes(), drawn.tobytes(), strict=True))
    assert far[True] < 0.002 * far.total()


@pytest.mark.parametrize("script", NAMES)
def test_a_name_stays_in_its_place_on_the_preview(script: str) -> None:
    picture, other = (Image.open(BytesIO(paper.preview_png(facts(holder=name)))) for name in (NAMES[script].name, "A"))
    assert (picture.size, picture.tobytes() == other.tobytes()) == ((1200, 630), False)
    for around in ((0, 0, 74, 630), (0, 0, 1200, 70), (726, 0, 1200, 630), (0, 560, 1200, 630)):
        assert picture.crop(around).tobytes() == other.crop(around).tobytes()


def test_c4_a_thousand_take_minutes_not_hours() -> None:
    """A thousand in five minutes on two cores leave 0.6 seconds of one core to each."""
    key = new_key()
    certificate = self_signed(key, FACTS.issuer, ISSUED_AT)
    paper.warm()
    start = perf_counter()
    for number in range(10):
        paper.sign(paper.pdf(facts(holder=f"Ada Lovelace {number}")), key_pem=key, certificate_pem=certificate, now=ISSUED_AT)
    assert perf_counter() - start < 6
