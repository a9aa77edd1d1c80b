"""Forged badges: PNG and SVG with a credential baked in."""

import struct
import zlib

from kit.tests.badges import issuing
from kit.tests.badges.forging import (
    BROKEN,
    FORBIDDEN,
    FOREIGN,
    NONE_INSIDE,
    OTHER_ISSUER,
    SEVERAL,
    SIGNATURE,
    TRAILING,
    UNKNOWN_KEY,
    UNKNOWN_KIND,
    Forgery,
    altered_text,
    for_eve,
    made_of,
)

from guildmark.badges.baking import bake_png, bake_svg


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def with_chunk(name, data):
    """A PNG with a chunk more, behind its header."""
    return lambda issuer, genuine: genuine[:33] + chunk(name, data(issuer)) + genuine[33:]


def itxt(content):
    return b"openbadgecredential\0\0\0\0\0" + content


def bomb(_issuer, _genuine):
    content = b"openbadgecredential\0\1\0\0\0" + zlib.compress(b" " * 10_000_000)
    bare = issuing.bare_png()
    return bare[:33] + chunk(b"iTXt", content) + bare[33:]


PNG_FORGERIES = made_of(
    "png",
    Forgery("re-baked with another holder", lambda i, _g: bake_png(issuing.bare_png(), altered_text(i.credential)), SIGNATURE),
    Forgery("re-baked with a forger's key", lambda i, _g: bake_png(issuing.bare_png(), for_eve(i)), UNKNOWN_KEY),
    Forgery("re-baked with another issuer's", lambda _i, _g: FOREIGN.png, OTHER_ISSUER),
    Forgery("a second credential before the first", with_chunk(b"iTXt", lambda i: itxt(for_eve(i).encode())), SEVERAL),
    Forgery(
        "a second credential as older text",
        with_chunk(b"tEXt", lambda i: b"openbadgecredential\0" + for_eve(i).encode()),
        SEVERAL,
    ),
    Forgery("a compressed bomb", bomb, FORBIDDEN),
    Forgery("a wrong checksum", lambda _i, g: g.replace(b"Ada Lovelace", b"Eva Lovelace"), BROKEN),
    Forgery("bytes behind its end", lambda _i, g: g + b"Eve", TRAILING),
    Forgery("a PDF baked in", lambda _i, _g: bake_png(issuing.bare_png(), "%PDF-1.7"), UNKNOWN_KIND),
    Forgery("nothing baked in", lambda _i, _g: issuing.bare_png(), NONE_INSIDE),
)


def svg_with(before, inside):
    root = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">'
    return f"{before}{root}<openbadges:credential>{inside}</openbadges:credential></svg>".encode()


def entity_bomb(_issuer, _genuine):
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return svg_with(f'<!DOCTYPE svg [<!ENTITY e0 "x">{entities}]>', "&e11;")


def with_two(issuer, genuine):
    second = f"<openbadges:credential><![CDATA[{for_eve(issuer)}]]></openbadges:credential></svg>"
    return genuine.replace(b"</svg>", second.encode())


SVG_FORGERIES = made_of(
    "svg",
    Forgery(
        "re-baked with another holder", lambda i, _g: bake_svg(issuing.SVG, altered_text(i.credential)).encode(), SIGNATURE
    ),
    Forgery("re-baked with another issuer's", lambda _i, _g: FOREIGN.svg, OTHER_ISSUER),
    Forgery("two credentials", with_two, SEVERAL),
    Forgery("an entity bomb", entity_bomb, FORBIDDEN),
    Forgery("an external DTD", lambda _i, g: b'<!DOCTYPE svg SYSTEM "https://forger.example/x.dtd">' + g, FORBIDDEN),
    Forgery(
        "a file of the reader's by an entity",
        lambda _i, _g: svg_with('<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]>', "&x;"),
        FORBIDDEN,
    ),
    Forgery("a program", lambda _i, g: g.replace(b"<circle", b"<script>alert(1)</script><circle"), FORBIDDEN),
    Forgery("something behind its end", lambda _i, g: g + b"<svg/>", TRAILING),
)
