"""The signature of a PDF: whoever changes the file afterwards, even by a letter, is found out.

It is a certification signature that allows no changes (DocMDP 1), by a key on the curve P-256, over the whole file. Its field
has no look: it lies outside the page, as PDF/UA-1 and PDF/A-3 together ask of a field that is not tagged. What typst wrote
about the document, those standards among it, stays as it is.
"""

from datetime import datetime
from io import BytesIO
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

_FIELD: Final = "Guildmark"


def sign(pdf: bytes, *, key_pem: str, certificate_pem: str, now: datetime) -> bytes:
    """`pdf` with a signature of `key_pem`, a P-256 key in PKCS #8; those of its certificate's issuers may follow it.

    Raises `ValueError` for another kind of key.
    """
    _p256(key_pem)
    own, *above = load_certs_from_pemder_data(certificate_pem.encode())
    chain = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    chain.register_multiple(above)
    signer = SimpleSigner(
        signing_cert=own,
        signing_key=load_private_key_from_pemder_data(key_pem.encode(), passphrase=None),
        cert_registry=chain,
        embed_roots=True,
    )
    metadata = PdfSignatureMetadata(
        field_name=_FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    field = SigFieldSpec(
        _FIELD, invis_sig_settings=InvisSigSettings(box_out_of_bounds=True), readable_field_name="Signature of the issuer"
    )
    signed = _Signer(metadata, signer, new_field_spec=field, at=now).sign_pdf(_Writer(BytesIO(pdf)))
    return bytes(signed.getvalue())


class _Signer(PdfSigner):
    """A signer whose time is given to it."""

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._at = at

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        """As the original, at the time that was given."""
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self._at
        return session


class _Writer(IncrementalPdfFileWriter):
    """A writer that leaves what the document says of itself as it is: the standards it keeps, and when it was written."""

    def _update_meta(self) -> None:
        pass


def _p256(key_pem: str) -> EllipticCurvePrivateKey:
    key = load_pem_private_key(key_pem.encode(), password=None)
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("PDFs are signed by a key on the curve P-256")  # noqa: TRY004 - what is wrong is the content of the PEM
    return key
