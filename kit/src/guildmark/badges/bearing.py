"""Whether a file bears anything that a portal signs, whole or damaged: much of what lies beside certificates does not.

It is asked of bytes, before anything is understood, and decides only whether a file that nobody named is judged. A forger who
takes the marks out of a file has one that no verifier finds a credential in; it is told as what it is, and counts for nothing.
"""

from types import MappingProxyType
from typing import Final

from guildmark.badges.kinds import kind_of, longest
from guildmark.badges.verdict import Kind

_MARKS: Final = MappingProxyType(
    {
        Kind.PNG: (b"openbadgecredential",),
        Kind.SVG: (b"openbadges", b"purl.imsglobal.org/ob/"),
        Kind.PDF: (b"/EmbeddedFile",),
    }
)
"""What every file of the kind has, in the clear, that carries a credential."""
_FIELDS: Final = (b'"credentialSubject"', b'"key_id"', b'"holder"', b'"received_at"')
"""Of these, every signed JSON document has one: Open Badges, the older certificates, and receipts."""
_BLANK: Final = b"\0 \t\r\n"


def may_be_ours(content: bytes) -> bool:
    """Whether `content` bears a credential or a signed document, or may have before it was damaged."""
    kind = kind_of(content)
    if kind in _MARKS:
        return any(mark in content for mark in _MARKS[kind])
    if kind is Kind.TOKEN or not content.strip(_BLANK):
        return True
    is_cut = kind is Kind.CREDENTIAL and len(content) <= longest(kind) and not content.rstrip(_BLANK).endswith(b"}")
    return is_cut or any(field in content for field in _FIELDS)
