"""Deciding on papers, and giving leave for a file, ask for a fresh sign-in; what was written on the form is not lost."""

import pytest
from django.contrib.sessions.models import Session
from portal.tests.accounts.conftest import CODE, signed_in
from portal.tests.conftest import StoppedClock

from guildmark_portal import clock
from guildmark_portal.identity import rejecting, services
from guildmark_portal.identity.models import Assignment, Decision, Leave
from guildmark_portal.jobs.runner import Runner

CONFIRM = "/accounts/reauthenticate/"


@pytest.fixture
def stopped_clock():
    """Stopped at the machine's own time, by which a sign-in is dated."""
    held = StoppedClock(clock.now())
    with clock.use(lambda: held.at):
        yield held


@pytest.fixture
def stale(reviewer, stopped_clock):
    """A reviewer's browser, signed in an hour ago."""
    return signed_in(reviewer, minutes_ago=60)


def look_at(browser, check):
    """Open a check with all its pictures."""
    browser.get(f"/review/{check.pk}/")
    for image in check.evidence.all():
        browser.get(f"/review/{check.pk}/image/{image.pk}/")


@pytest.fixture
def prove(stale, mailoutbox):
    """Prove who sits there, on the page to which one was sent."""

    def enter(asked):
        assert asked["Location"].startswith(f"{CONFIRM}?next=%2Freview%2F")
        stale.post(asked["Location"], {"action": "send"})
        Runner().run_due()
        (code,) = CODE.findall("".join(message.body for message in mailoutbox))
        return stale.post(asked["Location"], {"code": code})

    return enter


@pytest.mark.parametrize(
    ("form", "kept"),
    [
        ({"act": "approve"}, ("approved", [])),
        ({"act": "reject", "reason": ["no_signature", "unreadable"]}, ("rejected", ["no_signature", "unreadable"])),
    ],
)
def test_g4_a_decision_waits_for_a_fresh_sign_in_and_is_kept_as_it_was_written(stale, prove, submitted, form, kept):
    address = f"/review/{submitted.pk}/act/"
    stale.post(address, {"act": "take"})
    look_at(stale, submitted)
    asked = stale.post(address, {**form, "round": "1"})
    assert Decision.objects.count() == 0
    assert prove(asked)["Location"] == "/review/"
    decision = Decision.objects.get()
    assert (decision.verdict, decision.reasons) == kept


def test_x16_a_note_that_waits_for_a_fresh_sign_in_stands_in_no_session(stale, prove, submitted):
    address, note = f"/review/{submitted.pk}/act/", "The corner is bent."
    stale.post(address, {"act": "take"})
    asked = stale.post(address, {"act": "reject", "reason": ["unreadable"], "note": note, "round": "1"})
    waiting = str([session.get_decoded() for session in Session.objects.all()])
    assert ("sealed_note" in waiting, "corner" in waiting) == (True, False)
    assert prove(asked)["Location"] == "/review/"
    assert rejecting.note_of(Decision.objects.get()) == note


def test_g4_a_leave_waits_for_a_fresh_sign_in_and_goes_to_whom_it_was_meant_for(stale, prove, check, candidate):
    asked = stale.post("/review/leave/", {"email": candidate.email})
    assert Leave.objects.count() == 0
    assert prove(asked)["Location"] == "/review/"
    assert Leave.objects.get().of_check == check


def test_g4_taking_looking_and_giving_back_ask_for_none(stale, submitted):
    address = f"/review/{submitted.pk}/"
    assert stale.post(f"{address}act/", {"act": "take"})["Location"] == address
    image = submitted.documents.get().pages.get()
    assert stale.get(f"{address}image/{image.pk}/").status_code == 200
    assert stale.post(f"{address}act/", {"act": "give_back"})["Location"] == "/review/"
    assert Assignment.objects.get().released_at is not None


def test_g4_what_was_decided_meanwhile_is_not_decided_by_a_form_that_waited(stale, prove, submitted, reviewer, stopped_clock):
    address = f"/review/{submitted.pk}/act/"
    stale.post(address, {"act": "take"})
    look_at(stale, submitted)
    asked = stale.post(address, {"act": "approve", "round": "1"})
    services.release(check=submitted, reviewer=reviewer, now=stopped_clock.at)
    assert prove(asked)["Location"] == f"/review/{submitted.pk}/"
    assert Decision.objects.count() == 0


def test_g4_a_stranger_is_refused_before_anybody_is_asked_to_prove_anything(stranger, submitted, stopped_clock):
    browser = signed_in(stranger, minutes_ago=60)
    assert browser.post(f"/review/{submitted.pk}/act/", {"act": "approve"}).status_code == 403
    assert browser.post("/review/leave/", {"email": "x@example.org"}).status_code == 403


def test_g4_who_has_not_seen_everything_is_told_so_before_they_are_asked_to_prove_anything(stale, submitted):
    address = f"/review/{submitted.pk}/"
    stale.post(f"{address}act/", {"act": "take"})
    answer = stale.post(f"{address}act/", {"act": "approve", "round": "1"}, follow=True)
    assert answer.redirect_chain == [(address, 302)]
    assert "You have not seen every picture of these papers." in answer.content.decode()
    assert Decision.objects.count() == 0
