import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyld import ContextResolver

from guildmark.badges import contexts, multibase, proof
from guildmark.badges.keys import EddsaKey

pytestmark = pytest.mark.certificates

# Appendix B.1 of the W3C's "Data Integrity EdDSA Cryptosuites v1.0": key, document, particulars, and the proof's value.
W3C_KEY = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
W3C_MULTIKEY = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
W3C_HASHES = (
    "bea7b7acfbad0126b135104024a5f1733e705108f42d59668b05c0c50004c6b0"
    "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017"
)
W3C_VALUE = "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme"
W3C_EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
W3C_DOCUMENT = {
    "@context": ["https://www.w3.org/ns/credentials/v2", W3C_EXAMPLES],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
W3C_PARTICULARS = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2023-02-24T23:36:38Z",
    "verificationMethod": f"did:key:{W3C_MULTIKEY}#{W3C_MULTIKEY}",
    "proofPurpose": "assertionMethod",
}


def _with_the_w3cs_examples(url, options):
    if url != W3C_EXAMPLES:
        return contexts.load(url, options)
    vocabulary = {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": vocabulary}


def test_x13_what_is_signed_is_that_of_the_w3c_byte_for_byte():
    content = proof.signed_bytes(W3C_DOCUMENT, W3C_PARTICULARS, ContextResolver({}, _with_the_w3cs_examples))

    assert content.hex() == W3C_HASHES
    key = Ed25519PrivateKey.from_private_bytes(multibase.from_base58(W3C_KEY)[2:])
    assert multibase.base58(key.sign(content)) == W3C_VALUE
    assert EddsaKey(key).multikey == W3C_MULTIKEY
