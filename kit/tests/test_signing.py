import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from guildmark.signing import canonical, is_signed_by, key_id, public_hex, sign

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = public_hex(KEY)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
documents = st.dictionaries(st.text(max_size=8), json_values, max_size=5)


@given(documents)
def test_what_was_signed_verifies_after_the_wire(document):
    assert is_signed_by(json.loads(json.dumps(sign(document, KEY))), PUBLIC) is True


@given(documents)
def test_another_key_does_not_verify(document):
    assert is_signed_by(sign(document, KEY), public_hex(OTHER)) is False


@given(documents, st.text(max_size=8).filter(lambda name: name != "signature"), json_values)
def test_any_other_content_does_not_verify(document, name, value):
    signed = sign(document, KEY)
    changed = {**signed, name: value}
    assert is_signed_by(changed, PUBLIC) == (canonical(changed) == canonical(signed))


@given(documents)
def test_the_order_of_fields_does_not_matter(document):
    signed = sign(document, KEY)
    assert is_signed_by(dict(reversed(signed.items())), PUBLIC) is True


@given(documents, st.integers(0, 63), st.integers(1, 255))
def test_a_damaged_signature_does_not_verify(document, place, flip):
    signed = sign(document, KEY)
    damaged = bytearray.fromhex(signed["signature"])
    damaged[place] ^= flip
    assert is_signed_by({**signed, "signature": damaged.hex()}, PUBLIC) is False


@pytest.mark.parametrize("signature", [None, 7, "", "zz", "00", "00" * 64, [], {}])
def test_a_malformed_signature_is_false_not_an_error(signature):
    assert is_signed_by({"a": 1, "signature": signature}, PUBLIC) is False
    assert is_signed_by({"a": 1}, PUBLIC) is False


@pytest.mark.parametrize("public", ["", "00", "zz" * 32, "00" * 33])
def test_a_malformed_key_is_false_not_an_error(public):
    assert is_signed_by(sign({"a": 1}, KEY), public) is False


def test_text_that_is_no_unicode_is_false_not_an_error():
    assert is_signed_by({"a": "\ud800", "signature": "00" * 64}, PUBLIC) is False


def test_a_key_is_named_by_its_digest():
    assert sign({}, KEY)["key_id"] == key_id(PUBLIC)
    assert (len(key_id(PUBLIC)), key_id(PUBLIC) != key_id(public_hex(OTHER))) == (16, True)


def test_the_canonical_form_is_fixed():
    assert canonical({"b": [1, 2.5, None, True], "a": "é", "signature": "x"}) == '{"a":"é","b":[1,2.5,null,true]}'.encode()
