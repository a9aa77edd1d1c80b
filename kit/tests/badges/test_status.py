import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.tests.badges import sample

from guildmark.badges import model, multibase, proof, status

pytestmark = pytest.mark.certificates


def test_a_list_has_the_places_that_the_standard_asks_for_and_none_set():
    bits = status.BitList()

    assert status.ENTRIES == 131_072
    assert not any(bits.has(index) for index in range(0, status.ENTRIES, 997))
    assert len(gzip.decompress(multibase.from_base64url(bits.encoded[1:]))) == 16_384


def test_place_0_is_the_highest_bit_of_the_first_byte():
    content = gzip.decompress(multibase.from_base64url(status.BitList([0, 9, status.ENTRIES - 1]).encoded[1:]))

    assert (content[0], content[1], content[-1]) == (0b1000_0000, 0b0100_0000, 0b0000_0001)


@given(st.sets(st.integers(0, status.ENTRIES - 1), max_size=20), st.integers(0, status.ENTRIES - 1))
def test_exactly_the_bits_that_were_set_are_read(indexes, other):
    bits = status.BitList.decode(status.BitList(indexes).encoded)

    assert all(bits.has(index) for index in indexes)
    assert bits.has(other) is (other in indexes)


def test_the_same_bits_give_the_same_text():
    bits = status.BitList([7, 70_001])
    again = status.BitList([70_001])
    again.set(7)

    assert bits.encoded == again.encoded


@pytest.mark.parametrize("index", [-1, status.ENTRIES])
def test_there_is_no_place_beyond_the_list(index):
    with pytest.raises(IndexError):
        status.BitList().set(index)
    with pytest.raises(IndexError):
        status.BitList().has(index)


def _text(content):
    return "u" + multibase.base64url(content)


WHOLE = bytes(16_384)
BROKEN = {
    "nothing": "",
    "no multibase": _text(gzip.compress(WHOLE))[1:],
    "another multibase": multibase.base58(b"abc"),
    "no gzip": _text(b"abc"),
    "zlib for gzip": _text(zlib.compress(WHOLE)),
    "raw bits": _text(WHOLE)[:30_000],
    "one byte less": _text(gzip.compress(WHOLE[1:])),
    "one byte more": _text(gzip.compress(WHOLE + b"\0")),
    "a bomb": _text(gzip.compress(bytes(20_000_000))),
    "an end that is missing": _text(gzip.compress(WHOLE)[:-1]),
    "a wrong checksum": _text(gzip.compress(WHOLE)[:-8] + bytes(8)),
    "something behind": _text(gzip.compress(WHOLE) + b"x"),
    "another list behind": _text(gzip.compress(WHOLE) * 2),
    "half in another": _text(gzip.compress(WHOLE[:8192]) * 2),
    "padding": _text(gzip.compress(WHOLE)) + "=",
    "a line": _text(gzip.compress(WHOLE)) + "\n",
    "too long a text": "u" + "A" * 100_000,
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_what_is_no_list_is_refused(text):
    with pytest.raises(ValueError, match="no "):
        status.BitList.decode(text)


def test_a_list_of_which_nothing_can_be_compressed_is_read_too():
    bits = status.BitList(index for index in range(status.ENTRIES) if (index * index * 2_654_435_761) >> 7 & 1)

    assert status.BitList.decode(bits.encoded).encoded == bits.encoded


def test_a_list_is_a_credential_that_says_its_purpose():
    bits = status.BitList([5])
    credential = status.status_list_credential(
        url="https://guildmark.example/status/1/suspension",
        purpose="suspension",
        bits=bits,
        did=sample.DID,
        issuer_name="Guildmark",
        valid_from=sample.ISSUED,
        valid_until=sample.UNTIL,
    )

    assert credential == {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "https://guildmark.example/status/1/suspension",
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": {"id": "did:web:guildmark.example", "name": "Guildmark"},
        "validFrom": "2026-11-22T09:30:00Z",
        "validUntil": "2029-11-22T23:59:59Z",
        "credentialSubject": {
            "id": "https://guildmark.example/status/1/suspension#list",
            "type": "BitstringStatusList",
            "statusPurpose": "suspension",
            "encodedList": bits.encoded,
        },
    }


def _subject(**fields):
    return lambda signed: {**signed, "credentialSubject": {**signed["credentialSubject"], **fields}}


SWAPPED = {
    "the bits of another list": _subject(encodedList=status.BitList().encoded),
    "another purpose": _subject(statusPurpose="suspension"),
    "an unknown purpose": _subject(statusPurpose="message"),
    "the name of another list": _subject(id="https://guildmark.example/status/2/revocation#list"),
    "the address of another list": lambda signed: {**signed, "id": "https://guildmark.example/status/2/revocation"},
    "a longer validity": lambda signed: {**signed, "validUntil": "2099-01-01T00:00:00Z"},
    "no end of validity": lambda signed: {name: signed[name] for name in signed if name != "validUntil"},
    "an unknown term": _subject(ttl=1),
}


@pytest.mark.parametrize("swap", SWAPPED.values(), ids=SWAPPED)
def test_x13_a_list_that_was_changed_does_not_hold(swap):
    signed = sample.status_list("revocation", sample.INDEX)

    assert proof.holds(signed, sample.EDDSA.multikey) is True
    assert proof.holds(swap(signed), sample.EDDSA.multikey) is False


def test_a_list_in_the_name_of_another_issuer_than_its_address_is_refused():
    unsigned = {name: value for name, value in sample.status_list("revocation").items() if name != "proof"}

    with pytest.raises(ValueError, match="another issuer"):
        model.checked({**unsigned, "issuer": {"id": "did:web:evil.example", "name": "Guildmark"}})
