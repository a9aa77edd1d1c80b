"""A candidate's check: opened once, filled, handed in, and never changed behind a reviewer's back."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from portal.tests.identity import hostile_files as hostile
from portal.tests.identity.conftest import picture

from guildmark.rules.identity import DocumentKind, Missing, Standing
from guildmark_portal.audit.models import Entry
from guildmark_portal.identity import facts, services, vault
from guildmark_portal.identity.intake.pages import FileUnusable
from guildmark_portal.identity.models import Check, Document, Evidence, Link, Photo, PhotoSource
from guildmark_portal.identity.refusals import (
    AddressEmbargoed,
    AddressNeeded,
    DocumentExpired,
    LinkSpent,
    NameNeeded,
    NoLeave,
    NotComplete,
    PhotoTooSmall,
    PictureTooSmall,
    RegionNeeded,
    ReviewRefused,
    TakesNoChanges,
    TooMuch,
    ZoneDisagrees,
    ZoneDoesNotFit,
    ZoneUnreadable,
)

DAY = timedelta(days=1)
ZONE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3204153ZE184226B<<<<<1{}"
LICENCE = DocumentKind.DRIVING_LICENCE


def test_a_candidate_has_one_open_check(check, candidate, stranger, stopped_clock):
    assert services.open_check(user=candidate, now=stopped_clock.at) == check
    assert services.open_check(user=stranger, now=stopped_clock.at) != check
    with pytest.raises(IntegrityError), transaction.atomic():
        Check.objects.create(user=candidate, opened_at=stopped_clock.at, changed_at=stopped_clock.at)


def test_g2_a_document_is_kept_page_by_page_and_what_is_printed_on_it_is_sealed(check, give):
    document = give(check, LICENCE, files=[picture(), hostile.pdf(2)])
    assert (document.kind, document.issuing_country, document.pages.count()) == ("driving_licence", "KR", 3)
    assert (document.shows_latin_name, document.shows_address) == (True, True)
    assert b'"name": "Ada Candidate"' in vault.unseal(document.particulars)
    assert vault.unseal(document.pages.first().sealed).startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize(("days", "is_taken"), [(-1, False), (0, False), (1, True)])
def test_g2_a_document_expires_after_today(check, give, stopped_clock, days, is_taken):
    expires_on = stopped_clock.at.date() + days * DAY
    if is_taken:
        assert give(check, expires_on=expires_on).expires_on == expires_on
    else:
        with pytest.raises(DocumentExpired):
            give(check, expires_on=expires_on)


def test_g2_only_a_card_may_be_without_a_date_of_expiry(check, give):
    assert give(check, DocumentKind.NATIONAL_ID, expires_on=None).expires_on is None
    with pytest.raises(DocumentExpired):
        give(check, LICENCE, expires_on=None)


def test_g3_the_latin_name_may_stand_beside_the_other(check, give):
    korean = give(check, particulars=services.Particulars(name="김민수"))
    both = give(check, LICENCE, particulars=services.Particulars(name="김민수", latin_name="KIM Minsu"))
    assert (korean.shows_latin_name, both.shows_latin_name) == (False, True)


def test_a_passport_shows_no_address_whatever_was_ticked(check, give):
    assert give(check, DocumentKind.PASSPORT).shows_address is False


@pytest.mark.parametrize(
    ("zone", "expires_on", "refusal"),
    [
        ("P<UTOERIKSSON", date(2032, 4, 15), ZoneUnreadable),
        (ZONE.format("7"), date(2032, 4, 15), ZoneDoesNotFit),
        (ZONE.format("6"), date(2032, 4, 16), ZoneDisagrees),
    ],
)
def test_g2_a_zone_that_was_mistyped_is_refused_with_what_is_wrong(check, give, zone, expires_on, refusal):
    zone = services.Particulars(name="Anna Maria Eriksson", zone=zone)
    with pytest.raises(refusal) as raised:
        give(check, DocumentKind.PASSPORT, expires_on=expires_on, particulars=zone)
    assert raised.value.next_step
    assert Document.objects.count() == 0


EMBARGOED = [("CU", ""), ("IR", ""), ("SY", ""), ("SD", ""), ("KP", ""), ("UA", "Crimea")]


@pytest.mark.parametrize("kind", [DocumentKind.NATIONAL_ID, DocumentKind.PROOF_OF_ADDRESS])
@pytest.mark.parametrize(("country", "region"), EMBARGOED)
def test_g5_an_address_in_an_embargoed_place_is_refused_on_the_papers(check, give, kind, country, region):
    there = services.Particulars(name="Ada Candidate", address_country=country, address_region=region)
    with pytest.raises(AddressEmbargoed):
        give(check, kind, particulars=there)
    assert Document.objects.count() == 0


@pytest.mark.parametrize(("country", "region"), [("UA", "Kyiv"), ("KR", ""), ("TR", "")])
def test_g5_who_issued_a_document_plays_no_part_only_the_address_does(check, give, country, region):
    elsewhere = services.Particulars(name="Ada Candidate", address_country=country, address_region=region)
    for issuer, _region in EMBARGOED:
        assert give(check, issuing_country=issuer, particulars=elsewhere).shows_address is True


@pytest.mark.parametrize("kind", [DocumentKind.NATIONAL_ID, DocumentKind.PROOF_OF_ADDRESS])
@pytest.mark.parametrize(
    ("country", "region", "is_taken"), [("UA", "", False), ("ru", " ", False), ("UA", "Kyiv", True), ("KR", "", True)]
)
def test_g5_an_address_is_taken_with_its_region_where_that_decides(check, give, kind, country, region, is_taken):
    there = services.Particulars(name="Ada Candidate", address_country=country, address_region=region)
    if is_taken:
        assert give(check, kind, particulars=there).shows_address is True
    else:
        with pytest.raises(RegionNeeded):
            give(check, kind, particulars=there)
        assert Document.objects.count() == 0


def test_g5_a_proof_of_address_shows_one(check, give):
    with pytest.raises(AddressNeeded):
        give(check, DocumentKind.PROOF_OF_ADDRESS, expires_on=None, particulars=services.Particulars(name="Ada Candidate"))


def test_nothing_is_kept_of_a_file_that_cannot_be_taken(check, give):
    with pytest.raises(FileUnusable):
        give(check, files=[picture(), b"<svg/>"])
    assert (Document.objects.count(), Evidence.objects.count()) == (0, 0)


def test_a_document_has_at_most_six_pages_and_a_check_six_documents(check, give, photo_bytes):
    with pytest.raises(TooMuch):
        give(check, files=[hostile.pdf(4), hostile.pdf(3)])
    with pytest.raises(TooMuch):
        give(check, files=[photo_bytes] * 5)
    with pytest.raises(TooMuch):
        give(check, files=[])
    for _number in range(6):
        give(check)
    with pytest.raises(TooMuch):
        give(check)


@pytest.mark.parametrize(
    ("width", "height", "is_taken"), [(900, 600, True), (600, 900, True), (899, 600, False), (900, 599, False)]
)
def test_g4_a_photo_has_900_by_600_pixels(check, stopped_clock, width, height, is_taken):
    content = picture(width, height)
    if is_taken:
        photo = services.add_photo(check=check, file=content, now=stopped_clock.at)
        assert (photo.width, photo.height, photo.source) == (width, height, PhotoSource.BROWSER)
    else:
        with pytest.raises(PhotoTooSmall, match=f"{width} x {height}"):
            services.add_photo(check=check, file=content, now=stopped_clock.at)


@pytest.mark.parametrize(
    ("size", "is_taken"), [((600, 600), True), ((2000, 599), False), ((599, 2000), False), ((200, 100), False)]
)
def test_g2_the_shorter_side_of_a_documents_picture_has_600_pixels(check, give, size, is_taken):
    if is_taken:
        assert give(check, files=[picture(*size)]).pages.count() == 1
    else:
        with pytest.raises(PictureTooSmall, match=f"{size[0]} x {size[1]}"):
            give(check, files=[picture(), picture(*size)])
        assert Document.objects.count() == 0


@pytest.mark.parametrize(
    ("file", "code"), [(b"<svg/>", "unknown_photo"), (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heif"), (b"", "empty")]
)
def test_g4_what_is_no_picture_is_refused_as_a_photo_not_as_a_document(check, stopped_clock, file, code):
    with pytest.raises(FileUnusable) as refusal:
        services.add_photo(check=check, file=file, now=stopped_clock.at)
    assert refusal.value.code == code
    assert "document" not in str(refusal.value)


@pytest.mark.parametrize("file", [hostile.pdf(1), picture(1200, 800, "WEBP")])
def test_g4_a_photo_is_a_jpeg_or_png_never_a_page_that_has_any_size(check, stopped_clock, file):
    with pytest.raises(FileUnusable) as refusal:
        services.add_photo(check=check, file=file, now=stopped_clock.at)
    assert (refusal.value.code, Photo.objects.count()) == ("not_a_photo", 0)
    assert services.add_photo(check=check, file=picture(900, 600, "PNG"), now=stopped_clock.at).width == 900


def test_g4_a_new_photo_takes_the_place_of_the_old_one_which_is_shredded(check, photo_bytes, stopped_clock):
    old = services.add_photo(check=check, file=photo_bytes, now=stopped_clock.at)
    new = services.add_photo(check=check, file=photo_bytes, now=stopped_clock.at)
    assert facts.photo_of(check) == new
    with pytest.raises(vault.Shredded):
        vault.unseal(old.image.sealed)


def test_g4_a_file_needs_a_reviewers_leave_which_is_used_once(check, photo_bytes, reviewer, stranger, stopped_clock):
    now = stopped_clock.at
    with pytest.raises(NoLeave):
        services.add_photo_file(check=check, file=photo_bytes, now=now)
    with pytest.raises(ReviewRefused):
        services.grant_leave(check=check, reviewer=stranger, now=now)
    assert services.grant_leave(check=check, reviewer=reviewer, now=now) is True
    assert services.grant_leave(check=check, reviewer=reviewer, now=now) is False
    assert services.add_photo_file(check=check, file=photo_bytes, now=now).source == PhotoSource.FILE
    with pytest.raises(NoLeave):
        services.add_photo_file(check=check, file=photo_bytes, now=now)


def test_g4_a_photo_that_cannot_be_taken_leaves_the_leave_and_the_link_as_they_are(check, reviewer, stopped_clock):
    now = stopped_clock.at
    services.grant_leave(check=check, reviewer=reviewer, now=now)
    token = services.make_link(check=check, now=now)
    with pytest.raises(PhotoTooSmall):
        services.add_photo_file(check=check, file=picture(300, 200), now=now)
    with pytest.raises(FileUnusable):
        services.add_photo_by_link(token=token, file=b"nothing", now=now)
    assert services.has_leave(check)
    assert services.find_link(token=token, now=now).of_check == check


def test_g4_a_link_is_for_one_photo_and_a_quarter_of_an_hour(check, photo_bytes, stopped_clock):
    token = services.make_link(check=check, now=stopped_clock.at)
    assert token not in str(list(Link.objects.values()))
    just_in_time = stopped_clock.at + timedelta(minutes=15) - timedelta(seconds=1)
    assert services.find_link(token=token, now=just_in_time).of_check == check
    with pytest.raises(LinkSpent):
        services.find_link(token=token, now=stopped_clock.at + timedelta(minutes=15))
    assert services.add_photo_by_link(token=token, file=photo_bytes, now=just_in_time).source == PhotoSource.DEVICE
    with pytest.raises(LinkSpent):
        services.add_photo_by_link(token=token, file=photo_bytes, now=just_in_time)
    assert Photo.objects.count() == 1


def test_a_new_link_makes_the_old_one_worthless_and_a_guess_finds_none(check, stopped_clock):
    old = services.make_link(check=check, now=stopped_clock.at)
    services.make_link(check=check, now=stopped_clock.at)
    for token in (old, "", "guess"):
        with pytest.raises(LinkSpent):
            services.find_link(token=token, now=stopped_clock.at)


def test_g4_a_check_is_handed_in_when_nothing_is_missing(check, give, photo_bytes, stopped_clock):
    with pytest.raises(NotComplete) as refusal:
        services.submit(check=check, now=stopped_clock.at)
    assert refusal.value.missing == (Missing.PRIMARY, Missing.ADDRESS, Missing.PHOTO)
    give(check)
    services.add_photo(check=check, file=photo_bytes, now=stopped_clock.at)
    made = services.submit(check=check, now=stopped_clock.at)
    assert (made.number, made.reviewers_needed, facts.standing_of(check)) == (1, 1, Standing.WAITING)


def test_g3_papers_are_handed_in_with_a_legal_name_to_hold_them_against(check, give, photo_bytes, stopped_clock, candidate):
    give(check)
    services.add_photo(check=check, file=photo_bytes, now=stopped_clock.at)
    candidate.legal_names.all().delete()
    with pytest.raises(NameNeeded) as refusal:
        services.submit(check=check, now=stopped_clock.at)
    assert "/register/name/" in refusal.value.next_step
    assert facts.standing_of(check) is Standing.DRAFT


def test_g3_a_korean_card_is_handed_in_with_a_second_document(check, give, photo_bytes, stopped_clock):
    give(check, particulars=services.Particulars(name="김민수", address_country="KR"))
    services.add_photo(check=check, file=photo_bytes, now=stopped_clock.at)
    with pytest.raises(NotComplete) as refusal:
        services.submit(check=check, now=stopped_clock.at)
    assert refusal.value.missing == (Missing.LATIN_NAME,)
    give(check, DocumentKind.HEALTH_INSURANCE_CARD, particulars=services.Particulars(name="KIM MINSU"))
    assert services.submit(check=check, now=stopped_clock.at).number == 1


def test_g2_a_document_that_expires_while_it_waits_to_be_handed_in_is_missed(check, give, photo_bytes, stopped_clock):
    give(check)
    services.add_photo(check=check, file=photo_bytes, now=stopped_clock.at)
    with pytest.raises(NotComplete) as refusal:
        services.submit(check=check, now=stopped_clock.at + DAY)
    assert refusal.value.missing == (Missing.PRIMARY_EXPIRED, Missing.ADDRESS)


def test_what_was_handed_in_cannot_be_changed(submitted, give, photo_bytes, stopped_clock):
    now, document = stopped_clock.at, submitted.documents.get()
    for change in (
        lambda: give(submitted),
        lambda: services.add_photo(check=submitted, file=photo_bytes, now=now),
        lambda: services.make_link(check=submitted, now=now),
        lambda: services.withdraw(thing=document, now=now),
        lambda: services.submit(check=submitted, now=now),
    ):
        with pytest.raises(TakesNoChanges):
            change()


def test_x16_what_a_candidate_takes_back_is_shredded_at_once(check, give, stopped_clock):
    document = give(check)
    services.withdraw(thing=document, now=stopped_clock.at)
    services.withdraw(thing=document, now=stopped_clock.at)  # twice is no mistake
    assert facts.documents_of(check) == []
    assert (document.issuing_country, document.expires_on) == ("", None)
    for sealed in (document.particulars, document.pages.get().sealed):
        with pytest.raises(vault.Shredded):
            vault.unseal(sealed)


def test_what_happened_is_audited_and_names_nobody(submitted, candidate):
    entries = [entry for entry in Entry.objects.order_by("id") if entry.action.startswith("identity.")]
    assert [entry.action for entry in entries if entry.subject == f"check:{submitted.pk}"] == [
        "identity.opened",
        "identity.document",
        "identity.photo",
        "identity.submitted",
    ]
    assert "Ada" not in str([entry.detail for entry in entries])
