import base64
import copy
from datetime import datetime, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from kit.tests.badges import sample

from guildmark.badges import keys, multibase, multikey

pytestmark = pytest.mark.certificates

THEN = datetime(2027, 1, 1, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("url", "did"),
    [
        ("https://guildmark.example", "did:web:guildmark.example"),
        ("https://Guildmark.Example/", "did:web:guildmark.example"),
        ("http://localhost:8000", "did:web:localhost%3A8000"),
        ("http://127.0.0.1:8000", "did:web:127.0.0.1%3A8000"),
        ("https://example.org/guild/mark/", "did:web:example.org:guild:mark"),
    ],
)
def test_an_issuer_is_named_after_its_address(url, did):
    assert keys.did_of(url) == did


@pytest.mark.parametrize(
    "url",
    [
        "",
        "guildmark.example",
        "ftp://guildmark.example",
        "https://",
        "https://[::1]/",
        "https://a@guildmark.example",
        "https://guildmark.example/?a",
        "https://guildmark.example/#a",
        "https://guildmark.example:99999",
    ],
)
def test_what_is_no_address_of_an_issuer_names_none(url):
    with pytest.raises(ValueError, match=r"."):
        keys.did_of(url)


def test_an_ed25519_key_is_read_from_its_hex_and_named_by_its_public_half():
    key = keys.EddsaKey.generate()

    assert keys.EddsaKey.from_hex(key.private_hex).multikey == key.multikey
    assert key.multikey.startswith("z6Mk")
    assert key.key_id("did:web:a.example") == f"did:web:a.example#{key.multikey}"
    assert multikey.ed25519_bytes(key.multikey) == key.private.public_key().public_bytes_raw()


def test_a_p256_key_is_read_from_its_pem_and_named_by_its_public_half():
    key = keys.Es256Key.generate()

    assert keys.Es256Key.from_pem(key.pem).jwk == key.jwk
    assert key.multikey.startswith("zDn")
    assert key.key_id("did:web:a.example") == f"did:web:a.example#{key.multikey}"
    assert multikey.p256_key(key.multikey) == key.private.public_key()
    assert set(key.jwk) == {"kty", "crv", "x", "y"}


def test_the_w3cs_p256_key_has_the_name_that_it_has_there():
    # Appendix A of "Data Integrity ECDSA Cryptosuites v1.0".
    name = "zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP"

    assert multikey.p256_multikey(multikey.p256_key(name)) == name


def test_a_key_on_another_curve_does_not_sign_jwts():
    other = ec.generate_private_key(ec.SECP384R1())
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    with pytest.raises(ValueError, match="P-256"):
        keys.Es256Key.from_pem(other.private_bytes(*form).decode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        "z6Mk",
        "z6MkO0Il",
        "u" + "A" * 46,
        "z" + "2" * 100_000,
        sample.ES256.multikey,
        sample.EDDSA.multikey[:-1],
        f"{sample.EDDSA.multikey}1",
        f" {sample.EDDSA.multikey}",
        sample.EDDSA.multikey.replace("M", "\N{FULLWIDTH LATIN CAPITAL LETTER M}"),
    ],
)
def test_what_is_no_ed25519_key_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        multikey.ed25519_bytes(text)


def test_a_point_off_the_curve_is_no_key():
    off = multibase.base58(b"\x80\x24\x02" + b"\xff" * 32)

    with pytest.raises(ValueError, match=r"."):
        multikey.p256_key(off)
    with pytest.raises(ValueError, match="P-256"):
        multikey.p256_key(sample.EDDSA.multikey)


@pytest.mark.parametrize("content", [b"", b"\0", b"\0\0a", bytes(range(64))])
def test_bytes_survive_base58_and_base64url(content):
    assert multibase.from_base58(multibase.base58(content)) == content
    assert multibase.from_base64url(multibase.base64url(content)) == content


@pytest.mark.parametrize("text", ["QQ==", "QR", "Q", "Q+", "Q/", "Q Q", "é"])
def test_base64url_has_one_form(text):
    with pytest.raises(ValueError, match="base64url"):
        multibase.from_base64url(text)


def test_c4_the_issuer_publishes_its_keys_under_its_own_name():
    document = keys.did_document(sample.DID, sample.PORTAL, sample.published())

    eddsa, es256, pdf = document["verificationMethod"]
    assert document["id"] == "did:web:guildmark.example"
    assert document["assertionMethod"] == [eddsa["id"], es256["id"]]
    assert eddsa == {
        "id": sample.EDDSA.key_id(sample.DID),
        "type": "Multikey",
        "controller": sample.DID,
        "publicKeyMultibase": sample.EDDSA.multikey,
    }
    assert es256 == {
        "id": sample.ES256.key_id(sample.DID),
        "type": "JsonWebKey",
        "controller": sample.DID,
        "publicKeyJwk": {**sample.ES256.jwk, "alg": "ES256"},
    }
    (der,) = (base64.b64decode(text) for text in pdf["publicKeyJwk"]["x5c"])
    assert x509.load_der_x509_certificate(der).public_key() == sample.PDF.public_key()
    assert pdf["id"] == f"{sample.DID}#{keys.certificate_name(der)}"


def test_a_verifier_reads_the_keys_that_were_published():
    found = keys.keys_in(keys.did_document(sample.DID, sample.PORTAL, sample.published()))

    assert (found.did, found.url) == (sample.DID, sample.PORTAL)
    assert [(key.kind, key.asserts) for key in found.keys] == [("eddsa", True), ("es256", True), ("pdf", False)]
    assert found.asserting(sample.EDDSA.key_id(sample.DID), "eddsa") == found.keys[0]
    assert found.of_pdf() == (found.keys[2],)
    assert len(found.keys[2].certificates) == 1


def test_a_key_asserts_in_its_own_form_and_name_only():
    found = keys.keys_in(keys.did_document(sample.DID, sample.PORTAL, sample.published()))

    assert found.asserting(sample.EDDSA.key_id(sample.DID), "es256") is None
    assert found.asserting(sample.EDDSA.multikey, "eddsa") is None
    assert found.asserting(found.keys[2].id, "eddsa") is None


def test_x13_a_retired_key_goes_on_to_vouch_for_what_it_signed():
    old, new = keys.EddsaKey.generate(), keys.EddsaKey.generate()
    published = [
        keys.PublishedKey("eddsa", new.multikey),
        keys.PublishedKey("eddsa", old.multikey, retired_at=THEN),
    ]
    document = keys.did_document(sample.DID, sample.PORTAL, published)
    found = keys.keys_in(document, {old.key_id(sample.DID): THEN})

    assert document["assertionMethod"] == [new.key_id(sample.DID), old.key_id(sample.DID)]
    assert all({"expires", "revoked"}.isdisjoint(method) for method in document["verificationMethod"])
    assert found.asserting(old.key_id(sample.DID), "eddsa").retired_at == THEN
    assert found.asserting(new.key_id(sample.DID), "eddsa").retired_at is None


def test_a_compromised_key_stays_and_vouches_for_nothing():
    published = [
        keys.PublishedKey("eddsa", sample.EDDSA.multikey, retired_at=THEN, compromised_at=THEN),
        keys.PublishedKey("pdf", sample.certificate_pem(), compromised_at=THEN),
    ]
    document = keys.did_document(sample.DID, sample.PORTAL, published)
    found = keys.keys_in(document)

    assert document["assertionMethod"] == []
    assert document["verificationMethod"][0]["revoked"] == "2027-01-01T00:00:00Z"
    assert found.keys[0].revoked_at == THEN
    assert found.asserting(sample.EDDSA.key_id(sample.DID), "eddsa") is None
    assert found.of_pdf() == ()


def _rsa_certificate():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Guildmark")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, sample.ISSUED, sample.UNTIL)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def test_a_key_that_cannot_be_read_is_not_published():
    for key in [
        keys.PublishedKey("eddsa", sample.ES256.multikey),
        keys.PublishedKey("es256", sample.EDDSA.multikey),
        keys.PublishedKey("pdf", "no certificate"),
        keys.PublishedKey("pdf", _rsa_certificate()),
    ]:
        with pytest.raises(ValueError, match=r"."):
            keys.did_document(sample.DID, sample.PORTAL, [key])


def _methods(change):
    def changed(document):
        change(document["verificationMethod"])
        return document

    return changed


FORGED = {
    "nothing": lambda _document: {},
    "another issuer's address": lambda document: {**document, "alsoKnownAs": ["https://evil.example"]},
    "another issuer's name": lambda document: {**document, "id": "did:web:evil.example"},
    "one more address": lambda document: {**document, "alsoKnownAs": [sample.PORTAL, "https://evil.example"]},
    "a key under the name of another": _methods(
        lambda keys_: keys_[0].update(publicKeyMultibase=keys.EddsaKey.generate().multikey)
    ),
    "a web key under the name of another": _methods(
        lambda keys_: keys_[1].update(publicKeyJwk={**keys.Es256Key.generate().jwk, "alg": "ES256"})
    ),
    "a certificate under the name of another": _methods(
        lambda keys_: keys_[2]["publicKeyJwk"].update(x5c=[keys_[2]["publicKeyJwk"]["x5c"][0][::-1]])
    ),
    "a key of another controller": _methods(lambda keys_: keys_[0].update(controller="did:web:evil.example")),
    "a key of another document": _methods(lambda keys_: keys_[0].update(id=sample.EDDSA.key_id("did:web:evil.example"))),
    "a key twice": _methods(lambda keys_: keys_.append(keys_[0])),
    "a private key": _methods(lambda keys_: keys_[1]["publicKeyJwk"].update(d="AA")),
    "both forms of a key": _methods(lambda keys_: keys_[0].update(publicKeyJwk=sample.ES256.jwk)),
    "neither form of a key": _methods(lambda keys_: keys_[0].pop("publicKeyMultibase")),
    "an unknown type of key": _methods(lambda keys_: keys_[0].update(type="Ed25519VerificationKey2020")),
    "an unknown term": lambda document: {**document, "controller": "did:web:evil.example"},
    "a key embedded where it vouches": lambda document: {**document, "assertionMethod": document["verificationMethod"]},
    "a vouching key from elsewhere": lambda document: {
        **document,
        "assertionMethod": [*document["assertionMethod"], sample.EDDSA.key_id("did:web:evil.example")],
    },
    "a PDF key that vouches for badges": lambda document: {
        **document,
        "assertionMethod": [method["id"] for method in document["verificationMethod"]],
    },
    "other vocabularies": lambda document: {**document, "@context": document["@context"][:1]},
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_x13_a_forged_document_of_keys_is_refused(forge):
    document = keys.did_document(sample.DID, sample.PORTAL, sample.published())

    with pytest.raises(ValueError, match=r"."):
        keys.keys_in(forge(copy.deepcopy(document)))
