import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit.tests.badges import forging, issuing
from kit.tests.badges.issuing import ISSUED, NOW
from pydantic import ValidationError

from guildmark.badges.issuer import IssuerFile
from guildmark.badges.kinds import kind_of, longest
from guildmark.badges.status import PURPOSES, BitList
from guildmark.badges.verdict import _SENTENCES
from guildmark.badges.verification import Kind, Outcome, Reason, Standing, Subject, verify
from guildmark.rules.credential import IdentityLevel

pytestmark = pytest.mark.certificates

LAST_SECOND = datetime(2029, 3, 2, 23, 59, 59, tzinfo=timezone.utc)
KINDS = ("credential", "token", "png", "svg", "pdf")


@pytest.fixture(scope="module")
def issuer():
    return issuing.Issuer()


def standing(issuer, *, content=None, lists=None, now=NOW):
    """How the genuine credential stands, with these lists at hand."""
    file = issuer.file if lists is None else issuer.file_with(status_lists=tuple(lists))
    return verify(content or issuer.credential, file, now)


@pytest.mark.parametrize("kind", KINDS)
def test_x13_a_genuine_file_of_every_kind_says_what_it_certifies(issuer, kind):
    verdict = verify(getattr(issuer, kind), issuer.file, NOW)
    assert (verdict.standing, verdict.kind, verdict.reason) == (Standing.VALID, Kind(kind), None)
    assert (verdict.identifier, verdict.holder) == ("GM-7K2M-9QXD-4HTB", "Ada Lovelace")
    assert (verdict.title, verdict.issuer) == ("Practitioner in TensorFlow", "Guild of Examiners")
    assert verdict.url == "https://exam.example/certificates/GM-7K2M-9QXD-4HTB/"
    assert (verdict.issued, verdict.expires, verdict.last_day) == (ISSUED, LAST_SECOND, LAST_SECOND.date())
    assert (verdict.identity_check, verdict.demonstration) == (IdentityLevel.REVIEWED, False)
    assert (verdict.checked_at, verdict.issuer_file_of) == (NOW, issuer.file.written_at)


@pytest.mark.parametrize("level", IdentityLevel)
def test_it_tells_how_the_holder_was_identified_and_what_is_a_demonstration(issuer, level):
    other = issuer.but(changes={"identity_check": level, "demonstration": True})
    verdict = verify(other.credential, issuer.file, NOW)
    assert (verdict.standing, verdict.identity_check, verdict.demonstration) == (Standing.VALID, level, True)


@pytest.mark.parametrize("carrier", ["png", "svg"])
def test_what_a_picture_shows_is_said_not_to_be_checked(issuer, carrier):
    verdict = verify(getattr(issuer, carrier), issuer.file, NOW)
    assert verdict.outcome(Subject.PICTURE) is Outcome.NOT_DONE


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (ISSUED - timedelta(seconds=1), Standing.NOT_YET_VALID),
        (ISSUED, Standing.VALID),
        (LAST_SECOND + timedelta(microseconds=999_999), Standing.VALID),
        (LAST_SECOND + timedelta(seconds=1), Standing.EXPIRED),
        (datetime(2029, 3, 3, 8, 59, 59, tzinfo=timezone(timedelta(hours=9))), Standing.VALID),
    ],
)
@pytest.mark.parametrize("kind", ["credential", "token"])
def test_c6_it_is_valid_from_its_first_second_to_the_end_of_its_last_day_in_utc(issuer, kind, now, expected):
    assert verify(getattr(issuer, kind), issuer.but(now=now).file, now).standing is expected


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("purpose", "expected"),
    [("revocation", Standing.REVOKED), ("suspension", Standing.SUSPENDED), ("refresh", Standing.SUPERSEDED)],
)
def test_x13_what_stands_on_a_list_is_told_with_the_list(issuer, kind, purpose, expected):
    verdict = verify(getattr(issuer, kind), issuer.but(listed={purpose: [4711]}).file, NOW)
    assert (verdict.standing, verdict.lists) == (expected, (f"https://exam.example/status/1/{purpose}",))
    assert verdict.holder == "Ada Lovelace"
    assert verdict.standing.holds == (purpose == "refresh")


def test_neighbours_on_the_lists_are_none_of_its_business(issuer):
    others = [index for index in range(4700, 4720) if index != 4711]
    assert verify(issuer.credential, issuer.but(listed=dict.fromkeys(PURPOSES, others)).file, NOW).standing is Standing.VALID


def test_x13_lists_are_looked_up_at_the_address_that_the_issuer_publishes_alone(issuer):
    elsewhere = issuer.but(url="http://exam.example")
    lists = tuple(elsewhere.status_list(purpose) for purpose in PURPOSES)
    verdict = verify(elsewhere.credential, issuer.file_with(status_lists=lists), NOW)
    assert (elsewhere.did, verdict.standing) == (issuer.did, Standing.STATUS_UNKNOWN)
    assert {check.reason for check in verdict.checks if check.reason} == {Reason.LIST_MISSING}


def test_a_clock_that_is_a_little_slow_still_sees_a_list_that_was_just_signed(issuer):
    just_signed = [issuer.status_list(purpose, valid_from=NOW + timedelta(minutes=5)) for purpose in PURPOSES]
    assert standing(issuer, lists=just_signed).standing is Standing.VALID


def test_the_worst_is_told_first(issuer):
    listed = {purpose: [4711] for purpose in PURPOSES}
    late = LAST_SECOND + timedelta(days=1)
    assert verify(issuer.credential, issuer.but(listed=listed).file, NOW).standing is Standing.REVOKED
    assert verify(issuer.credential, issuer.but(listed=listed, now=late).file, late).standing is Standing.REVOKED
    listed.pop("revocation")
    assert verify(issuer.credential, issuer.but(listed=listed).file, NOW).standing is Standing.SUSPENDED
    listed.pop("suspension")
    assert verify(issuer.credential, issuer.but(listed=listed, now=late).file, late).standing is Standing.EXPIRED


def altered(signed):
    return {**signed, "validUntil": "2039-01-01T00:00:00Z"}


def shorter(issuer):
    """A list of half the length, which the issuer itself would have signed."""
    signed = json.loads(json.dumps(issuer.status_list("revocation")))
    del signed["proof"]
    short = BitList()
    short._bits = short._bits[: len(short._bits) // 2]
    signed["credentialSubject"]["encodedList"] = short.encoded
    return issuer.signed(signed, created=NOW - timedelta(hours=1))


FOREIGN_KEY = forging.FORGERS_EDDSA
LISTS = {
    "missing": (lambda _i: [], Reason.LIST_MISSING),
    "expired": (lambda i: [i.status_list("revocation", valid_until=NOW - timedelta(seconds=1))], Reason.LIST_OUT_OF_DATE),
    "of the next hour": (
        lambda i: [i.status_list("revocation", valid_from=NOW + timedelta(minutes=11))],
        Reason.LIST_OUT_OF_DATE,
    ),
    "signed by a forger": (lambda i: [i.status_list("revocation", key=FOREIGN_KEY)], Reason.LIST_NOT_GENUINE),
    "its end moved": (lambda i: [altered(i.status_list("revocation"))], Reason.LIST_NOT_GENUINE),
    "not signed": (lambda i: [{k: v for k, v in i.status_list("revocation").items() if k != "proof"}], Reason.LIST_NOT_GENUINE),
    "an older one of another purpose under its name": (
        lambda i: [{**i.status_list("suspension"), "id": "https://exam.example/status/1/revocation"}],
        Reason.LIST_NOT_GENUINE,
    ),
    "at another address": (
        lambda i: [i.status_list("revocation", url="https://exam.example/status/2/revocation")],
        Reason.LIST_MISSING,
    ),
    "of another issuer": (
        lambda _i: [{**forging.FOREIGN.status_list("revocation"), "id": "https://exam.example/status/1/revocation"}],
        Reason.LIST_NOT_GENUINE,
    ),
    "twice": (lambda i: [i.status_list("revocation"), i.status_list("revocation")], Reason.LIST_NOT_GENUINE),
    "shorter": (lambda i: [shorter(i)], Reason.LIST_NOT_GENUINE),
    "a credential in its place": (
        lambda i: [{**i.document, "id": "https://exam.example/status/1/revocation"}],
        Reason.LIST_NOT_GENUINE,
    ),
}


@pytest.mark.parametrize("case", LISTS)
def test_x13_a_list_that_cannot_be_relied_on_is_never_taken_for_fine(issuer, case):
    make, reason = LISTS[case]
    others = [issuer.status_list(purpose) for purpose in ("suspension", "refresh")]
    verdict = standing(issuer, lists=[*make(issuer), *others])
    assert (verdict.standing, verdict.standing.holds) == (Standing.STATUS_UNKNOWN, False)
    (told,) = [check for check in verdict.checks if check.outcome is Outcome.NOT_DONE]
    assert (told.subject, told.reason) == (Subject.REVOCATION, reason)
    assert verdict.holder == "Ada Lovelace"


@pytest.mark.parametrize("missing", PURPOSES)
def test_x13_no_list_may_be_missing_and_what_the_others_say_is_told(issuer, missing):
    left = [purpose for purpose in PURPOSES if purpose != missing]
    assert standing(issuer, lists=[issuer.status_list(purpose) for purpose in left]).standing is Standing.STATUS_UNKNOWN
    revoked = issuer.but(listed={"revocation": [4711]})
    if missing != "revocation":
        lists = [revoked.status_list(purpose) for purpose in left]
        assert standing(revoked, content=issuer.credential, lists=lists).standing is Standing.REVOKED


def test_x13_a_list_signed_by_a_key_that_fell_into_wrong_hands_counts_for_nothing(issuer):
    fresh = issuer.but(eddsa=issuing.EddsaKey.generate())
    document = issuing.did_document(
        issuer.did,
        issuer.url,
        [
            issuing.PublishedKey("eddsa", fresh.eddsa.multikey),
            issuing.PublishedKey("eddsa", issuer.eddsa.multikey, compromised_at=NOW),
        ],
    )
    file = issuer.file_with(did_document=document)
    assert verify(fresh.credential, file, NOW).standing is Standing.STATUS_UNKNOWN


def test_x13_a_retired_key_goes_on_to_vouch_for_what_it_signed(issuer):
    rotated = issuer.but(retired={"eddsa": ISSUED, "es256": ISSUED, "receipts": ISSUED})
    for kind in ("credential", "token", "png", "svg"):
        assert verify(getattr(issuer, kind), rotated.file, NOW).standing is not Standing.NOT_OURS
    assert verify(issuer.older, rotated.file, NOW).standing is Standing.STATUS_UNKNOWN


def test_x13_an_issuers_file_from_json_is_the_same(issuer):
    again = IssuerFile.model_validate_json(issuer.file.model_dump_json())
    assert again == issuer.file
    assert verify(issuer.credential, again, NOW) == verify(issuer.credential, issuer.file, NOW)


BAD_FILES = {
    "of a later format": {"format": 2},
    "no DID document": {"did_document": {}},
    "a key twice": {"did_document": "twice"},
    "no time": {"written_at": "2026-06-01T12:00:00"},
    "no lists": {"status_lists": None},
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_what_is_no_issuers_file_is_refused(issuer, case):
    said = json.loads(issuer.file.model_dump_json())
    change = dict(BAD_FILES[case])
    if change.get("did_document") == "twice":
        methods = said["did_document"]["verificationMethod"]
        change["did_document"] = {**said["did_document"], "verificationMethod": [*methods, methods[0]]}
    with pytest.raises(ValidationError):
        IssuerFile.model_validate_json(json.dumps({**said, **change}))


@pytest.mark.parametrize("kind", [*KINDS, "older"])
def test_x13_one_changed_byte_and_no_file_says_anything_else_than_it_said(issuer, kind):
    genuine, told = getattr(issuer, kind), verify(getattr(issuer, kind), issuer.file, NOW)
    for place in range(0, len(genuine), 1 + len(genuine) // 30):
        forged = genuine[:place] + bytes([genuine[place] ^ 1]) + genuine[place + 1 :]
        verdict = verify(forged, issuer.file, NOW)
        assert verdict == told or not verdict.standing.is_genuine


@settings(max_examples=40)
@given(st.binary(max_size=300), st.sampled_from([b"", b"{", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"<svg ", b"e30.e30."]))
def test_whatever_is_handed_in_gets_a_verdict(content, start):
    verdict = verify(start + content, forging.FOREIGN.file, NOW)
    assert (verdict.standing.is_genuine, verdict.reason in Reason) == (False, True)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", Kind.UNKNOWN),
        (b"hello", Kind.UNKNOWN),
        (b" \n{}", Kind.CREDENTIAL),
        (b"<svg/>", Kind.SVG),
        (b"a.b.c\n", Kind.TOKEN),
    ],
)
def test_a_file_is_what_it_contains(content, kind):
    assert kind_of(content) is kind


@pytest.mark.parametrize("start", [b"{", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"<svg ", b"x"])
def test_what_is_longer_than_any_of_ours_is_not_read(issuer, start):
    content = start.ljust(longest(kind_of(start)) + 1)
    assert verify(content, issuer.file, NOW).reason is Reason.TOO_LONG


def test_x13_every_reason_can_be_told():
    assert set(_SENTENCES) == set(Reason)
