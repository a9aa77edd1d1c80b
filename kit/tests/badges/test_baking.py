import io
import struct
import zlib

import pytest
from PIL import Image

from guildmark.badges.baking import bake_png, bake_svg, unbake_png, unbake_svg
from guildmark.badges.verdict import Doubtful, Reason

pytestmark = pytest.mark.certificates

JSON = '{"holder":"Zoë ]]> <Ada> & \\"co\\" 김","x":[[1]]}'
TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2ln"
SVG = '<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8" data-x="a>b">\n<g/></svg>\n'


@pytest.fixture(scope="module")
def png():
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(content, "PNG")
    return content.getvalue()


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def with_chunk(png, name, data):
    return png[:33] + chunk(name, data) + png[33:]


ITXT = b"openbadgecredential\0"


@pytest.mark.parametrize("credential", [JSON, TOKEN])
def test_what_is_baked_into_a_png_comes_out_as_it_was_and_the_picture_is_the_same(png, credential):
    baked = bake_png(png, credential)
    assert unbake_png(baked).decode() == credential
    with Image.open(io.BytesIO(baked)) as picture:
        picture.load()
        assert (picture.size, picture.getpixel((3, 3))) == ((8, 8), (255, 255, 255))
        assert picture.info["openbadgecredential"] == credential


def test_a_png_is_baked_once(png):
    with pytest.raises(ValueError, match="already"):
        bake_png(bake_png(png, TOKEN), TOKEN)
    with pytest.raises(ValueError, match="no whole PNG"):
        bake_png(png + b"x", TOKEN)


PNGS = {
    "nothing inside": (lambda png: png, Reason.NONE_INSIDE),
    "two": (lambda png: with_chunk(bake_png(png, TOKEN), b"iTXt", ITXT + b"\0\0\0\0" + TOKEN.encode()), Reason.SEVERAL),
    "a second one as tEXt": (lambda png: with_chunk(bake_png(png, TOKEN), b"tEXt", ITXT + TOKEN.encode()), Reason.SEVERAL),
    "as tEXt alone": (lambda png: with_chunk(png, b"tEXt", ITXT + TOKEN.encode()), Reason.FORBIDDEN),
    "compressed": (lambda png: with_chunk(png, b"iTXt", ITXT + b"\1\0\0\0" + zlib.compress(bytes(10**7))), Reason.FORBIDDEN),
    "no end of its language": (lambda png: with_chunk(png, b"iTXt", ITXT + b"\0\0en"), Reason.BROKEN),
    "wrong checksum": (lambda png: bake_png(png, TOKEN).replace(b"c2ln", b"c2lm"), Reason.BROKEN),
    "trailing bytes": (lambda png: bake_png(png, TOKEN) + b"\0", Reason.TRAILING),
    "a second picture behind it": (lambda png: bake_png(png, TOKEN) + bake_png(png, TOKEN), Reason.TRAILING),
    "cut": (lambda png: bake_png(png, TOKEN)[:-5], Reason.BROKEN),
    "a chunk longer than the file": (lambda png: png[:33] + b"\xff\xff\xff\xff" + png[37:], Reason.BROKEN),
    "its header twice": (lambda png: png[:33] + png[8:33] + png[33:], Reason.BROKEN),
    "no header": (lambda png: png[:8] + chunk(b"IEND", b""), Reason.BROKEN),
    "no PNG": (lambda _png: b"GIF89a", Reason.BROKEN),
}


@pytest.mark.parametrize("case", PNGS)
def test_x13_a_png_that_is_not_as_we_make_it_is_refused(png, case):
    make, reason = PNGS[case]
    with pytest.raises(Doubtful) as refusal:
        unbake_png(make(png))
    assert refusal.value.reason == reason


def test_a_png_in_a_hundred_thousand_chunks_is_read_once(png):
    grains = png[:33] + chunk(b"tEXt", b"a\0") * 100_000 + png[33:]
    with pytest.raises(Doubtful):
        unbake_png(grains)


def test_what_is_baked_into_an_svg_comes_out_as_it_was():
    assert unbake_svg(bake_svg(SVG, TOKEN).encode()).decode() == TOKEN
    escaped = unbake_svg(bake_svg(SVG, JSON).encode()).decode()
    assert escaped == JSON.replace("]]>", "]]\\u003e")
    assert bake_svg(SVG, TOKEN).startswith('<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns:openbadges="https://purl')


@pytest.mark.parametrize("picture", ["<svg xmlns='http://www.w3.org/2000/svg'/>", "<p/>", "", bake_svg(SVG, TOKEN)])
def test_what_is_no_picture_to_bake_is_refused(picture):
    with pytest.raises(ValueError, match=r"no SVG|cannot be baked"):
        bake_svg(picture, TOKEN)


def svg(inside, before="", root=""):
    return f'{before}<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"{root}>{inside}</svg>'


B = ' xmlns:b="https://purl.imsglobal.org/ob/v3p0"'
ONE = f'<openbadges:credential verify="{TOKEN}"/>'
DTD = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
SVGS = {
    "two": (svg(ONE + ONE), Reason.SEVERAL),
    "one as text and one as attribute": (svg(ONE.replace("/>", ">{}</openbadges:credential>")), Reason.SEVERAL),
    "two under other prefixes": (svg(ONE + ONE.replace("openbadges:", "b:"), root=B), Reason.SEVERAL),
    "none": (svg("<g/>"), Reason.NONE_INSIDE),
    "one that is empty": (svg("<openbadges:credential/>"), Reason.NONE_INSIDE),
    "in another namespace": (svg(ONE.replace("openbadges:", "")), Reason.NONE_INSIDE),
    "deeper in the picture": (svg(f"<g>{ONE}</g>"), Reason.FORBIDDEN),
    "an element in it": (svg("<openbadges:credential>{}<g/></openbadges:credential>"), Reason.FORBIDDEN),
    "an entity bomb": (svg("<openbadges:credential>&b;</openbadges:credential>", DTD), Reason.FORBIDDEN),
    "an external DTD": (svg(ONE, '<!DOCTYPE svg SYSTEM "http://127.0.0.1:9/x.dtd">'), Reason.FORBIDDEN),
    "a style sheet from elsewhere": (svg(ONE, '<?xml-stylesheet href="http://127.0.0.1:9/x.css"?>'), Reason.FORBIDDEN),
    "a program": (svg(f"<script>alert(1)</script>{ONE}"), Reason.FORBIDDEN),
    "HTML in it": (svg(f"<foreignObject/>{ONE}"), Reason.FORBIDDEN),
    "deep": (svg("<g>" * 100_000), Reason.FORBIDDEN),
    "no picture": ("<html xmlns='http://www.w3.org/1999/xhtml'/>", Reason.UNKNOWN_KIND),
    "something behind it": (svg(ONE) + "<x/>", Reason.TRAILING),
    "cut": (svg(ONE)[:-3], Reason.BROKEN),
    "an attribute twice": (svg('<openbadges:credential verify="a" verify="b"/>'), Reason.BROKEN),
}  # fmt: skip


@pytest.mark.parametrize("case", SVGS)
def test_x13_an_svg_that_is_not_as_we_make_it_is_refused(case):
    picture, reason = SVGS[case]
    with pytest.raises(Doubtful) as refusal:
        unbake_svg(picture.encode())
    assert refusal.value.reason == reason


def test_an_svg_in_another_encoding_is_refused():
    with pytest.raises(Doubtful):
        unbake_svg(svg(ONE, '<?xml version="1.0" encoding="utf-16"?>').encode("utf-16"))
