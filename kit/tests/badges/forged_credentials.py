"""Forged credentials: JSON with an embedded proof, and documents of the older form."""

import base64
import json
from copy import deepcopy
from datetime import datetime, timedelta, timezone

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kit.tests.badges.forging import (
    BROKEN,
    EVE,
    FOREIGN,
    FORGERS_EDDSA,
    KEY_COMPROMISED,
    KEY_RETIRED,
    OTHER_ALGORITHM,
    OTHER_ISSUER,
    OWN_KEY,
    SAYS_TWICE,
    SIGNATURE,
    TERMS,
    TRAILING,
    UNKNOWN_KEY,
    UNKNOWN_KIND,
    UNSIGNED,
    Forgery,
    as_it_is,
    changed,
    made_of,
    setting,
)
from kit.tests.badges.issuing import ISSUED

from guildmark.badges import proof
from guildmark.badges.multibase import base58, from_base58
from guildmark.signing import sign

LATER = datetime(2040, 1, 1, tzinfo=timezone.utc)


def without(name):
    return changed(lambda document, _issuer: document.pop(name) and None)


def resigned(key, name=None):
    """Signed by a forger's key, under the name of `name`'s, by default its own."""

    def change(document, issuer):
        unsigned = {key: value for key, value in document.items() if key != "proof"}
        unsigned["credentialSubject"]["identifier"][0]["identityHash"] = EVE
        signed = proof.sign(unsigned, key=key, did=issuer.did, created=ISSUED)
        if name is not None:
            signed["proof"]["verificationMethod"] = name(issuer)
        return signed

    return changed(change)


def status_moved(document, issuer):
    for entry in document["credentialStatus"]:
        entry["statusListIndex"] = "9"
        entry["id"] = entry["statusListCredential"] + "#9"


def status_elsewhere(document, issuer):
    for entry in document["credentialStatus"]:
        for name in ("id", "statusListCredential"):
            entry[name] = entry[name].replace(issuer.url, FOREIGN.url)


def another_proof(document, issuer):
    other = issuer.but(changes={"holder": EVE, "identifier": "GM-0000-0000-0001", "status_index": 9})
    return {**other.unsigned, "proof": document["proof"]}


def as_type_alias(document, _issuer):
    return {("@type" if name == "type" else name): value for name, value in document.items()}


def context_in_subject(document, _issuer):
    document["credentialSubject"]["@context"] = {"identityHash": None}


def context_of_own(document, _issuer):
    document["@context"].append({"identityHash": {"@id": "https://forger.example/x"}})


def added_proof(document, issuer):
    document["proof"] = [document["proof"], deepcopy(document["proof"])]


def proof_in_base64url(document, _issuer):
    value = base64.urlsafe_b64encode(from_base58(document["proof"]["proofValue"])).rstrip(b"=").decode()
    document["proof"]["proofValue"] = f"u{value}"


def proof_of_zeros(document, _issuer):
    document["proof"]["proofValue"] = base58(bytes(64))


def said_twice(_issuer, genuine):
    return genuine.replace(b'"name": "Practitioner', b'"name": "Grand Master", "name": "Practitioner', 1)


def nested(_issuer, genuine):
    return genuine[:-1] + b', "x": ' + b"[" * 20_000 + b"]" * 20_000 + b"}"


JSON_FORGERIES = made_of(
    "credential",
    Forgery("a credential of another issuer", lambda _i, _g: FOREIGN.credential, OTHER_ISSUER),
    Forgery(
        "a look-alike of the issuer's name",
        setting("issuer", "id", "did:web:ex\N{CYRILLIC SMALL LETTER A}m.example"),
        OTHER_ISSUER,
    ),
    Forgery("the issuer as a list", setting("issuer", ["did:web:exam.example"]), OTHER_ISSUER),
    Forgery("a forger's key under the issuer's name", resigned(FORGERS_EDDSA), UNKNOWN_KEY),
    Forgery("a forger's signature under the issuer's key", resigned(FORGERS_EDDSA, lambda i: i.eddsa.key_id(i.did)), SIGNATURE),
    Forgery(
        "a did:key",
        resigned(FORGERS_EDDSA, lambda _i: f"did:key:{FORGERS_EDDSA.multikey}#{FORGERS_EDDSA.multikey}"),
        UNKNOWN_KEY,
    ),
    Forgery("the key of tokens", resigned(FORGERS_EDDSA, lambda i: i.es256.key_id(i.did)), UNKNOWN_KEY),
    Forgery(
        "a key that the proof brings",
        resigned(
            FORGERS_EDDSA,
            lambda i: {"id": i.eddsa.key_id(i.did), "type": "Multikey", "publicKeyMultibase": FORGERS_EDDSA.multikey},
        ),
        OWN_KEY,
    ),
    Forgery(
        "another holder, the identifier kept", setting("credentialSubject", "identifier", 0, "identityHash", EVE), SIGNATURE
    ),
    Forgery(
        "a letter of the holder's name",
        setting("credentialSubject", "identifier", 0, "identityHash", "Ada Lovelac\N{CYRILLIC SMALL LETTER IE}"),
        SIGNATURE,
    ),
    Forgery(
        "an invisible letter in the holder's name",
        setting("credentialSubject", "identifier", 0, "identityHash", "Ada\u200b Lovelace"),
        SIGNATURE,
    ),
    Forgery(
        "two holders",
        setting(
            "credentialSubject",
            "identifier",
            [
                {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "name"}
                for name in ("Ada Lovelace", EVE)
            ],
        ),
        TERMS,
    ),
    Forgery(
        "another identifier", setting("id", "https://exam.example/certificates/GM-0000-0000-0001/credential.json"), SIGNATURE
    ),
    Forgery(
        "an identifier of look-alike letters",
        setting("id", "https://exam.example/certificates/GM-7\N{CYRILLIC CAPITAL LETTER KA}2M-9QXD-4HTB/credential.json"),
        TERMS,
    ),
    Forgery(
        "an identifier with a way up",
        setting("id", "https://exam.example/certificates/../x/GM-7K2M-9QXD-4HTB/credential.json"),
        TERMS,
    ),
    Forgery("a later end", setting("validUntil", "2039-03-02T23:59:59Z"), SIGNATURE),
    Forgery("the same end in another zone", setting("validUntil", "2029-03-03T00:59:59+01:00"), TERMS),
    Forgery("no end", without("validUntil"), TERMS),
    Forgery("a better score", setting("credentialSubject", "result", 2, "value", "5"), SIGNATURE),
    Forgery("a score as a number", setting("credentialSubject", "result", 2, "value", 4), TERMS),
    Forgery("a truth as a number", setting("credentialSubject", "identifier", 0, "hashed", 0), TERMS),
    Forgery(
        "another skill", setting("credentialSubject", "achievement", "alignment", 0, "targetName", "Everything"), SIGNATURE
    ),
    Forgery("its types in another order", setting("type", ["OpenBadgeCredential", "VerifiableCredential"]), TERMS),
    Forgery("one type more", setting("type", ["VerifiableCredential", "OpenBadgeCredential", "MasterCredential"]), TERMS),
    Forgery("its type under the alias @type", changed(as_type_alias), TERMS),
    Forgery("a term that no vocabulary defines", setting("awardedBy", "A famous university"), TERMS),
    Forgery(
        "an undefined term in the achievement", setting("credentialSubject", "achievement", "grade", "with honours"), TERMS
    ),
    Forgery("a vocabulary in the subject", changed(context_in_subject), TERMS),
    Forgery("a vocabulary of its own", changed(context_of_own), TERMS),
    Forgery("vocabularies in another order", changed(lambda d, _i: d["@context"].reverse()), TERMS),
    Forgery("a vocabulary at a forger's address", setting("@context", 1, "https://forger.example/context.json"), TERMS),
    Forgery("no status lists", without("credentialStatus"), TERMS),
    Forgery("revocation left out", changed(lambda d, _i: d["credentialStatus"].pop(0) and None), TERMS),
    Forgery(
        "suspension in the place of revocation",
        changed(lambda d, _i: d["credentialStatus"].__setitem__(0, d["credentialStatus"][1])),
        TERMS,
    ),
    Forgery("another place in the lists", changed(status_moved), SIGNATURE),
    Forgery("lists of a forger", changed(status_elsewhere), TERMS),
    Forgery("the proof of another credential", changed(another_proof), SIGNATURE),
    Forgery("the proof made at another time", setting("proof", "created", "2026-03-03T09:00:00Z"), SIGNATURE),
    Forgery("the proof for another purpose", setting("proof", "proofPurpose", "authentication"), SIGNATURE),
    Forgery("another cryptosuite", setting("proof", "cryptosuite", "eddsa-jcs-2022"), OTHER_ALGORITHM),
    Forgery("a proof with a term more", setting("proof", "domain", "exam.example"), SIGNATURE),
    Forgery("the proof in another base", changed(proof_in_base64url), SIGNATURE),
    Forgery("a proof of zeros", changed(proof_of_zeros), SIGNATURE),
    Forgery("a second proof", changed(added_proof), TERMS),
    Forgery("no proof", without("proof"), UNSIGNED),
    Forgery("a name twice", said_twice, SAYS_TWICE),
    Forgery("something behind the end", lambda _i, g: g + b"{}", TRAILING),
    Forgery("nested without end", nested, BROKEN),
    Forgery("half a letter", lambda _i, g: g.replace(b"Ada", b"\\ud800"), BROKEN),
    Forgery("a number that is none", lambda _i, g: g[:-1] + b', "x": NaN}', BROKEN),
    Forgery("a status list as a certificate", lambda i, _g: json.dumps(i.status_list("revocation")).encode(), UNKNOWN_KIND),
    Forgery("signed by a key that fell into wrong hands", as_it_is, KEY_COMPROMISED, compromised="eddsa"),
    Forgery("signed by a key after it was retired", as_it_is, KEY_RETIRED, retired=("eddsa", ISSUED - timedelta(seconds=1))),
    Forgery(
        "no time at which a retired key signed", setting("proof", "created", "long ago"), KEY_RETIRED, retired=("eddsa", LATER)
    ),
)


def signed_by_another(_issuer, genuine):
    return json.dumps(sign({**json.loads(genuine), "holder": EVE}, Ed25519PrivateKey.generate())).encode()


OLDER_FORGERIES = made_of(
    "older",
    Forgery("another holder", setting("holder", EVE), SIGNATURE),
    Forgery("a field more", setting("honours", True), SIGNATURE),
    Forgery("signed by a forger", signed_by_another, UNKNOWN_KEY),
    Forgery("signed by a key after it was retired", as_it_is, KEY_RETIRED, retired=("receipts", ISSUED - timedelta(days=1))),
)
