"""Credentials in pictures, as Open Badges 3.0 (section 5.3) has it: baked into PNG and SVG, and read from there.

A PNG carries the text in one uncompressed `iTXt` chunk named `openbadgecredential`; an SVG in one element
`openbadges:credential`, a signed JSON document as its text, a VC-JWT in its attribute `verify`. Only that text is signed, not
the picture. Pictures come from strangers: what is read is bounded by the length of the file, nothing is unpacked, no entity
is resolved, and a file that carries two credentials, or anything behind its end, is refused; of two, readers could take either.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NoReturn
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from guildmark.badges.kinds import PNG_BEGINNING
from guildmark.badges.verdict import Doubtful, Reason, Standing, Subject

OPENBADGES: Final = "https://purl.imsglobal.org/ob/v3p0"
"""The XML namespace of the element in an SVG."""
_KEYWORD: Final = b"openbadgecredential"
_LENGTH = struct.Struct(">I")
_AROUND: Final = 12
"""The bytes of a chunk around its data: length, name and checksum."""
_DEEPEST: Final = 64
_KEPT: Final = 32
"""Pictures, of some hundred kilobytes."""
_SVG: Final = "http://www.w3.org/2000/svg"
_ROOT = re.compile(rb"<svg\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")


def bake_png(picture: bytes, credential: str) -> bytes:
    """`picture` with `credential` (signed JSON or a VC-JWT) in it. Raises `ValueError` for no PNG, or one that carries one."""
    behind_header = _behind_header(picture)
    text = b"iTXt" + _KEYWORD + b"\0\0\0\0\0" + credential.encode()
    chunk = _LENGTH.pack(len(text) - 4) + text + _LENGTH.pack(zlib.crc32(text))
    return picture[:behind_header] + chunk + picture[behind_header:]


def unbake_png(picture: bytes) -> bytes:
    """The one credential in a PNG. Raises `Doubtful` for a damaged PNG, one with anything behind its end, none or several."""
    found = [
        (name, data)
        for name, data in _chunks(picture)
        if name in {b"iTXt", b"tEXt", b"zTXt"} and data.partition(b"\0")[0] == _KEYWORD
    ]
    if len(found) != 1:
        _refuse(Reason.SEVERAL if found else Reason.NONE_INSIDE)
    name, data = found[0]
    if name != b"iTXt":
        _refuse(Reason.FORBIDDEN)
    head, rest = data[len(_KEYWORD) + 1 :][:2], data[len(_KEYWORD) + 3 :]
    _language, ended, rest = rest.partition(b"\0")
    _translated, ended_again, text = rest.partition(b"\0")
    if head != b"\0\0":  # compressed
        _refuse(Reason.FORBIDDEN)
    if not ended or not ended_again:
        _refuse(Reason.BROKEN)
    return text


@lru_cache(maxsize=_KEPT)
def _behind_header(picture: bytes) -> int:
    """Where the chunk of a credential belongs. All badges of a program have one picture, which is looked at once."""
    try:
        chunks = list(_chunks(picture))
    except Doubtful as error:
        raise ValueError("no whole PNG") from error
    if any(data.startswith(_KEYWORD + b"\0") for _name, data in chunks):
        raise ValueError("a credential is baked in already")
    return len(PNG_BEGINNING) + _AROUND + len(chunks[0][1])


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and data of every chunk, from IHDR to IEND, each with the checksum that it should have."""
    if not picture.startswith(PNG_BEGINNING):
        _refuse(Reason.BROKEN)
    place, name = len(PNG_BEGINNING), b""
    while name != b"IEND":
        head = picture[place : place + 8]
        if len(head) < 8:  # noqa: PLR2004 - a length and a name
            _refuse(Reason.BROKEN)
        length, last, name = _LENGTH.unpack(head[:4])[0], name, head[4:]
        end = place + _AROUND + length
        if end > len(picture) or (name == b"IHDR") == bool(last):
            _refuse(Reason.BROKEN)
        whole = picture[place + 4 : end - 4]
        if _LENGTH.pack(zlib.crc32(whole)) != picture[end - 4 : end]:
            _refuse(Reason.BROKEN)
        yield name, whole[4:]
        place = end
    if place != len(picture):
        _refuse(Reason.TRAILING)


def bake_svg(picture: str, credential: str) -> str:
    """`picture` with `credential` (signed JSON or a VC-JWT) in it, behind its root's beginning.

    Raises `ValueError` for no SVG, one that carries a credential, or has what `unbake_svg` refuses.
    """
    before, behind = _around_credential(picture)
    element = _element(credential)
    _require_readable(f"<svg xmlns={quoteattr(_SVG)} xmlns:openbadges={quoteattr(OPENBADGES)}>{element}</svg>")
    return f"{before}{element}{behind}"


def _element(credential: str) -> str:
    if not credential.lstrip().startswith("{"):
        return f"<openbadges:credential verify={quoteattr(credential)}/>"
    # In JSON, "]]>" can only stand in a text, where the last sign may be written as an escape.
    text = credential.replace("]]>", "]]\\u003e")
    return f"<openbadges:credential><![CDATA[{text}]]></openbadges:credential>"


@lru_cache(maxsize=_KEPT)
def _around_credential(picture: str) -> tuple[str, str]:
    """What stands before a credential in the picture, and behind it; looked at once, as `_behind_header` does."""
    content = picture.encode()
    root = _ROOT.search(content)
    if root is None or root.group().endswith(b"/>"):
        raise ValueError("no SVG with anything in it")
    opening = b"<svg xmlns:openbadges=" + quoteattr(OPENBADGES).encode() + root.group()[len(b"<svg") :]
    before, behind = (content[: root.start()] + opening).decode(), content[root.end() :].decode()
    _require_readable(f"{before}{_element('{}')}{behind}")
    return before, behind


def _require_readable(baked: str) -> None:
    try:
        unbake_svg(baked.encode())
    except Doubtful as error:
        raise ValueError(f"the picture cannot be baked: {error.reason.value}") from error


def unbake_svg(picture: bytes) -> bytes:
    """The one credential in an SVG. Raises `Doubtful` for no SVG, a DTD, entities, programs, and none or several."""
    reader = _SvgReader()
    reader.read(picture)
    if len(reader.found) != 1:
        _refuse(Reason.SEVERAL if reader.found else Reason.NONE_INSIDE)
    attribute, text = reader.found[0].strip(), "".join(reader.text).strip()
    if attribute and text:
        _refuse(Reason.SEVERAL)
    if not attribute and not text:
        _refuse(Reason.NONE_INSIDE)
    return (attribute or text).encode()


class _SvgReader:
    """Follows the elements of an SVG: `found` has the attribute `verify` of every credential, `text` what stands in them."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self._parser = expat.ParserCreate("utf-8", " ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._say
        self._parser.StartDoctypeDeclHandler = self._forbidden
        self._parser.EntityDeclHandler = self._forbidden
        self._parser.ProcessingInstructionHandler = self._forbidden

    def read(self, picture: bytes) -> None:
        try:
            if "\0" in picture.decode():  # expat would take it for another encoding, whatever it is told
                _refuse(Reason.FORBIDDEN)
            self._parser.Parse(picture, True)
        except UnicodeDecodeError:
            _refuse(Reason.BROKEN)
        except expat.ExpatError as error:
            behind_the_end = expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]
            _refuse(Reason.TRAILING if error.code == behind_the_end else Reason.BROKEN)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        is_credential = name == f"{OPENBADGES} credential"
        if not self._open and name != f"{_SVG} svg":
            _refuse(Reason.UNKNOWN_KIND)
        if len(self._open) >= _DEEPEST or (is_credential and len(self._open) != 1) or self._is_in_credential:
            _refuse(Reason.FORBIDDEN)
        if name.endswith((" script", " foreignObject")):
            _refuse(Reason.FORBIDDEN)
        if is_credential:
            self.found.append(attributes.get("verify", ""))
        self._open.append(name)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _say(self, text: str) -> None:
        if self._is_in_credential:
            self.text.append(text)

    @property
    def _is_in_credential(self) -> bool:
        return bool(self._open) and self._open[-1] == f"{OPENBADGES} credential"

    def _forbidden(self, *_what: object) -> NoReturn:
        _refuse(Reason.FORBIDDEN)


def _refuse(reason: Reason) -> NoReturn:
    raise Doubtful(Standing.UNREADABLE, Subject.FORM, reason)
