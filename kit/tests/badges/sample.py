"""A whole badge, made up, and the keys of its issuer; `python -m kit.tests.badges.sample FOLDER` writes them there."""

import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from guildmark.badges import jwt, keys, model, proof, status

PORTAL = "https://guildmark.example"
DID = "did:web:guildmark.example"
ISSUED = datetime(2026, 11, 22, 9, 30, tzinfo=timezone.utc)
UNTIL = datetime(2029, 11, 22, 23, 59, 59, tzinfo=timezone.utc)
INDEX = 70_001

EDDSA = keys.EddsaKey.from_hex("1f" * 32)
ES256 = keys.Es256Key(ec.derive_private_key(0x2026, ec.SECP256R1()))
PDF = ec.derive_private_key(0x1122, ec.SECP256R1())

FACTS = model.BadgeFacts(
    portal=PORTAL,
    issuer_name="Guildmark",
    identifier="GM-7KXQ-2MVP-RT43",
    holder="Zoë Åkerström-Müller 김민서 王小明",
    program="deep-learning",
    title="Deep Learning Practitioner",
    description="Builds, trains and exports neural networks that reach a stated quality on unseen data.",
    criteria="Five tasks in five hours, each graded on hidden data; the exam is sat alone.",
    level="Practitioner",
    framework="TensorFlow 2",
    exam_version="3.1.0",
    demonstration=False,
    identity_check="reviewed",
    pass_rule="weighted",
    pass_mark=90,
    points=94.5,
    points_possible=100,
    categories=(
        {"id": "basic", "title": "A model of one neuron", "score": 5},
        {"id": "vision", "title": "Pictures in colour", "score": 4},
    ),
    skills=(
        {"code": "A1", "title": "Loads data", "url": f"{PORTAL}/skills/"},
        {"code": "C6", "title": "Avoids overfitting & augments", "url": f"{PORTAL}/skills/"},
    ),
    skills_framework="Guildmark skills checklist",
    valid_from=ISSUED,
    valid_until=UNTIL,
    status_list=1,
    status_index=INDEX,
    image=f"{PORTAL}/badges/deep-learning.png",
)


def certificate_pem() -> str:
    """A self-signed certificate of the key that signs PDFs."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Guildmark")])
    builder = x509.CertificateBuilder(name, name, PDF.public_key(), 1, ISSUED, UNTIL)
    return builder.sign(PDF, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def published() -> list[keys.PublishedKey]:
    """The three keys of the issuer."""
    return [
        keys.PublishedKey("eddsa", EDDSA.multikey),
        keys.PublishedKey("es256", ES256.multikey),
        keys.PublishedKey("pdf", certificate_pem()),
    ]


def unsigned() -> dict[str, object]:
    """The credential without a proof."""
    return model.open_badge(FACTS)


def signed() -> dict[str, object]:
    """The credential with its proof."""
    return proof.sign(unsigned(), key=EDDSA, did=DID, created=ISSUED)


def status_list(purpose: str, *indexes: int) -> dict[str, object]:
    """The signed status list of a purpose, with the bits at `indexes` set."""
    unsecured = status.status_list_credential(
        url=f"{PORTAL}/status/1/{purpose}",
        purpose=purpose,
        bits=status.BitList(indexes),
        did=DID,
        issuer_name="Guildmark",
        valid_from=ISSUED,
        valid_until=ISSUED + timedelta(days=3650),
    )
    return proof.sign(unsecured, key=EDDSA, did=DID, created=ISSUED)


def main(folder: Path) -> None:
    """Write a credential, its JWT, and what its issuer publishes; the lists of `revoked` have its bit set."""
    folder.mkdir(parents=True, exist_ok=True)
    documents = {"unsigned": unsigned(), "credential": signed(), "did": keys.did_document(DID, PORTAL, published())}
    for purpose in status.PURPOSES:
        documents[f"status-{purpose}"] = status_list(purpose)
        documents[f"revoked-status-{purpose}"] = status_list(purpose, INDEX)
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document, indent=2, ensure_ascii=False), encoding="utf-8")
    (folder / "jwt.txt").write_text(jwt.encode(unsigned(), key=ES256, did=DID), encoding="ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
