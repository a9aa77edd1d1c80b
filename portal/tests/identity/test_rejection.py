"""A rejection names what it is about, is answered by a change of that, and its note goes with the papers."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from portal.tests.accounts.conftest import signed_in
from portal.tests.identity.test_pages import browser

from guildmark.rules.identity import DocumentKind, Verdict
from guildmark_portal.accounts import scrubbing
from guildmark_portal.audit.models import Entry
from guildmark_portal.identity import facts, own_data, rejecting, services
from guildmark_portal.identity.models import Decision
from guildmark_portal.identity.objections import Note, Objection
from guildmark_portal.identity.refusals import NothingChanged, ReviewRefused
from guildmark_portal.identity.rejecting import NOTE_MOST, Reason
from guildmark_portal.identity.sealed import DataKey, Sealed
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.runner import Runner
from guildmark_portal.profiles import services as profiles
from guildmark_portal.profiles.entered import Address, FullName

SECRET = "The corner of your card is bent over the date."
PASSPORT, BILL = DocumentKind.PASSPORT, DocumentKind.PROOF_OF_ADDRESS


@pytest.fixture
def two_papers(check, give, photo_bytes, stopped_clock):
    """A passport, a bill and a photo, handed in."""
    give(check, PASSPORT)
    give(check, BILL, expires_on=None)
    services.add_photo(check=check, file=photo_bytes, now=stopped_clock.at)
    services.submit(check=check, now=stopped_clock.at)
    return check


@pytest.fixture
def reject(reviewer, stopped_clock):
    def say(check, *of_things, reasons=(), note=""):
        services.assign(check=check, reviewer=reviewer, now=stopped_clock.at)
        stopped_clock.advance(60)
        made = services.decide(
            check=check,
            reviewer=reviewer,
            verdict=Verdict.REJECTED,
            reasons=reasons,
            of_things=of_things,
            note=note,
            now=stopped_clock.at,
        )
        stopped_clock.advance(60)
        return made

    return say


@pytest.fixture
def submit(stopped_clock):
    return lambda check: services.submit(check=check, now=stopped_clock.at)


def document(check, kind):
    return check.documents.get(kind=kind.value, withdrawn_at=None)


def test_g4_page_and_letter_name_the_document_that_was_refused(two_papers, candidate, reject, mailoutbox):
    made = reject(
        two_papers, (Reason.EXPIRED, document(two_papers, PASSPORT)), (Reason.FACE_HIDDEN, facts.photo_of(two_papers))
    )
    assert made.reasons == ["expired", "face_hidden"]
    page = browser(candidate).get("/identity/").content.decode()
    assert "<strong>Passport:</strong> A document has expired." in page
    assert "<strong>Photo:</strong> Your face cannot be seen well." in page
    Runner().run_due()
    letter = next(message.body for message in mailoutbox if message.to == [candidate.email])
    assert ("- Passport: A document has expired." in letter, "written a note" in letter) == (True, False)


def test_g4_a_reason_of_another_check_is_refused(two_papers, reviewer, stranger, named, give, reject, stopped_clock):
    named(stranger)
    other = give(services.open_check(user=stranger, now=stopped_clock.at))
    with pytest.raises(ReviewRefused, match="not among those"):
        reject(two_papers, (Reason.EXPIRED, other))
    assert Decision.objects.count() == 0


def test_g4_papers_that_were_rejected_are_not_submitted_as_they_were(two_papers, candidate, reject, submit):
    reject(two_papers, (Reason.EXPIRED, document(two_papers, PASSPORT)))
    with pytest.raises(NothingChanged):
        submit(two_papers)
    page = browser(candidate).get("/identity/").content.decode()
    assert ("Change what is named above" in page, "Everything is there" in page) == (True, False)
    assert "Submit my papers" not in page


def test_g4_a_change_of_something_that_was_not_refused_is_no_answer(two_papers, reject, submit, photo_bytes, stopped_clock):
    reject(two_papers, (Reason.EXPIRED, document(two_papers, PASSPORT)))
    services.add_photo(check=two_papers, file=photo_bytes, now=stopped_clock.at)
    with pytest.raises(NothingChanged):
        submit(two_papers)


def test_g4_another_document_answers_a_refused_one(two_papers, candidate, reject, submit, give):
    reject(two_papers, (Reason.EXPIRED, document(two_papers, PASSPORT)))
    give(two_papers, PASSPORT)
    page = browser(candidate).get("/identity/").content.decode()
    assert "Ready to be submitted again" in page
    assert submit(two_papers).number == 2


def test_g4_removing_what_was_refused_answers_it_and_removing_something_else_does_not(
    check, give, photo_bytes, reject, submit, stopped_clock
):
    card, bill = give(check), give(check, BILL, expires_on=None)
    licence = give(check, DocumentKind.DRIVING_LICENCE)
    services.add_photo(check=check, file=photo_bytes, now=stopped_clock.at)
    submit(check)
    reject(check, (Reason.ALTERED, bill))
    services.withdraw(thing=licence, now=stopped_clock.at)
    with pytest.raises(NothingChanged):
        submit(check)
    services.withdraw(thing=bill, now=stopped_clock.at)
    assert (submit(check).number, facts.documents_of(check)) == (2, [card])


@pytest.mark.parametrize("reason", [Reason.FACE_HIDDEN, Reason.UNREADABLE, Reason.NOT_THE_SAME_PERSON])
def test_g4_a_new_photo_answers_a_refused_one(two_papers, reject, submit, photo_bytes, stopped_clock, reason):
    reject(two_papers, (reason, facts.photo_of(two_papers)))
    with pytest.raises(NothingChanged):
        submit(two_papers)
    services.add_photo(check=two_papers, file=photo_bytes, now=stopped_clock.at)
    assert submit(two_papers).number == 2


def test_g4_a_corrected_profile_answers_a_name_or_an_address_that_differs(two_papers, candidate, reject, submit):
    reject(two_papers, (Reason.NAME_DIFFERS, document(two_papers, PASSPORT)))
    profiles.record_name(user=candidate, full_name=FullName("Ada M. Candidate"))
    assert submit(two_papers).number == 2
    reject(two_papers, reasons=[Reason.ADDRESS_DIFFERS])
    profiles.record_residence(user=candidate, address=Address((), "KR", locality="Busan", street="Haeundae 2"))
    assert submit(two_papers).number == 3


def test_g4_a_reason_that_names_no_document_is_answered_by_any(two_papers, reject, submit, give):
    reject(two_papers, reasons=[Reason.ADDRESS_MISSING])
    with pytest.raises(NothingChanged):
        submit(two_papers)
    give(two_papers, BILL, expires_on=None)
    assert submit(two_papers).number == 2


def test_g4_reviewers_of_the_second_round_see_what_was_said_and_what_is_new(
    two_papers, reviewer, second_reviewer, reject, submit, give, stopped_clock
):
    reject(two_papers, (Reason.EXPIRED, document(two_papers, PASSPORT)), note=SECRET)
    services.withdraw(thing=document(two_papers, PASSPORT), now=stopped_clock.at)
    fresh = give(two_papers, PASSPORT)
    submit(two_papers)
    theirs = signed_in(second_reviewer, minutes_ago=1)
    theirs.post(f"/review/{two_papers.pk}/act/", {"act": "take"})
    answer = theirs.get(f"/review/{two_papers.pk}/")
    page = answer.content.decode()
    assert "Round 1, Rita Reviewer:" in page
    assert ("<strong>Passport:</strong> A document has expired." in page, SECRET in page) == (True, True)
    assert (answer.context["news"].things, page.count('<span class="tag">new</span>')) == ({fresh.pk}, 1)


def test_g4_in_the_first_round_nothing_is_new(two_papers, reviewer):
    theirs = signed_in(reviewer, minutes_ago=1)
    theirs.post(f"/review/{two_papers.pk}/act/", {"act": "take"})
    page = theirs.get(f"/review/{two_papers.pk}/").content.decode()
    assert ("Earlier rounds" in page, '<span class="tag">new</span>' in page) == (False, False)


def test_g4_the_form_names_documents_and_what_is_no_reason_is_passed_over(two_papers, reviewer):
    theirs, passport = signed_in(reviewer, minutes_ago=1), document(two_papers, PASSPORT)
    address = f"/review/{two_papers.pk}/"
    theirs.post(f"{address}act/", {"act": "take"})
    assert f'value="expired:{passport.pk}"' in theirs.get(address).content.decode()
    wrong = ["expired:nonsense", f"expired:{two_papers.pk}", f"nonsense:{passport.pk}"]
    theirs.post(f"{address}act/", {"act": "reject", "reason": wrong, "round": "1"})
    assert Decision.objects.count() == 0
    form = {"act": "reject", "reason": [*wrong, f"expired:{passport.pk}", "address_missing"], "note": f"  {SECRET} "}
    theirs.post(f"{address}act/", form)
    assert Decision.objects.count() == 0  # of no round
    form["round"] = "1"
    theirs.post(f"{address}act/", form)
    rows = [(one.reason, one.document, one.photo) for one in Objection.objects.all()]
    assert rows == [("address_missing", None, None), ("expired", passport, None)]
    assert rejecting.note_of(Decision.objects.get()) == SECRET


@pytest.mark.parametrize(("length", "is_taken"), [(NOTE_MOST, True), (NOTE_MOST + 1, False)])
def test_g4_a_note_has_500_characters_at_most(two_papers, reject, length, is_taken):
    assert NOTE_MOST == 500
    if is_taken:
        assert rejecting.note_of(reject(two_papers, reasons=[Reason.EXPIRED], note="x" * length)) == "x" * length
    else:
        with pytest.raises(ReviewRefused, match="more than 500 characters"):
            reject(two_papers, reasons=[Reason.EXPIRED], note="x" * length)


def test_g4_an_approval_has_no_note(two_papers, reviewer, stopped_clock):
    services.assign(check=two_papers, reviewer=reviewer, now=stopped_clock.at)
    with pytest.raises(ReviewRefused):
        services.decide(check=two_papers, reviewer=reviewer, verdict=Verdict.APPROVED, note=SECRET, now=stopped_clock.at)


@pytest.mark.django_db(transaction=True)
def test_x16_a_note_is_sealed_read_by_the_candidate_and_shredded(
    two_papers, candidate, stranger, reject, data_dir, stopped_clock, mailoutbox
):
    made = reject(two_papers, reasons=[Reason.EXPIRED], note=SECRET)
    assert SECRET in browser(candidate).get("/identity/").content.decode()
    assert own_data.export(candidate)[0]["decisions"][0]["note"] == SECRET
    Runner().run_due()
    letter = next(message.body for message in mailoutbox if message.to == [candidate.email])
    assert ("The reviewer has written a note to you" in letter, SECRET in letter) == (True, False)
    told = json.dumps([[entry.detail for entry in Entry.objects.all()], [job.payload for job in Job.objects.all()]])
    assert SECRET not in told
    database = Path(str(connection.settings_dict["NAME"]))
    held = b"".join(path.read_bytes() for path in (database, Path(f"{database}-wal")) if path.exists())
    assert SECRET.encode() not in held
    stopped_clock.advance(timedelta(days=91).total_seconds())
    services.shred_due(now=stopped_clock.at)
    scrubbing.scrub()
    assert (rejecting.note_of(made), DataKey.objects.count(), list((data_dir / "evidence").iterdir())) == ("", 0, [])
    own_data.erase(candidate)
    assert (Note.objects.count(), Sealed.objects.count()) == (0, 0)
