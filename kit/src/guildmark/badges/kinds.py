"""What sort of file something is, by its content; a file's name is whatever its sender chose."""

import re
from typing import Final

from guildmark.badges.verdict import Kind

PNG_BEGINNING: Final = b"\x89PNG\r\n\x1a\n"
_PDF: Final = b"%PDF-"
_TOKEN: Final = re.compile(rb"\s*[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)+\s*")
_LONGEST_CREDENTIAL: Final = 128 * 1024
_LONGEST_PICTURE: Final = 8 * 1024 * 1024
_LONGEST_PDF: Final = 16 * 1024 * 1024
LONGEST: Final = _LONGEST_PDF
"""No file that we issue is longer, in bytes: of what is, no more has to be read."""


def kind_of(content: bytes) -> Kind:
    """What `content` looks like, by its beginning; for signed JSON, `Kind.CREDENTIAL`, of whatever sort it is."""
    if content.startswith(PNG_BEGINNING):
        return Kind.PNG
    if content.startswith(_PDF):
        return Kind.PDF
    start = content[:1024].lstrip()
    if start.startswith(b"{"):
        return Kind.CREDENTIAL
    if start.startswith((b"<", b"\xef\xbb\xbf<")):
        return Kind.SVG
    return Kind.TOKEN if _TOKEN.fullmatch(content[:_LONGEST_CREDENTIAL]) else Kind.UNKNOWN


def longest(kind: Kind) -> int:
    """The most bytes that a file of this kind has."""
    return {Kind.PDF: _LONGEST_PDF, Kind.PNG: _LONGEST_PICTURE, Kind.SVG: _LONGEST_PICTURE}.get(kind, _LONGEST_CREDENTIAL)
