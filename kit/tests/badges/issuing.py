"""An issuer with its keys, and one genuine file of every kind: what forgers start from."""

import io
import json
import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from PIL import Image
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.embed import EmbeddedFileObject, FileSpec, embed_file
from pyhanko.pdf_utils.generic import DictionaryObject, StreamObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from guildmark.badges import jwt, proof
from guildmark.badges.baking import bake_png, bake_svg
from guildmark.badges.issuer import IssuerFile
from guildmark.badges.keys import EddsaKey, Es256Key, PublishedKey, certificate_name, did_document, did_of
from guildmark.badges.model import BadgeFacts, CategoryFacts, SkillFacts, open_badge
from guildmark.badges.status import PURPOSES, BitList, status_list_credential
from guildmark.protocol import PublicKey
from guildmark.rules.credential import IdentityLevel
from guildmark.rules.scoring import PassRule
from guildmark.signing import key_id, public_hex, sign

ISSUED = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
NOW = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)


def now():
    """The time, where a command is to look at its clock."""
    return datetime.fromtimestamp(time.time(), tz=timezone.utc)


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle r="4"/></svg>'


@dataclass(frozen=True)
class PdfKey:
    """A key that signs PDFs, and its self-signed certificate."""

    key: Es256Key
    certificate: x509.Certificate

    @classmethod
    def generate(cls, name="Guild of Examiners", serial=None):
        key = Es256Key.generate()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.private.public_key())
            .serial_number(serial or x509.random_serial_number())
            .not_valid_before(ISSUED - timedelta(days=1))
            .not_valid_after(ISSUED + timedelta(days=9000))
        )
        return cls(key, built.sign(key.private, SHA256()))

    @property
    def certificate_pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def sign(self, pdf, field="Guildmark", **options):
        """`pdf` with a signature over the whole of it."""
        (certificate,) = load_certs_from_pemder_data(self.certificate_pem.encode())
        signer = signers.SimpleSigner(
            signing_cert=certificate,
            signing_key=load_private_key_from_pemder_data(self.key.pem.encode(), passphrase=None),
            cert_registry=SimpleCertificateStore(),
        )
        metadata = signers.PdfSignatureMetadata(
            field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, **options
        )
        return signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), metadata, signer=signer).getvalue()


def unsigned_pdf(*credentials, name="credential.json"):
    """A page, and what is attached to it."""
    writer = PdfFileWriter()
    page = StreamObject(stream_data=b"0 0 m 100 100 l S % Ada Lovelace")
    writer.insert_page(PageObject(contents=writer.add_object(page), media_box=(0, 0, 200, 200)))
    for place, credential in enumerate(credentials):
        attached = EmbeddedFileObject.from_file_data(writer, credential, mime_type="application/ld+json")
        embed_file(writer, FileSpec(f"{'' if not place else f'{place}/'}{name}", file_name=name, embedded_data=attached))
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def signature_in(pdf):
    """Where the digits of the one signature of `pdf` stand: from `<` to behind `>`."""
    numbers = pdf[pdf.index(b"/ByteRange") :].split(b"[")[1].split(b"]")[0].split()
    return int(numbers[1]), int(numbers[2])


def updated(pdf):
    """`pdf` with an incremental update behind its end, as an editor of forms would write it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root["/Note"] = writer.add_object(DictionaryObject({pdf_name("/Holder"): pdf_name("/Eve")}))
    writer.update_root()
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def bare_png():
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(content, "PNG")
    return content.getvalue()


def facts(portal, **changes):
    said = BadgeFacts(
        portal=portal,
        issuer_name="Guild of Examiners",
        identifier="GM-7K2M-9QXD-4HTB",
        holder="Ada Lovelace",
        program="practitioner",
        title="Practitioner in TensorFlow",
        description="Builds, trains and hands in models under time pressure.",
        criteria="Pass the exam.",
        level="Practitioner",
        framework="TensorFlow",
        exam_version="2026.1",
        demonstration=False,
        identity_check=IdentityLevel.REVIEWED,
        pass_rule=PassRule.WEIGHTED,
        pass_mark=90,
        points=95,
        points_possible=100,
        categories=(CategoryFacts(id="1", title="Basic model", score=5), CategoryFacts(id="2", title="Images", score=4)),
        skills=(SkillFacts(code="A1", title="Use callbacks", url=f"{portal}/skills/#A1"),),
        skills_framework="Skills checklist",
        valid_from=ISSUED,
        valid_until=datetime(2029, 3, 2, 23, 59, 59, tzinfo=timezone.utc),
        status_list=1,
        status_index=4711,
    )
    return said.model_copy(update=changes)


@dataclass(frozen=True)
class Issuer:
    """All that the portal at `url` signs with. `retired` and `compromised` name keys (`eddsa`, `es256`, `pdf`) and when."""

    url: str = "https://exam.example"
    eddsa: EddsaKey = field(default_factory=EddsaKey.generate)
    es256: Es256Key = field(default_factory=Es256Key.generate)
    pdf_key: PdfKey = field(default_factory=PdfKey.generate)
    receipts: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    changes: dict = field(default_factory=dict)
    """Of what the genuine certificate says."""
    retired: dict = field(default_factory=dict)
    compromised: dict = field(default_factory=dict)
    listed: dict = field(default_factory=dict)
    """Purpose: places whose bit is set."""
    now: datetime = NOW

    @property
    def did(self):
        return did_of(self.url)

    @cached_property
    def facts(self):
        return facts(self.url, **self.changes)

    @cached_property
    def unsigned(self):
        return open_badge(self.facts)

    def signed(self, document, key=None, created=ISSUED):
        return proof.sign(document, key=key or self.eddsa, did=self.did, created=created)

    @cached_property
    def document(self):
        """The credential, as JSON's types."""
        return self.signed(self.unsigned)

    @cached_property
    def credential(self):
        return json.dumps(self.document).encode()

    @cached_property
    def token(self):
        return jwt.encode(self.unsigned, key=self.es256, did=self.did).encode()

    @cached_property
    def png(self):
        return bake_png(bare_png(), self.credential.decode())

    @cached_property
    def svg(self):
        return bake_svg(SVG, self.credential.decode()).encode()

    @cached_property
    def pdf(self):
        return self.pdf_key.sign(unsigned_pdf(self.credential))

    @cached_property
    def older(self):
        """The certificate in the form before Open Badges."""
        said = {
            "identifier": "GM-7K2M-9QXD-4HTB",
            "holder": "Ada Lovelace",
            "program": "practitioner",
            "exam_title": "Practitioner",
            "exam_version": "2026.1",
            "level": "Practitioner",
            "framework": "TensorFlow",
            "demonstration": False,
            "points": 95.0,
            "points_possible": 100,
            "categories": [],
            "issued_on": "2026-03-02",
            "expires_on": "2029-03-02",
            "issuer": "Guild of Examiners",
            "url": f"{self.url}/certificates/GM-7K2M-9QXD-4HTB/",
        }
        return json.dumps(sign(said, self.receipts)).encode()

    def status_list(self, purpose, key=None, **changes):
        """The signed list of a purpose."""
        said = {
            "url": f"{self.url}/status/{self.facts.status_list}/{purpose}",
            "purpose": purpose,
            "bits": BitList(self.listed.get(purpose, ())),
            "did": self.did,
            "issuer_name": "Guild of Examiners",
            "valid_from": self.now - timedelta(hours=1),
            "valid_until": self.now + timedelta(days=7),
        }
        return self.signed(status_list_credential(**{**said, **changes}), key=key, created=self.now - timedelta(hours=1))

    @cached_property
    def did_document(self):
        public = {"eddsa": self.eddsa.multikey, "es256": self.es256.multikey, "pdf": self.pdf_key.certificate_pem}
        return did_document(
            self.did,
            self.url,
            [PublishedKey(kind, text, self.retired.get(kind), self.compromised.get(kind)) for kind, text in public.items()],
        )

    @cached_property
    def file(self):
        """What a verifier has."""
        public = public_hex(self.receipts)
        receipt_key = PublicKey(key_id=key_id(public), public_key=public, retired_at=self.retired.get("receipts"))
        names = {
            "eddsa": self.eddsa.key_id(self.did),
            "es256": self.es256.key_id(self.did),
            "pdf": f"{self.did}#{certificate_name(self.pdf_key.certificate.public_bytes(serialization.Encoding.DER))}",
        }
        return IssuerFile(
            did_document=self.did_document,
            retired={names[kind]: at for kind, at in self.retired.items() if kind in names},
            receipt_keys=(receipt_key,),
            status_lists=tuple(self.status_list(purpose) for purpose in PURPOSES),
            written_at=self.now,
        )

    def file_with(self, **changes):
        said = {name: getattr(self.file, name) for name in IssuerFile.model_fields}
        return IssuerFile(**{**said, **changes})

    def but(self, **changes):
        """The same issuer, with the same keys, but for `changes`."""
        return replace(self, **changes)
