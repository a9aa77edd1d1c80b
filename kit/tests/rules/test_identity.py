"""Papers, rounds and retention, at their boundaries."""

from datetime import date, datetime, timedelta, timezone

import pytest

from guildmark.rules.identity import (
    DocumentKind,
    Missing,
    Paper,
    Role,
    Round,
    Scope,
    Standing,
    Subject,
    Verdict,
    is_address_proved,
    is_answered,
    is_large_enough,
    is_legible,
    missing,
    shred_due_at,
    standing,
)

TODAY = date(2030, 1, 15)
DAY = timedelta(days=1)
NOON = datetime(2030, 1, 15, 12, tzinfo=timezone.utc)
PRIMARY = [kind for kind in DocumentKind if kind.role is Role.PRIMARY]
LATIN_CARD = Paper(DocumentKind.NATIONAL_ID, TODAY + DAY, shows_latin_name=True, shows_address=True)
KOREAN_CARD = Paper(DocumentKind.NATIONAL_ID, None, shows_address=True)
BILL = Paper(DocumentKind.PROOF_OF_ADDRESS, None)


def lacks(*papers, has_photo=True):
    return missing(papers, has_photo=has_photo, today=TODAY)


def test_g2_the_primary_documents_are_these_five():
    assert [kind.value for kind in PRIMARY] == ["passport", "driving_licence", "government_id", "national_id", "state_id"]


@pytest.mark.parametrize("kind", PRIMARY)
@pytest.mark.parametrize(
    ("expires_on", "expected"),
    [(TODAY - DAY, (Missing.PRIMARY_EXPIRED,)), (TODAY, (Missing.PRIMARY_EXPIRED,)), (TODAY + DAY, ())],
)
def test_g2_a_primary_document_expires_after_today(kind, expires_on, expected):
    assert lacks(Paper(kind, expires_on, shows_latin_name=True), BILL) == expected


@pytest.mark.parametrize("kind", PRIMARY)
def test_g2_a_passport_and_a_licence_always_expire_the_others_may_bear_no_date(kind):
    expected = (Missing.PRIMARY_EXPIRED,) if kind.value in {"passport", "driving_licence"} else ()
    assert lacks(Paper(kind, None, shows_latin_name=True), BILL) == expected


def test_g2_an_expired_document_beside_a_valid_one_does_no_harm():
    assert lacks(Paper(DocumentKind.PASSPORT, TODAY, shows_latin_name=True), LATIN_CARD) == ()


@pytest.mark.parametrize(
    "kind", [DocumentKind.HEALTH_INSURANCE_CARD, DocumentKind.SOCIAL_SECURITY_CARD, DocumentKind.NOTARISED_TRANSLATION]
)
def test_g3_a_name_in_another_script_needs_a_second_document_with_the_latin_name(kind):
    assert lacks(KOREAN_CARD) == (Missing.LATIN_NAME,)
    assert lacks(KOREAN_CARD, Paper(kind, None)) == (Missing.LATIN_NAME,)
    assert lacks(KOREAN_CARD, Paper(kind, None, shows_latin_name=True)) == ()


@pytest.mark.parametrize(("expires_on", "expected"), [(TODAY, (Missing.SECONDARY_EXPIRED,)), (TODAY + DAY, ())])
def test_g3_the_second_document_expires_after_today(expires_on, expected):
    card = Paper(DocumentKind.HEALTH_INSURANCE_CARD, expires_on, shows_latin_name=True)
    assert lacks(KOREAN_CARD, card) == expected


def test_g3_a_latin_name_needs_no_second_document():
    assert lacks(LATIN_CARD) == ()


def test_g3_a_second_document_is_no_primary_one():
    card = Paper(DocumentKind.SOCIAL_SECURITY_CARD, None, shows_latin_name=True, shows_address=True)
    assert lacks(card, BILL) == (Missing.PRIMARY,)


def test_g5_a_passport_needs_a_proof_of_address_whatever_is_written_in_it():
    passport = Paper(DocumentKind.PASSPORT, TODAY + DAY, shows_latin_name=True, shows_address=True)
    assert lacks(passport) == (Missing.ADDRESS,)
    assert lacks(passport, BILL) == ()


def test_g5_a_card_without_the_address_needs_one_too_and_so_does_an_expired_one():
    assert lacks(Paper(DocumentKind.STATE_ID, TODAY + DAY, shows_latin_name=True)) == (Missing.ADDRESS,)
    old = Paper(DocumentKind.STATE_ID, TODAY, shows_latin_name=True, shows_address=True)
    assert lacks(old) == (Missing.PRIMARY_EXPIRED, Missing.ADDRESS)


def test_g4_everything_that_is_missing_is_named_at_once():
    assert lacks(has_photo=False) == (Missing.PRIMARY, Missing.ADDRESS, Missing.PHOTO)
    assert lacks(Paper(DocumentKind.PASSPORT, TODAY), has_photo=False) == (
        Missing.PRIMARY_EXPIRED,
        Missing.LATIN_NAME,
        Missing.ADDRESS,
        Missing.PHOTO,
    )


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(900, 600, True), (600, 900, True), (899, 600, False), (900, 599, False), (1920, 1080, True), (5000, 599, False)],
)
def test_g4_a_photo_has_900_by_600_pixels_or_more(width, height, expected):
    assert is_large_enough(width, height) is expected


@pytest.mark.parametrize(("width", "height", "expected"), [(600, 600, True), (599, 5000, False), (5000, 599, False)])
def test_g2_the_shorter_side_of_a_documents_picture_has_600_pixels_or_more(width, height, expected):
    assert is_legible(width, height) is expected


def said(*verdicts, needed=1):
    return Round(NOON, needed, tuple((verdict, NOON + n * DAY) for n, verdict in enumerate(verdicts, start=1)))


@pytest.mark.parametrize(
    ("rounds", "expected"),
    [
        ([], Standing.DRAFT),
        ([said()], Standing.WAITING),
        ([said(Verdict.APPROVED)], Standing.APPROVED),
        ([said(Verdict.APPROVED, needed=2)], Standing.WAITING),
        ([said(Verdict.APPROVED, Verdict.APPROVED, needed=2)], Standing.APPROVED),
        ([said(Verdict.APPROVED, Verdict.REJECTED, needed=2)], Standing.REJECTED),
        ([said(Verdict.REJECTED, needed=2)], Standing.REJECTED),
        ([said(Verdict.REJECTED), said()], Standing.WAITING),
        ([said(Verdict.REJECTED), said(Verdict.APPROVED)], Standing.APPROVED),
    ],
)
def test_g4_a_check_stands_where_its_last_round_does(rounds, expected):
    assert standing(rounds) is expected


def test_only_a_draft_and_a_rejected_check_take_changes():
    assert [where for where in Standing if where.takes_changes] == [Standing.DRAFT, Standing.REJECTED]


@pytest.mark.parametrize(
    ("rounds", "last_change", "expected"),
    [
        ([], NOON, NOON + 30 * DAY),
        ([said()], NOON, None),
        ([said(Verdict.APPROVED, needed=2)], NOON, None),
        ([said(Verdict.APPROVED)], NOON, NOON + 31 * DAY),
        ([said(Verdict.APPROVED, Verdict.APPROVED, needed=2)], NOON, NOON + 32 * DAY),
        ([said(Verdict.REJECTED)], NOON, NOON + 31 * DAY),
        ([said(Verdict.REJECTED)], NOON + 5 * DAY, NOON + 35 * DAY),
        ([said(Verdict.REJECTED), said()], NOON + 5 * DAY, None),
    ],
)
def test_x16_evidence_is_kept_for_its_retention_after_the_decision(rounds, last_change, expected):
    assert shred_due_at(rounds, last_change=last_change, retention=30 * DAY) == expected


@pytest.mark.parametrize(
    ("papers", "expected"),
    [
        ([], (Missing.ADDRESS,)),
        ([BILL], ()),
        ([Paper(DocumentKind.PASSPORT, TODAY + DAY, shows_address=True)], (Missing.ADDRESS,)),
        ([Paper(DocumentKind.DRIVING_LICENCE, TODAY, shows_address=True)], (Missing.ADDRESS,)),
        ([Paper(DocumentKind.DRIVING_LICENCE, TODAY + DAY, shows_address=True)], ()),
    ],
)
def test_g5_where_only_the_address_is_asked_for_a_paper_that_shows_it_is_enough(papers, expected):
    assert missing(papers, has_photo=False, today=TODAY, scope=Scope.ADDRESS) == expected


@pytest.mark.parametrize(
    ("verdicts", "needed", "stands", "is_proved"),
    [
        ([], 1, Standing.WAITING, False),
        ([Verdict.APPROVED], 2, Standing.WAITING, False),
        ([Verdict.APPROVED], 1, Standing.DRAFT, True),
        ([Verdict.REJECTED], 1, Standing.REJECTED, False),
    ],
)
def test_g5_an_approved_address_is_no_approval_of_papers(verdicts, needed, stands, is_proved):
    address = Round(NOON, needed, tuple((verdict, NOON) for verdict in verdicts), Scope.ADDRESS)
    assert (standing([address]), is_address_proved([address])) == (stands, is_proved)
    papers = Round(NOON, 1, ((Verdict.APPROVED, NOON),))
    assert (standing([address, papers]), is_address_proved([papers])) == (Standing.APPROVED, False)


def test_x16_an_address_that_was_approved_alone_is_shredded_the_retention_after_the_last_change():
    address = Round(NOON, 1, ((Verdict.APPROVED, NOON),), Scope.ADDRESS)
    assert shred_due_at([address], last_change=NOON - DAY, retention=30 * DAY) == NOON + 30 * DAY
    assert shred_due_at([address], last_change=NOON + DAY, retention=30 * DAY) == NOON + 31 * DAY


@pytest.mark.parametrize(
    ("refused", "changed", "expected"),
    [
        ({Subject.DOCUMENTS}, {Subject.DOCUMENTS}, True),
        ({Subject.DOCUMENTS, Subject.PHOTO}, {Subject.PHOTO}, True),
        ({Subject.DOCUMENTS}, {Subject.PHOTO, Subject.PROFILE}, False),
        ({Subject.PHOTO}, set(), False),
    ],
)
def test_g4_a_rejection_is_answered_by_a_change_of_something_that_was_refused(refused, changed, expected):
    assert is_answered(refused=frozenset(refused), changed=frozenset(changed)) is expected
