import copy
import socket
import threading
from datetime import datetime, timedelta, timezone

import pytest
from kit.tests.badges import sample

from guildmark.badges import contexts, proof
from guildmark.badges.keys import EddsaKey

pytestmark = pytest.mark.certificates


def test_x13_what_was_signed_holds_and_says_who_signed_it():
    signed = sample.signed()

    assert proof.holds(signed, sample.EDDSA.multikey) is True
    assert signed["proof"] == {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-11-22T09:30:00Z",
        "verificationMethod": sample.EDDSA.key_id(sample.DID),
        "proofPurpose": "assertionMethod",
        "proofValue": signed["proof"]["proofValue"],
    }
    assert {name: value for name, value in signed.items() if name != "proof"} == sample.unsigned()


def test_a_status_list_is_signed_in_the_same_way():
    assert proof.holds(sample.status_list("revocation", 5), sample.EDDSA.multikey) is True


def test_the_order_of_names_in_the_json_does_not_matter():
    signed = sample.signed()

    assert proof.holds(dict(reversed(signed.items())), sample.EDDSA.multikey) is True


def test_it_does_not_hold_for_another_key():
    assert proof.holds(sample.signed(), EddsaKey.generate().multikey) is False


def test_another_key_that_signs_in_the_name_of_ours_is_noticed():
    thief = EddsaKey.generate()
    signed = proof.sign(sample.unsigned(), key=thief, did=sample.DID, created=sample.ISSUED)
    signed["proof"]["verificationMethod"] = sample.EDDSA.key_id(sample.DID)

    assert proof.holds(signed, sample.EDDSA.multikey) is False


def _paths(value, path=()):
    """The way to every value in a document that is neither an object nor a list."""
    if isinstance(value, dict):
        return [found for name, item in value.items() for found in _paths(item, (*path, name))]
    if isinstance(value, list):
        return [found for place, item in enumerate(value) for found in _paths(item, (*path, place))]
    return [path]


def _changed(document, path, change):
    """`document` with `change` of what is at `path`."""
    changed = copy.deepcopy(document)
    *way, last = path
    part = changed
    for step in way:
        part = part[step]
    part[last] = change(part[last])
    return changed


def _one_character_on(value):
    if not isinstance(value, str):
        return not value
    last = "b" if value[-1] == "a" else "a"
    return value[:-1] + last


def test_x13_one_changed_character_anywhere_is_noticed():
    signed = sample.signed()
    paths = _paths(signed)
    assert len(paths) > 60

    unnoticed = [path for path in paths if proof.holds(_changed(signed, path, _one_character_on), sample.EDDSA.multikey)]

    assert unnoticed == []


def _containers(value):
    """Every object and list in a document, itself included."""
    if not isinstance(value, dict | list):
        return []
    return [value, *(found for item in (value.values() if isinstance(value, dict) else value) for found in _containers(item))]


def _misshapen(signed):
    """`signed` with one term more, one term or item fewer, an item twice, at every place where that can be."""
    for place, container in enumerate(_containers(signed)):
        for step in [*container] if isinstance(container, dict) else range(len(container)):
            changed = copy.deepcopy(signed)
            del _containers(changed)[place][step]
            yield changed
        changed = copy.deepcopy(signed)
        part = _containers(changed)[place]
        if isinstance(part, dict):
            part["honours"] = "with distinction"
        else:
            part.append(copy.deepcopy(part[0]))
        yield changed


def test_x13_one_term_more_or_fewer_anywhere_is_noticed():
    misshapen = list(_misshapen(sample.signed()))
    assert len(misshapen) > 150

    assert [changed for changed in misshapen if proof.holds(changed, sample.EDDSA.multikey)] == []


def _with(**fields):
    return lambda signed: {**signed, **fields}


def _with_proof(**fields):
    return lambda signed: {**signed, "proof": {**signed["proof"], **fields}}


def _without_proof(*names):
    return lambda signed: {**signed, "proof": {name: signed["proof"][name] for name in signed["proof"] if name not in names}}


def _in_subject(change):
    return lambda signed: {**signed, "credentialSubject": change(copy.deepcopy(signed["credentialSubject"]))}


def _context(change):
    return lambda signed: {**signed, "@context": change(list(signed["@context"]))}


TRICKS = {
    "an unknown term at the top": _with(expirationDate="2099-01-01T00:00:00Z"),
    "an unknown term inside": _in_subject(lambda subject: {**subject, "honours": "with distinction"}),
    "an unknown term deep inside": _in_subject(
        lambda subject: {**subject, "achievement": {**subject["achievement"], "grade": "A"}}
    ),
    "an empty list": _in_subject(lambda subject: {**subject, "image": []}),
    "a null": _with(description=None),
    "a list of one for its item": lambda signed: {**signed, "name": [signed["name"]]},
    "an item for a list of one": lambda signed: {**signed, "evidence": signed["evidence"][0]},
    "a value object": lambda signed: {**signed, "name": {"@value": signed["name"]}},
    "an alias of id": lambda signed: {"@id" if name == "id" else name: value for name, value in signed.items()},
    "an alias of type": lambda signed: {"@type" if name == "type" else name: value for name, value in signed.items()},
    "a graph": lambda signed: {"@context": signed["@context"], "@graph": [signed]},
    "a graph beside": _with(**{"@graph": []}),
    "an included block": _with(**{"@included": []}),
    "a reversed property": _with(**{"@reverse": {}}),
    "a nest": _with(**{"@nest": {}}),
    "a name in snake case": lambda signed: {"valid_from" if name == "validFrom" else name: signed[name] for name in signed},
    "types in another order": lambda signed: {**signed, "type": signed["type"][::-1]},
    "one more type": lambda signed: {**signed, "type": [*signed["type"], "VerifiableCredential"]},
    "one type": lambda signed: {**signed, "type": "OpenBadgeCredential"},
    "a skill twice": _in_subject(
        lambda subject: {
            **subject,
            "achievement": {**subject["achievement"], "tag": [*subject["achievement"]["tag"], "Practitioner"]},
        }
    ),
    "results in another order": _in_subject(lambda subject: {**subject, "result": subject["result"][::-1]}),
    "lists in another order": lambda signed: {**signed, "credentialStatus": signed["credentialStatus"][::-1]},
    "a list left out": lambda signed: {**signed, "credentialStatus": signed["credentialStatus"][:1]},
    "contexts in another order": _context(lambda urls: urls[::-1]),
    "a context twice": _context(lambda urls: [*urls, urls[-1]]),
    "one more context that we know": _context(lambda urls: [*urls, contexts.MULTIKEY]),
    "one more context from elsewhere": _context(lambda urls: [*urls, "https://evil.example/v1"]),
    "a context of its own": _context(lambda urls: [*urls, {"honours": "https://evil.example/honours"}]),
    "a context of nothing": _context(lambda urls: [*urls, {}]),
    "a context left out": _context(lambda urls: urls[:1]),
    "a context for a list": _context(lambda urls: urls[0]),
    "a context inside": _in_subject(lambda subject: {"@context": {"result": "https://schema.org/keywords"}, **subject}),
    "a base": _context(lambda urls: [*urls, {"@base": "https://evil.example/"}]),
    "no context": lambda signed: {name: value for name, value in signed.items() if name != "@context"},
    "no proof": lambda signed: {name: value for name, value in signed.items() if name != "proof"},
    "a proof in a list": lambda signed: {**signed, "proof": [signed["proof"]]},
    "two proofs": lambda signed: {**signed, "proof": [signed["proof"], signed["proof"]]},
    "a proof that is none": _with(proof="z123"),
    "an empty proof": _with(proof={}),
    "another purpose": _with_proof(proofPurpose="authentication"),
    "a purpose in a list": _with_proof(proofPurpose=["assertionMethod"]),
    "another suite": _with_proof(cryptosuite="eddsa-jcs-2022"),
    "another type of proof": _with_proof(type="Ed25519Signature2020"),
    "an older suite's terms": _with_proof(jws="eyJhbGciOiJFZERTQSJ9..AA"),
    "a proof that expires": _with_proof(expires="2099-01-01T00:00:00Z"),
    "a proof with an id": _with_proof(id="urn:uuid:1"),
    "a proof after another": _with_proof(previousProof="urn:uuid:1"),
    "a proof with a context": lambda signed: {**signed, "proof": {"@context": signed["@context"], **signed["proof"]}},
    "a proof with an unknown term": _with_proof(seen=True),
    "a key of another issuer": _with_proof(verificationMethod=sample.EDDSA.key_id("did:web:evil.example")),
    "a key by itself": _with_proof(verificationMethod=f"did:key:{sample.EDDSA.multikey}#{sample.EDDSA.multikey}"),
    "a key object": _with_proof(verificationMethod={"id": sample.EDDSA.key_id(sample.DID)}),
    "no moment": _without_proof("created"),
    "another moment": _with_proof(created="2026-11-22T09:30:01Z"),
    "the moment with a fraction": _with_proof(created="2026-11-22T09:30:00.000Z"),
    "the moment in another zone": _with_proof(created="2026-11-22T10:30:00+01:00"),
    "a moment that is none": _with_proof(created="2026-13-22T09:30:00Z"),
    "no value": _without_proof("proofValue"),
    "a value of another base": _with_proof(proofValue="u" + "A" * 86),
    "a value of another length": _with_proof(proofValue="z1"),
    "a value that never ends": _with_proof(proofValue="z" + "2" * 100_000),
    "validity in another zone": _with(validFrom="2026-11-22T10:30:00+01:00"),
    "validity that ends before it begins": _with(validUntil="2026-11-22T09:29:59Z"),
}


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_x13_a_trick_does_not_hold(trick):
    assert proof.holds(trick(sample.signed()), sample.EDDSA.multikey) is False


@pytest.mark.parametrize("name", [name for name in TRICKS if name != "no proof" and "proof" in name])
def test_a_credential_with_any_proof_is_not_signed(name):
    with pytest.raises(ValueError, match="proof"):
        proof.sign(TRICKS[name](sample.signed()), key=sample.EDDSA, did=sample.DID, created=sample.ISSUED)


@pytest.mark.parametrize(
    "name", ["an unknown term at the top", "an unknown term deep inside", "a context of its own", "a null"]
)
def test_what_json_ld_would_drop_is_not_signed(name):
    with pytest.raises(ValueError, match=r"."):
        proof.sign(TRICKS[name](sample.unsigned()), key=sample.EDDSA, did=sample.DID, created=sample.ISSUED)


def test_nothing_is_signed_in_the_name_of_another_issuer():
    with pytest.raises(ValueError, match="another issuer"):
        proof.sign(sample.unsigned(), key=sample.EDDSA, did="did:web:other.example", created=sample.ISSUED)


def test_the_moment_is_written_in_utc_and_needs_a_zone():
    seoul = datetime(2026, 11, 22, 18, 30, 0, 999_999, tzinfo=timezone(timedelta(hours=9)))
    signed = proof.sign(sample.unsigned(), key=sample.EDDSA, did=sample.DID, created=seoul)

    assert signed["proof"]["created"] == "2026-11-22T09:30:00Z"
    with pytest.raises(ValueError, match="time zone"):
        proof.sign(sample.unsigned(), key=sample.EDDSA, did=sample.DID, created=seoul.replace(tzinfo=None))


def test_a_document_as_deep_as_can_be_does_not_hold():
    deep = {}
    for _level in range(100_000):
        deep = {"a": deep}

    assert proof.holds({**sample.signed(), "evidence": deep}, sample.EDDSA.multikey) is False


def test_no_context_is_ever_fetched(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: pytest.fail("asked for an address"))

    with pytest.raises(ValueError, match="no JSON-LD"):
        proof.canonical({"@context": ["https://evil.example/v1"], "name": "x"})
    with pytest.raises(contexts.UnknownContextError, match=r"evil\.example"):
        contexts.load("https://evil.example/v1")


def test_several_threads_sign_and_verify_at_once():
    held = []

    def work():
        held.extend(proof.holds(sample.signed(), sample.EDDSA.multikey) for _time in range(3))

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert held == [True] * 12
