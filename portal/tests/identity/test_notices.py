"""Reviewers are told that something waits: once, an hour apart, and nothing of anybody."""

import pytest
from portal.tests.identity.conftest import see_all

from guildmark.rules.identity import Verdict
from guildmark_portal.accounts import roles
from guildmark_portal.accounts.models import Role
from guildmark_portal.identity import services
from guildmark_portal.identity.models import Check
from guildmark_portal.jobs.runner import Runner

HOUR = 3600


@pytest.fixture
def told(db, mailoutbox):
    """Who was told so far, after everything that is due was done."""

    def by_now():
        Runner().run_due()
        return [message.to[0] for message in mailoutbox if message.subject == "Papers wait for a reviewer"]

    return by_now


@pytest.fixture
def hand_in(named, give, photo_bytes, stopped_clock):
    """Somebody hands in everything."""

    def submit(user) -> Check:
        named(user)
        check = services.open_check(user=user, now=stopped_clock.at)
        give(check)
        services.add_photo(check=check, file=photo_bytes, now=stopped_clock.at)
        services.submit(check=check, now=stopped_clock.at)
        return check

    return submit


def test_g4_every_reviewer_is_told_of_a_check_that_enters_an_empty_queue(
    reviewer, second_reviewer, staff, candidate, hand_in, told, mailoutbox
):
    hand_in(candidate)
    assert sorted(told()) == ["reviewer@example.org", "second@example.org"]
    letter = next(message for message in mailoutbox if message.to == ["reviewer@example.org"])
    assert [line for line in letter.body.splitlines() if line] == [
        "Hello Rita Reviewer,",
        "A check of identity waits for a reviewer. Take it from the queue:",
        "http://127.0.0.1:8000/review/",
    ]


def test_g4_a_letter_to_reviewers_says_nothing_of_the_candidate(reviewer, candidate, hand_in, told, mailoutbox):
    check = hand_in(candidate)
    assert told() == ["reviewer@example.org"]
    sent = str([message.message() for message in mailoutbox])
    assert [word for word in ("Ada", candidate.email, str(check.pk), "KR") if word in sent] == []


def test_g4_what_joins_a_queue_that_is_not_empty_is_not_told(reviewer, candidate, stranger, hand_in, told, stopped_clock):
    hand_in(candidate)
    stopped_clock.advance(2 * HOUR)
    hand_in(stranger)
    assert told() == ["reviewer@example.org"]


@pytest.mark.parametrize(("seconds", "letters"), [(HOUR - 1, 1), (HOUR, 2)])
def test_g4_a_reviewer_is_told_once_an_hour_at_most_and_late_rather_than_never(
    reviewer, candidate, stranger, hand_in, told, stopped_clock, seconds, letters
):
    first = hand_in(candidate)
    assert len(told()) == 1
    services.assign(check=first, reviewer=reviewer, now=stopped_clock.at)
    see_all(first, reviewer, stopped_clock.at)
    services.decide(check=first, reviewer=reviewer, verdict=Verdict.APPROVED, now=stopped_clock.at)
    stopped_clock.advance(1)
    hand_in(stranger)
    assert len(told()) == 1
    stopped_clock.advance(seconds - 1)
    assert len(told()) == letters


def test_g4_what_somebody_else_has_taken_by_then_is_not_told(
    reviewer, second_reviewer, candidate, stranger, hand_in, told, stopped_clock
):
    first = hand_in(candidate)
    assert len(told()) == 2
    services.assign(check=first, reviewer=reviewer, now=stopped_clock.at)
    second = hand_in(stranger)
    services.assign(check=second, reviewer=reviewer, now=stopped_clock.at)
    stopped_clock.advance(HOUR)
    assert len(told()) == 2
    services.release(check=second, reviewer=reviewer, now=stopped_clock.at)
    assert sorted(told()[2:]) == ["reviewer@example.org", "second@example.org"]


def test_g4_a_second_reviewer_is_told_after_the_first_approval(
    reviewer, second_reviewer, candidate, hand_in, told, stopped_clock, settings
):
    settings.IDENTITY_REVIEWERS = 2
    check = hand_in(candidate)
    services.assign(check=check, reviewer=reviewer, now=stopped_clock.at)
    stopped_clock.advance(2 * HOUR)
    see_all(check, reviewer, stopped_clock.at)
    services.decide(check=check, reviewer=reviewer, verdict=Verdict.APPROVED, now=stopped_clock.at)
    assert told() == ["second@example.org"]


def test_g4_nobody_is_told_of_their_own_check_or_of_a_role_that_they_lost(reviewer, second_reviewer, hand_in, told):
    hand_in(reviewer)
    roles.revoke(email=second_reviewer.email, role=Role.REVIEWER, actor="tests")
    assert told() == []
