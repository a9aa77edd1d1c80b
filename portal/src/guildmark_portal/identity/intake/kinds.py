"""What a file seems to be, by its first bytes. The name of a file says nothing and is not asked."""

from enum import Enum
from typing import Final


class Kind(str, Enum):
    """The formats that are taken."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    PDF = "PDF"


_HEIF_BRANDS: Final = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"}


def kind_of(content: bytes) -> Kind | None:
    """The format, or None. A PDF must begin with its mark: what has something else before it is something else too."""
    if content.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Kind.WEBP
    return Kind.PDF if content.startswith(b"%PDF-") else None


def is_heif(content: bytes) -> bool:
    """Whether it is what telephones save by default: refused with a hint of its own."""
    return content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS
