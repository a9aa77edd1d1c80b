import hmac
import json

import jwt as pyjwt
import pytest
from kit.tests.badges import sample

from guildmark.badges import jwt, keys, model, multibase

pytestmark = pytest.mark.certificates

KEYS = keys.keys_in(keys.did_document(sample.DID, sample.PORTAL, sample.published()))
KID = sample.ES256.key_id(sample.DID)


@pytest.fixture(scope="module")
def text():
    return jwt.encode(sample.unsigned(), key=sample.ES256, did=sample.DID)


def _payload(text):
    return json.loads(multibase.from_base64url(text.split(".")[1]))


def _signed(header, payload, key=sample.ES256):
    """A JWT as another library writes it."""
    return pyjwt.encode(payload, key.private, algorithm="ES256", headers=header)


def test_x13_what_was_written_is_read(text):
    assert jwt.decode(text, KEYS) == sample.unsigned()


def test_the_header_names_the_key_and_nothing_more(text):
    assert json.loads(multibase.from_base64url(text.split(".")[0])) == {"alg": "ES256", "kid": KID, "typ": "vc+jwt"}


def test_the_payload_is_the_credential_and_the_claims_that_open_badges_ask_for(text):
    assert _payload(text) == {
        **sample.unsigned(),
        "iss": "did:web:guildmark.example",
        "jti": "https://guildmark.example/certificates/GM-7KXQ-2MVP-RT43/credential.json",
        "nbf": 1_795_339_800,
        "exp": 1_890_086_399,
    }


def test_another_library_verifies_it_with_the_key_that_is_published(text):
    jwk = keys.did_document(sample.DID, sample.PORTAL, sample.published())["verificationMethod"][1]["publicKeyJwk"]
    found = pyjwt.decode(
        text, pyjwt.PyJWK(jwk).key, algorithms=["ES256"], issuer=sample.DID, options={"verify_nbf": False, "verify_exp": False}
    )

    assert found["credentialSubject"] == sample.unsigned()["credentialSubject"]


def test_what_another_library_writes_in_our_form_is_read(text):
    assert jwt.decode(_signed({"kid": KID, "typ": "vc+jwt"}, _payload(text)), KEYS) == sample.unsigned()


def test_one_changed_character_is_noticed(text):
    start = text.index(".") + 1
    unnoticed = []
    for place in [3, start + 40, start + 900, len(text) - 40]:
        changed = text[:place] + ("B" if text[place] == "A" else "A") + text[place + 1 :]
        try:
            jwt.decode(changed, KEYS)
        except jwt.JwtError:
            continue
        unnoticed.append(place)

    assert unnoticed == []


def test_another_name_in_a_jwt_with_the_old_signature_is_noticed(text):
    header, _body, signature = text.split(".")
    payload = _payload(text)
    payload["credentialSubject"]["identifier"][0]["identityHash"] = "Somebody Else"
    forged = multibase.base64url(json.dumps(payload).encode())

    with pytest.raises(jwt.WrongSignatureError):
        jwt.decode(f"{header}.{forged}.{signature}", KEYS)


def test_another_key_that_signs_in_the_name_of_ours_is_noticed(text):
    forged = _signed({"kid": KID, "typ": "vc+jwt"}, _payload(text), keys.Es256Key.generate())

    with pytest.raises(jwt.WrongSignatureError):
        jwt.decode(forged, KEYS)


THIEF = keys.Es256Key.generate()
HEADERS = {
    "no key": {"typ": "vc+jwt"},
    "a key that nobody published": {"kid": THIEF.key_id(sample.DID), "typ": "vc+jwt"},
    "a key of another issuer": {"kid": THIEF.key_id("did:web:evil.example"), "typ": "vc+jwt"},
    "a key of badges with proofs": {"kid": sample.EDDSA.key_id(sample.DID), "typ": "vc+jwt"},
    "a key of PDFs": {"kid": KEYS.keys[2].id, "typ": "vc+jwt"},
    "a key of its own": {"kid": KID, "typ": "vc+jwt", "jwk": THIEF.jwk},
    "a certificate of its own": {"kid": KID, "typ": "vc+jwt", "x5c": ["AA=="]},
    "an address of keys": {"kid": KID, "typ": "vc+jwt", "jku": "https://evil.example/jwks"},
    "an address of certificates": {"kid": KID, "typ": "vc+jwt", "x5u": "https://evil.example/pem"},
    "an unknown extension": {"kid": KID, "typ": "vc+jwt", "crit": ["b64"], "b64": True},
    "another type": {"kid": KID, "typ": "JWT"},
    "a list for a key": {"kid": [KID], "typ": "vc+jwt"},
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_x13_a_header_with_any_other_key_is_refused(header, text):
    head = multibase.base64url(json.dumps({"alg": "ES256", **header}).encode())
    body = multibase.base64url(json.dumps(_payload(text)).encode())
    signer = pyjwt.get_algorithm_by_name("ES256")
    signature = multibase.base64url(signer.sign(f"{head}.{body}".encode(), THIEF.private))

    with pytest.raises(jwt.UnknownKeyError):
        jwt.decode(f"{head}.{body}.{signature}", KEYS)


def test_x13_a_jwt_without_a_signature_or_with_the_public_key_as_a_secret_is_refused(text):
    _header, body, signature = text.split(".")
    none = multibase.base64url(json.dumps({"alg": "none", "kid": KID, "typ": "vc+jwt"}).encode())
    secret = multibase.base64url(json.dumps({"alg": "HS256", "kid": KID, "typ": "vc+jwt"}).encode())
    mac = hmac.digest(sample.ES256.jwk["x"].encode(), f"{secret}.{body}".encode(), "sha256") * 2

    for forged in [f"{none}.{body}.", f"{none}.{body}.{signature}", f"{secret}.{body}.{multibase.base64url(mac)}"]:
        with pytest.raises(jwt.JwtError):
            jwt.decode(forged, KEYS)


def test_a_signature_of_nothing_is_refused(text):
    head, body, _signature = text.split(".")

    with pytest.raises(jwt.WrongSignatureError):
        jwt.decode(f"{head}.{body}.{multibase.base64url(bytes(64))}", KEYS)


CLAIMS = {
    "it is valid for longer": {"exp": 4_000_000_000},
    "it is valid earlier": {"nbf": 0},
    "another issuer": {"iss": "did:web:evil.example"},
    "another credential": {"jti": "https://guildmark.example/certificates/GM-0000-0000-0000/credential.json"},
    "a subject": {"sub": "did:example:somebody"},
    "an unknown claim": {"honours": "with distinction"},
    "a credential inside": {"vc": {}},
    "a number as text": {"exp": str(int(sample.UNTIL.timestamp()))},
    "a proof": {"proof": {}},
}


@pytest.mark.parametrize("claims", CLAIMS.values(), ids=CLAIMS)
def test_claims_that_the_credential_does_not_make_are_refused_though_signed(claims, text):
    forged = _signed({"kid": KID, "typ": "vc+jwt"}, {**_payload(text), **claims})

    with pytest.raises(jwt.MalformedJwtError):
        jwt.decode(forged, KEYS)


def test_a_name_that_stands_twice_is_refused_though_signed(text):
    header, _body, _signature = text.split(".")
    twice = json.dumps(_payload(text)).replace('"name":', '"name": "Grand Master", "name":', 1)
    body = multibase.base64url(twice.encode())
    signature = pyjwt.get_algorithm_by_name("ES256").sign(f"{header}.{body}".encode(), sample.ES256.private)

    with pytest.raises(jwt.MalformedJwtError):
        jwt.decode(f"{header}.{body}.{multibase.base64url(signature)}", KEYS)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:0],
        lambda text: text[:0] + "..",
        lambda text: text + ".",
        lambda text: text + "=",
        lambda text: text + "\n",
        lambda text: " " + text,
        lambda text: text.replace(".", ".é", 1),
        lambda text: text[:-4],
        lambda text: text * 100,
        lambda text: multibase.base64url(b"[" * 100_000) + text[text.index(".") :],
        lambda text: ".".join([multibase.base64url(b"\xff"), *text.split(".")[1:]]),
    ],
)
def test_what_is_no_jwt_is_refused(change, text):
    with pytest.raises(jwt.MalformedJwtError):
        jwt.decode(change(text), KEYS)


def test_a_jwt_of_another_issuer_is_refused_though_its_key_is_ours():
    facts = sample.FACTS.model_copy(update={"portal": "https://evil.example", "image": None, "skills": ()})
    theirs = jwt.encode(model.open_badge(facts), key=sample.ES256, did="did:web:evil.example")
    header = {"kid": KID, "typ": "vc+jwt"}

    with pytest.raises(jwt.UnknownKeyError):
        jwt.decode(theirs, KEYS)
    with pytest.raises(jwt.UnknownKeyError):
        jwt.decode(_signed(header, _payload(theirs)), KEYS)


def test_a_compromised_key_vouches_for_no_jwt(text):
    lost = [keys.PublishedKey("es256", sample.ES256.multikey, compromised_at=sample.ISSUED)]

    with pytest.raises(jwt.UnknownKeyError):
        jwt.decode(text, keys.keys_in(keys.did_document(sample.DID, sample.PORTAL, lost)))


def test_only_badges_of_the_issuer_become_jwts():
    unsigned = sample.unsigned()

    with pytest.raises(ValueError, match="no badge of this issuer"):
        jwt.encode(unsigned, key=sample.ES256, did="did:web:evil.example")
    with pytest.raises(ValueError, match="honours"):
        jwt.encode({**unsigned, "honours": "x"}, key=sample.ES256, did=sample.DID)
    with pytest.raises(ValueError, match="proof"):
        jwt.encode(sample.signed(), key=sample.ES256, did=sample.DID)
