"""A certificate on paper, its badge and its preview: facts in, bytes out.

    pdf          two pages, PDF/UA-1 and PDF/A-3a, with the credential attached: worth framing, and what was shown
    sign         the issuer's signature over it
    badge_svg    the badge as a drawing, badge_png as a picture of 512 pixels; both on nothing
    preview_png  1200 by 630 pixels, for those who share the page of a certificate

All of it is the same for the same facts, but for the signature. The first drawing of a process pays for its fonts: `warm`.
"""

from datetime import datetime

from guildmark_portal.credentials.paper.badge import badge_png, badge_svg, preview_png
from guildmark_portal.credentials.paper.certificate import pdf, warm
from guildmark_portal.credentials.paper.facts import BadgeFacts, CategoryScore, PaperFacts, SkillArea
from guildmark_portal.credentials.paper.names import letters_missing
from guildmark_portal.credentials.paper.typesetting import NoLetters

__all__ = [
    "BadgeFacts",
    "CategoryScore",
    "NoLetters",
    "PaperFacts",
    "SkillArea",
    "badge_png",
    "badge_svg",
    "letters_missing",
    "pdf",
    "preview_png",
    "sign",
    "warm",
]


def sign(pdf: bytes, *, key_pem: str, certificate_pem: str, now: datetime) -> bytes:
    """`pdf` with the signature of `key_pem`, a P-256 key in PKCS #8, and its certificate. Raises `ValueError` for another."""
    from guildmark_portal.credentials.paper import signature  # pyHanko is loaded when something is to be signed

    return signature.sign(pdf, key_pem=key_pem, certificate_pem=certificate_pem, now=now)
