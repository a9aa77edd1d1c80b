import re

import pytest
from kit.tests.badges import issuing
from kit.tests.badges.issuing import NOW

from guildmark.badges.bearing import may_be_ours
from guildmark.badges.verification import Standing, verify

pytestmark = pytest.mark.certificates


@pytest.fixture(scope="module")
def issuer():
    return issuing.Issuer()


def in_other_words(credential):
    """The same JSON, the first letter of every name written as an escape."""
    return re.sub(rb'"([A-Za-z])(\w*)":', lambda name: b'"\\u%04x%s":' % (name.group(1)[0], name.group(2)), credential)


def by_number(text):
    return "".join(f"&#{ord(letter)};" for letter in text)


def test_x13_a_credential_in_other_words_is_still_judged(issuer):
    written = in_other_words(issuer.credential)
    assert b'"credentialSubject"' not in written
    assert verify(written, issuer.file, NOW).standing is Standing.VALID
    assert may_be_ours(written)
    assert may_be_ours(issuer.credential.decode().encode("utf-16"))


def test_x13_a_picture_whose_namespace_is_spelled_out_is_still_judged(issuer):
    namespace = "https://purl.imsglobal.org/ob/v3p0"
    written = (
        issuer.svg.decode().replace(namespace, by_number(namespace)).replace("openbadges:", "b:").replace(":openbadges", ":b")
    )
    assert namespace not in written
    assert "openbadges" not in written.partition("{")[0]
    assert verify(written.encode(), issuer.file, NOW).standing is Standing.VALID
    assert may_be_ours(written.encode())


def test_x13_a_paper_that_names_its_attachment_otherwise_is_still_judged(issuer):
    written = issuing.unsigned_pdf(issuer.credential).replace(b"/EmbeddedFile", b"/Embedded#46ile")
    assert b"/EmbeddedFile" not in written
    assert may_be_ours(written)


@pytest.mark.parametrize("kind", ["credential", "svg", "png", "pdf"])
def test_x13_a_file_that_was_cut_is_still_judged(issuer, kind):
    content = getattr(issuer, kind)
    assert all(may_be_ours(content[: len(content) * part // 10]) for part in range(5, 10))


@pytest.mark.parametrize(
    "content",
    [
        issuing.SVG.encode(),
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY ns "http://ns.adobe.com/Flows/1.0/">]>' + issuing.SVG.encode(),
        issuing.bare_png(),
        issuing.unsigned_pdf(),
        b'{"name": "a notebook", "cells": []}',
        b"A letter, with a full stop at its end. And another.",
    ],
    ids=["svg", "svg with entities", "png", "pdf", "json", "text"],
)
def test_what_bears_nothing_is_a_stranger(content):
    assert not may_be_ours(content)
