"""The pages of papers: a candidate gives them, reviewers look at them, and nobody else sees anything."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from portal.tests.accounts.conftest import signed_in
from portal.tests.identity.conftest import approve_on_page, picture

from guildmark.rules.identity import Standing, Verdict
from guildmark_portal.accounts import deletion
from guildmark_portal.credentials.holder import name_of_holder
from guildmark_portal.exams.models import Attempt
from guildmark_portal.identity import facts, queries, services, vault
from guildmark_portal.identity.models import Check, Decision, Document, Look, Photo, PhotoSource
from guildmark_portal.identity.rejecting import Reason
from guildmark_portal.profiles import services as profiles
from guildmark_portal.profiles.entered import Address, FullName


def browser(user):
    made = Client()
    made.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


@pytest.fixture
def mine(candidate):
    return browser(candidate)


@pytest.fixture
def theirs(reviewer, stopped_clock):
    """A reviewer's browser, who has just signed in."""
    return signed_in(reviewer, minutes_ago=1)


def file_of(content, name="card.jpg"):
    return SimpleUploadedFile(name, content)


def answers(stopped_clock, **changes):
    return {
        "kind": "national_id",
        "issuing_country": "KR",
        "expires_on": (stopped_clock.at + timedelta(days=1)).date().isoformat(),
        "name": "Ada Candidate",
        "latin_name": "",
        "address_country": "KR",
        "address_region": "",
        "zone": "",
        "pictures": file_of(picture()),
        **changes,
    }


def test_g4_a_candidate_gives_a_document_and_a_photo_and_hands_them_in(mine, stopped_clock, photo_bytes, candidate, named):
    page = mine.get("/identity/").content.decode()
    assert ("What you need" in page, "/register/name/" in page) == (True, True)
    assert mine.post("/identity/document/", answers(stopped_clock)).status_code == 302
    assert mine.post("/identity/photo/", {"photo": file_of(photo_bytes)}).status_code == 302
    assert "Enter your legal name" in mine.get("/identity/").content.decode()
    assert "legal name is missing" in mine.post("/identity/submit/", follow=True).content.decode()
    named(candidate)
    page = mine.get("/identity/").content.decode()
    assert "Everything is there" in page
    mine.post("/identity/submit/")
    assert "with the reviewers" in mine.get("/identity/").content.decode()
    assert facts.standing_of(candidate.identity_checks.get()) is Standing.WAITING


def test_several_pictures_and_pdfs_come_at_once_and_a_large_one_too(mine, stopped_clock):
    large = picture(2200, 1700, "PNG", compress_level=0)
    assert len(large) > 10_000_000
    both = answers(stopped_clock, pictures=[file_of(large), file_of(picture())])
    assert mine.post("/identity/document/", both).status_code == 302
    assert Document.objects.get().pages.count() == 2
    five = [file_of(picture(200, 100)) for _number in range(5)]
    assert "more than 4 files" in mine.post("/identity/document/", answers(stopped_clock, pictures=five)).content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"pictures": SimpleUploadedFile("card.jpg", b"<svg/>")}, "whatever its name says"),
        ({"expires_on": "2030-01-15"}, "has expired"),
        ({"zone": "P&lt;UTO"}, "machine-readable zone"),
        ({"pictures": ""}, "required"),
        ({"address_country": "IR"}, "nationality plays no part"),
        ({"address_country": "UA"}, "depends on the region"),
        ({"kind": "library_card"}, "valid choice"),
    ],
)
def test_what_is_refused_is_said_beside_its_field(mine, stopped_clock, changes, sentence):
    answer = mine.post("/identity/document/", answers(stopped_clock, **changes))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert Document.objects.count() == 0


def test_a_form_without_its_token_is_refused(candidate, stopped_clock):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(candidate, backend="allauth.account.auth_backends.AuthenticationBackend")
    for address in ("/identity/document/", "/identity/photo/"):
        assert strict.post(address, answers(stopped_clock)).status_code == 403
    assert Document.objects.count() == 0


def test_what_was_given_can_be_removed_by_its_owner_alone(mine, check, give, stranger):
    document = give(check)
    assert browser(stranger).post(f"/identity/withdraw/{document.pk}/").status_code == 404
    assert mine.post(f"/identity/withdraw/{document.pk}/").status_code == 302
    assert facts.documents_of(check) == []


def test_submitting_too_early_says_what_is_missing(mine, check):
    assert "Take a photo of yourself." in mine.post("/identity/submit/", follow=True).content.decode()


def test_g4_another_device_sends_one_photo_without_signing_in(mine, photo_bytes, check, settings):
    page = mine.post("/identity/photo/link/")
    address = page.context["address"].removeprefix(settings.PORTAL_URL)
    telephone = Client()
    assert "Turn on the camera" in telephone.get(address).content.decode()
    assert "has arrived" in telephone.post(address, {"photo": file_of(photo_bytes)}).content.decode()
    assert Photo.objects.get().source == PhotoSource.DEVICE
    again = telephone.get(address)
    assert (again.status_code, "has arrived" in again.content.decode(), "notice bad" in again.content.decode()) == (
        200,
        True,
        False,
    )
    assert telephone.get("/identity/camera/guess/").status_code == 404


def test_g4_a_link_takes_twenty_tries_and_a_guess_costs_nobody_anything(mine, check):
    address = urlsplit(mine.post("/identity/photo/link/").context["address"]).path
    telephone = Client()
    assert [telephone.post("/identity/camera/guess/", {"photo": file_of(b"x")}).status_code for _try in range(25)] == [404] * 25
    tried = [
        telephone.post(address, {"photo": file_of(b"nothing")}, REMOTE_ADDR=f"10.0.0.{number}").status_code
        for number in range(21)
    ]
    assert tried == [*[200] * 20, 429]


def test_a_link_without_the_forms_token_sends_nothing(mine, check, photo_bytes):
    address = urlsplit(mine.post("/identity/photo/link/").context["address"]).path
    assert Client(enforce_csrf_checks=True).post(address, {"photo": file_of(photo_bytes)}).status_code == 403
    assert Photo.objects.count() == 0


def test_g3_the_reviewer_sees_name_and_address_as_they_were_submitted(theirs, check, give, photo_bytes, stopped_clock):
    candidate = check.user
    profiles.record_residence(user=candidate, address=Address((), "KR", locality="Seoul", street="Sejong-daero 1"))
    give(check)
    services.add_photo(check=check, file=photo_bytes, now=stopped_clock.at)
    services.submit(check=check, now=stopped_clock.at)
    stopped_clock.advance(1)
    profiles.record_name(user=candidate, full_name=FullName("Eve Stranger"))
    profiles.record_residence(user=candidate, address=Address((), "KR", locality="Busan", street="Haeundae 2"))
    theirs.post(f"/review/{check.pk}/act/", {"act": "take"})
    page = theirs.get(f"/review/{check.pk}/")
    assert page.context["legal_name"].name == "Ada Candidate"
    assert ("Seoul" in page.content.decode(), "Busan" in page.content.decode()) == (True, False)
    approve_on_page(theirs, check)
    assert name_of_holder(Attempt(user=candidate, identity_check="reviewed")) == "Ada Candidate"


def test_g4_what_another_reviewer_has_had_for_a_day_is_taken_over(theirs, submitted, second_reviewer, stopped_clock):
    services.assign(check=submitted, reviewer=second_reviewer, now=stopped_clock.at)
    assert "Take over" not in theirs.get("/review/").content.decode()
    stopped_clock.advance(86400)
    assert "Take over" in theirs.get("/review/").content.decode()
    assert "Take it over" in theirs.get(f"/review/{submitted.pk}/").content.decode()
    theirs.post(f"/review/{submitted.pk}/act/", {"act": "take"})
    assert "data-viewer" in theirs.get(f"/review/{submitted.pk}/").content.decode()


def test_a_record_that_cannot_be_opened_is_said_and_the_rest_is_shown(theirs, submitted, caplog):
    document = submitted.documents.get()
    vault.path_of(document.particulars_id).unlink()
    theirs.post(f"/review/{submitted.pk}/act/", {"act": "take"})
    page = theirs.get(f"/review/{submitted.pk}/")
    assert page.status_code == 200
    assert "cannot be opened" in page.content.decode()
    assert page.content.decode().count("data-viewer") == 2
    assert str(document.particulars_id) in caplog.text


def test_g4_the_file_form_is_there_by_leave_only(mine, theirs, check, photo_bytes, candidate):
    assert "As a file" not in mine.get("/identity/photo/").content.decode()
    answer = mine.post("/identity/photo/", {"file": file_of(photo_bytes)})
    assert "needs a reviewer&#x27;s leave" in answer.content.decode()
    theirs.post("/review/leave/", {"email": candidate.email.upper()})
    assert "As a file" in mine.get("/identity/photo/").content.decode()
    assert mine.post("/identity/photo/", {"file": file_of(photo_bytes)}).status_code == 302
    assert Photo.objects.get().source == PhotoSource.FILE


def test_g4_a_reviewer_takes_looks_and_decides(mine, theirs, submitted, candidate, reviewer):
    address = f"/review/{submitted.pk}/"
    assert candidate.name in theirs.get("/review/").content.decode()
    assert "<img" not in theirs.get(address).content.decode()
    theirs.post(f"{address}act/", {"act": "take"})
    page = theirs.get(address).content.decode()
    assert page.count("data-viewer") == 2
    image = submitted.documents.get().pages.get()
    answer = theirs.get(f"{address}image/{image.pk}/")
    assert (answer["Content-Type"], "no-store" in answer["Cache-Control"]) == ("image/jpeg", True)
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert list(Look.objects.order_by("pk").values_list("what", flat=True)) == ["national_id particulars", "national_id 1"]
    page = theirs.get(address).content.decode()
    assert "National identity card, picture 1" in page
    assert "National identity card, what is printed on it" in page
    theirs.post(f"{address}act/", {"act": "reject"})
    assert Decision.objects.count() == 0
    theirs.post(f"{address}act/", {"act": "reject", "reason": ["no_signature", "nonsense"], "round": "1"})
    assert Decision.objects.get().reasons == ["no_signature"]
    assert "The signature is missing" in mine.get("/identity/").content.decode()
    assert theirs.get(f"{address}image/{image.pk}/").status_code == 403


@pytest.mark.parametrize("meanwhile", ["decided", "deleted"])
def test_g4_a_check_that_is_decided_or_deleted_while_it_is_opened_leads_back(
    meanwhile, theirs, submitted, candidate, reviewer, monkeypatch
):
    def found_too_early(check, *, now):
        found = waiting_of(check, now=now)
        if meanwhile == "decided":
            services.decide(check=check, reviewer=reviewer, verdict=Verdict.REJECTED, reasons=[Reason.NO_SIGNATURE], now=now)
        else:
            assert deletion.delete(user=candidate)
        return found

    theirs.post(f"/review/{submitted.pk}/act/", {"act": "take"})
    waiting_of = queries.waiting_of
    monkeypatch.setattr(queries, "waiting_of", found_too_early)
    answer = theirs.get(f"/review/{submitted.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, "/review/")
    (said,) = get_messages(answer.wsgi_request)
    assert str(said).startswith("This check has changed since you opened it")


def test_g4_an_approval_ends_it_and_what_one_gives_back_waits_again(mine, theirs, submitted):
    address = f"/review/{submitted.pk}/act/"
    theirs.post(address, {"act": "take"})
    theirs.post(address, {"act": "give_back"})
    assert "with nobody" in theirs.get("/review/").content.decode()
    theirs.post(address, {"act": "take"})
    approve_on_page(theirs, submitted)
    assert "Nothing waits" in theirs.get("/review/").content.decode()
    assert "Your identity has been checked" in mine.get("/identity/").content.decode()


@pytest.mark.parametrize("who", ["candidate", "stranger", "owner", "support", "examiner", "author"])
def test_g4_nobody_but_reviewers_sees_papers(request, who, submitted, reviewer, role, stranger, candidate, stopped_clock):
    services.assign(check=submitted, reviewer=reviewer, now=stopped_clock.at)
    person = candidate if who == "candidate" else stranger
    if who not in {"candidate", "stranger"}:
        role(person, who)
    them, image = browser(person), submitted.documents.get().pages.get()
    addresses = ["/review/", f"/review/{submitted.pk}/", f"/review/{submitted.pk}/image/{image.pk}/"]
    assert [them.get(address).status_code for address in addresses] == [403, 403, 403]
    assert them.post(f"/review/{submitted.pk}/act/", {"act": "take"}).status_code == 403
    assert Look.objects.count() == 0


def test_an_auditor_reads_the_queue_and_sees_no_paper(submitted, stranger, role, reviewer, stopped_clock):
    services.assign(check=submitted, reviewer=reviewer, now=stopped_clock.at)
    auditor, image = browser(role(stranger, "auditor")), submitted.documents.get().pages.get()
    assert auditor.get("/review/").status_code == 200
    page = auditor.get(f"/review/{submitted.pk}/")
    assert (page.status_code, "<img" in page.content.decode()) == (200, False)
    assert auditor.get(f"/review/{submitted.pk}/image/{image.pk}/").status_code == 403
    assert auditor.post("/review/leave/", {"email": "x"}).status_code == 403


def test_looking_at_the_pages_writes_nothing(mine):
    for address in ("/identity/", "/identity/document/", "/identity/photo/"):
        assert mine.get(address).status_code == 200
    assert Check.objects.count() == 0


def test_x16_after_shredding_the_page_says_so_and_begins_again(mine, check, give, stopped_clock):
    give(check)
    services.shred(check=check, now=stopped_clock.at)
    page = mine.get("/identity/").content.decode()
    assert "was shredded, because its time was over" in page
    assert ("What you need" in page, "<h2>What you gave</h2>" in page) == (True, False)
    assert mine.post("/identity/document/", answers(stopped_clock)).status_code == 302
    assert "What you gave" in mine.get("/identity/").content.decode()


def test_who_sends_too_many_files_is_asked_to_wait(mine, candidate, stranger):
    def sent(browser):
        return browser.post("/identity/photo/", {"photo": file_of(b"nothing")}).status_code

    assert [sent(mine) for _number in range(21)] == [*[200] * 20, 429]
    assert sent(browser(stranger)) == 200


@pytest.fixture
def hand_in(named, give, photo_bytes, stopped_clock):
    """People hand in everything."""

    def submit(*people):
        for person in people:
            named(person)
            check = services.open_check(user=person, now=stopped_clock.at)
            give(check)
            services.add_photo(check=check, file=photo_bytes, now=stopped_clock.at)
            services.submit(check=check, now=stopped_clock.at)

    return submit


def test_the_queue_asks_the_database_no_more_for_three_checks_than_for_one(theirs, submitted, stranger, staff, hand_in):
    theirs.get("/review/")
    with CaptureQueriesContext(connection) as one:
        theirs.get("/review/")
    hand_in(stranger, staff)
    with CaptureQueriesContext(connection) as three:
        assert theirs.get("/review/").content.decode().count("Open<") == 3
    assert len(three) == len(one)


def test_the_page_of_one_check_asks_the_database_for_that_one_whatever_else_waits(theirs, submitted, stranger, staff, hand_in):
    address = f"/review/{submitted.pk}/"
    theirs.post(f"{address}act/", {"act": "take"})
    theirs.get(address)
    with CaptureQueriesContext(connection) as one:
        theirs.get(address)
    hand_in(stranger, staff)
    with CaptureQueriesContext(connection) as three:
        assert theirs.get(address).content.decode().count("data-viewer") == 2
    assert len(three) == len(one)
    checks = [query["sql"] for query in three if 'FROM "identity_check"' in query["sql"]]
    assert len(checks) > 0
    assert [sql for sql in checks if submitted.pk.hex not in sql] == []


@pytest.mark.parametrize("address", ["/identity/", "/identity/document/", "/identity/photo/", "/review/"])
def test_who_is_not_signed_in_is_sent_to_sign_in(db, address):
    assert Client().get(address)["Location"] == f"/accounts/login/?next={address}"
