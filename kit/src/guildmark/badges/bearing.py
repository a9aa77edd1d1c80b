"""Whether a file bears anything that a portal signs, whole or damaged: much of what lies beside certificates does not.

It decides only whether a file that nobody named is judged: a wrong yes costs one line in an answer, a wrong no hides a forged
or revoked file among strangers. The marks are those without which no verifier finds anything to verify. Each is looked for in
every way of writing it that its format allows: escapes of JSON, hex digits in names of a PDF, JSON in UTF-16. Whoever takes the
marks out has a file that no verifier takes for a certificate; it is told as none of ours, and counts for nothing.
"""

import re
from typing import Final

from guildmark.badges.kinds import kind_of, longest
from guildmark.badges.verdict import Kind

_PNG: Final = b"openbadgecredential"
_SVG: Final = re.compile(rb"<(?:[^\s<>/:]+:)?credential[\s/>]|openbadges|purl\.imsglobal\.org/ob/")
"""The element, whose name no entity can stand for; or what is left of one that was cut."""
_PDF: Final = (b"/EmbeddedFile", b"/ByteRange")
_PDF_END: Final = b"%%EOF"
_NEAR_THE_END: Final = 1024
_FIELDS: Final = (b'"credentialSubject"', b'"key_id"', b'"holder"', b'"received_at"')
"""Of these, every signed JSON document has one: Open Badges, the older certificates, and receipts."""
_JSON_ESCAPE: Final = re.compile(rb"\\u00([2-7][0-9A-Fa-f])")
_PDF_ESCAPE: Final = re.compile(rb"#([2-7][0-9A-Fa-f])")
_BLANK: Final = b"\0 \t\r\n"


def may_be_ours(content: bytes) -> bool:
    """Whether `content` bears a credential or a signed document, or may have before it was damaged."""
    kind = kind_of(content)
    if kind is Kind.PNG:
        return _PNG in content
    if kind is Kind.SVG:
        return _SVG.search(content) is not None
    if kind is Kind.PDF:
        is_cut = _PDF_END not in content[-_NEAR_THE_END:]
        return is_cut or any(mark in _unescaped(_PDF_ESCAPE, content) for mark in _PDF)
    if kind is Kind.TOKEN or not content.strip(_BLANK):
        return True
    is_cut = kind is Kind.CREDENTIAL and len(content) <= longest(kind) and not content.rstrip(_BLANK).endswith(b"}")
    written = _unescaped(_JSON_ESCAPE, content.replace(b"\0", b""))
    return is_cut or any(field in written for field in _FIELDS)


def _unescaped(escape: re.Pattern[bytes], content: bytes) -> bytes:
    """`content` with every escaped letter of ASCII written plainly."""
    return escape.sub(lambda found: bytes.fromhex(found.group(1).decode()), content)
