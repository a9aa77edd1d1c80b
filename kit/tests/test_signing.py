import json
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from guildmark.signing import DEEPEST, canonical, document_in, is_signed_by, key_id, public_hex, sign

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


JAVASCRIPT = """
const [document, publicKey] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const { signature, ...fields } = document;
const sorted = (value) =>
  Array.isArray(value) ? value.map(sorted)
  : value && typeof value === "object" ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
  : value;
const { createPublicKey, verify } = require("crypto");
const prefix = Buffer.from("302a300506032b6570032100", "hex");  // an Ed25519 key in DER, but for its 32 bytes
const key = createPublicKey({ key: Buffer.concat([prefix, Buffer.from(publicKey, "hex")]), format: "der", type: "spki" });
console.log(verify(null, Buffer.from(JSON.stringify(sorted(fields))), key, Buffer.from(signature, "hex")));
"""


def verified_by_javascript(document):
    sent = json.dumps([document, PUBLIC])
    return subprocess.run(["node", "-e", JAVASCRIPT], input=sent, capture_output=True, text=True, check=True).stdout.strip()


def test_x13_a_dozen_lines_of_javascript_verify_a_document():
    document = {
        "holder": "Zoë 李",
        "points": 100.0,
        "categories": [{"points": 9.6, "metric": 0.8931}, {"points": 10.0, "none": None}],
    }
    signed = sign(document, KEY)
    assert verified_by_javascript(signed) == "true"
    assert verified_by_javascript({**signed, "points": 99.0}) == "false"


def test_a_whole_number_is_the_same_with_and_without_a_decimal_point():
    assert is_signed_by({**sign({"points": 100.0}, KEY), "points": 100}, PUBLIC) is True


@pytest.mark.parametrize(
    "content", [b'{"a":1,"a":1}', b'{"a":{"b":1,"b":2}}', b'[{"a":1,"a":2}]', b'{"x":%s}' % (b"[" * 100_000), b"[]"]
)
def test_x9_a_document_has_every_name_once_and_is_an_object(content):
    with pytest.raises(ValueError, match=r"\w"):
        document_in(content)
    assert document_in(b'{"a":{"b":1},"b":2}') == {"a": {"b": 1}, "b": 2}


@pytest.mark.parametrize("depth", [DEEPEST, DEEPEST + 1, 900, 100_000])
def test_x9_what_is_nested_too_deep_is_false_not_an_error(depth):
    nested = []
    for _more in range(depth - 2):
        nested = [nested]
    deep = {"key_id": key_id(PUBLIC), "x": nested, "signature": "00" * 64}
    assert is_signed_by(deep, PUBLIC) is False
    if depth == DEEPEST:
        assert is_signed_by(sign(deep, KEY), PUBLIC) is True
