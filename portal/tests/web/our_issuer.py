"""The portal's own keys in the hands of the kit's issuer of tests: what it makes is genuine here."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3] / "kit" / "tests" / "badges"))  # its forgeries are those of the kit

import forgeries
import issuing
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from guildmark.badges.keys import Es256Key
from guildmark.rules.credential import IdentityLevel
from guildmark_portal.credentials import issuer
from guildmark_portal.credentials.models import Certificate

FORGERIES = tuple(one for one in forgeries.FORGERIES if one.retired is None and one.compromised is None)
"""Those that are about a lost or a retired key need another issuer, and stand in the tests of the kit."""


def ours(certificate: Certificate) -> Any:
    """An issuer with all of the portal's keys, whose genuine files say what `certificate` says."""
    key_pem, certificate_pem = issuer.pdf_key()
    (receipts, *_retired) = settings.SIGNING_KEYS
    return issuing.Issuer(
        url=settings.PORTAL_URL,
        eddsa=issuer.eddsa_key(),
        es256=issuer.es256_key(),
        pdf_key=issuing.PdfKey(Es256Key.from_pem(key_pem), x509.load_pem_x509_certificate(certificate_pem.encode())),
        receipts=Ed25519PrivateKey.from_private_bytes(bytes.fromhex(receipts.private_key)),
        changes={
            "issuer_name": settings.ORGANISATION,
            "identifier": certificate.identifier,
            "identity_check": IdentityLevel.NONE,
            "status_index": certificate.status_index,
        },
    )
