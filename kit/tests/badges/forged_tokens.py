"""Forged tokens (VC-JWT)."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from kit.tests.badges.forging import (
    BROKEN,
    EVE,
    FOREIGN,
    FORGERS_ES256,
    KEY_COMPROMISED,
    KEY_RETIRED,
    OTHER_ALGORITHM,
    OTHER_ISSUER,
    OWN_KEY,
    SAYS_TWICE,
    SIGNATURE,
    TERMS,
    UNKNOWN_KEY,
    Forgery,
    as_it_is,
    made_of,
)
from kit.tests.badges.issuing import ISSUED


def base64url(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def opened(token):
    return [base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)) for part in token.split(b".")]


def packed(header, payload, signature):
    written = [
        part if isinstance(part, bytes) else json.dumps(part, separators=(",", ":")).encode() for part in (header, payload)
    ]
    return b".".join(base64url(part) for part in (*written, signature))


def with_header(signature=None, **changes):
    """A token whose header says something else."""

    def make(_issuer, genuine):
        header, payload, signed = opened(genuine)
        return packed({**json.loads(header), **changes}, payload, signed if signature is None else signature)

    return make


def with_payload(change):
    """A token whose payload says something else, under the genuine signature."""

    def make(_issuer, genuine):
        header, payload, signed = opened(genuine)
        document = json.loads(payload)
        change(document)
        return packed(header, document, signed)

    return make


def signed_by_forger(**changes):
    """A token that a forger signed for Eve, with what `changes` says in its header."""

    def make(issuer, genuine):
        unsigned = issuer.but(changes={"holder": EVE}, es256=FORGERS_ES256).token
        header, payload, _signed = opened(unsigned)
        said = {**json.loads(header), "kid": issuer.es256.key_id(issuer.did), **changes}
        head = packed(said, payload, b"").rsplit(b".", 1)[0]
        return head + b"." + base64url(es256_signature(head))

    return make


def es256_signature(head):

    r, s = utils.decode_dss_signature(FORGERS_ES256.private.sign(head, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def with_the_public_key_as_secret(issuer, genuine):
    header, payload, _signed = opened(genuine)
    head = packed({**json.loads(header), "alg": "HS256"}, payload.replace(b"Ada Lovelace", EVE.encode()), b"").rsplit(b".", 1)[
        0
    ]
    secret = json.dumps(issuer.es256.jwk).encode()
    return head + b"." + base64url(hmac.new(secret, head, hashlib.sha256).digest())


def renamed(document):
    document["credentialSubject"]["identifier"][0]["identityHash"] = EVE


def payload_said_twice(_issuer, genuine):
    header, payload, signed = opened(genuine)
    return packed(header, b'{"id":"x",' + payload[1:], signed)


def in_other_letters(_issuer, genuine):
    """The same bytes: of the last letter of 64 bytes in base64, four bits do not count."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return genuine[:-1] + alphabet[alphabet.index(genuine[-1]) + 1 :][:1]


TOKEN_FORGERIES = made_of(
    "token",
    Forgery("a token of another issuer", lambda _i, _g: FOREIGN.token, OTHER_ISSUER),
    Forgery("alg none", with_header(alg="none", signature=b""), OTHER_ALGORITHM),
    Forgery("alg none, and a signature", with_header(alg="none"), OTHER_ALGORITHM),
    Forgery("alg HS256 with the public key as its secret", with_the_public_key_as_secret, OTHER_ALGORITHM),
    Forgery("alg ES384", with_header(alg="ES384"), OTHER_ALGORITHM),
    Forgery("a key in the header", signed_by_forger(jwk=FORGERS_ES256.jwk), OWN_KEY),
    Forgery("certificates in the header", signed_by_forger(x5c=["MIIB"]), OWN_KEY),
    Forgery("the address of a key in the header", signed_by_forger(jku="https://forger.example/keys"), OWN_KEY),
    Forgery("a forger's key by its name", signed_by_forger(kid=FORGERS_ES256.key_id("did:web:exam.example")), UNKNOWN_KEY),
    Forgery("no key by name", signed_by_forger(kid=None), UNKNOWN_KEY),
    Forgery("a forger's signature under the issuer's key", signed_by_forger(), SIGNATURE),
    Forgery("a header with a term more", with_header(crit=["exp"]), TERMS),
    Forgery("another typ", with_header(typ="JWT"), TERMS),
    Forgery("another holder", with_payload(renamed), SIGNATURE),
    Forgery("a later exp", with_payload(lambda d: d.__setitem__("exp", d["exp"] + 1)), TERMS),
    Forgery("a claim more", with_payload(lambda d: d.__setitem__("sub", EVE)), TERMS),
    Forgery("a name twice in the payload", payload_said_twice, SAYS_TWICE),
    Forgery("two dots in the payload", lambda _i, g: g.replace(b".", b"..", 1), BROKEN),
    Forgery("a part more", lambda _i, g: g + b".e30", BROKEN),
    Forgery("no signature", lambda _i, g: g.rpartition(b".")[0] + b".", TERMS),
    Forgery("its signature in other letters", in_other_letters, TERMS),
    Forgery("signed by a key that fell into wrong hands", as_it_is, KEY_COMPROMISED, compromised="es256"),
    Forgery("signed by a key after it was retired", as_it_is, KEY_RETIRED, retired=("es256", ISSUED - timedelta(seconds=1))),
)
