"""Reviewers: one at a time, two people where two are asked for, never one's own check, and every look is written down."""

from datetime import timedelta

import pytest
from django.utils.translation import gettext, gettext_lazy, override
from portal.tests.identity.conftest import see_all
from portal.tests.platform.written_afresh import write_afresh

from guildmark.rules.identity import Standing, Verdict
from guildmark_portal.accounts import roles
from guildmark_portal.accounts.models import Role, User
from guildmark_portal.audit.models import Entry
from guildmark_portal.identity import facts, queries, services, vault
from guildmark_portal.identity.models import Decision, Look
from guildmark_portal.identity.refusals import ReviewRefused
from guildmark_portal.identity.reviewing import REASONS, Reason
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.runner import Runner

APPROVED, REJECTED = Verdict.APPROVED, Verdict.REJECTED


@pytest.fixture
def letters(db, mailoutbox, candidate):
    """The candidate's; those of reviewers are another matter."""

    def sent():
        Runner().run_due()
        return [(message.to, message.subject, message.body) for message in mailoutbox if message.to == [candidate.email]]

    return sent


@pytest.fixture
def say(stopped_clock):
    """Take a check and decide on it."""

    def decide(check, reviewer, verdict=APPROVED, reasons=()):
        services.assign(check=check, reviewer=reviewer, now=stopped_clock.at)
        see_all(check, reviewer, stopped_clock.at)
        return services.decide(check=check, reviewer=reviewer, verdict=verdict, reasons=reasons, now=stopped_clock.at)

    return decide


def look(check, viewer, clock):
    sealed = check.documents.get().pages.get().sealed
    return services.look(check=check, sealed=sealed, what="passport 1", viewer=viewer, now=clock.at)


def test_g4_a_reviewer_who_took_a_check_sees_its_evidence_and_the_look_is_written_down(submitted, reviewer, stopped_clock):
    with pytest.raises(ReviewRefused):
        look(submitted, reviewer, stopped_clock)
    services.assign(check=submitted, reviewer=reviewer, now=stopped_clock.at)
    assert look(submitted, reviewer, stopped_clock).startswith(b"\xff\xd8\xff")
    found = Look.objects.get()
    assert (found.of_check, found.viewer, found.what, found.at) == (submitted, reviewer, "passport 1", stopped_clock.at)
    entry = Entry.objects.get(action="identity.look")
    assert (entry.actor, entry.subject, entry.detail["what"]) == (f"user:{reviewer.pk}", f"check:{submitted.pk}", "passport 1")


def test_g4_evidence_that_does_not_open_was_not_looked_at(submitted, reviewer, stopped_clock):
    services.assign(check=submitted, reviewer=reviewer, now=stopped_clock.at)
    vault.path_of(submitted.documents.get().pages.get().sealed_id).unlink()
    with pytest.raises(vault.Unreadable):
        look(submitted, reviewer, stopped_clock)
    assert Look.objects.count() == 0


@pytest.mark.parametrize("who", ["candidate", "stranger", "staff"])
def test_g4_who_is_no_reviewer_takes_sees_and_decides_nothing(request, who, submitted, stopped_clock):
    person = request.getfixturevalue(who)
    for act in (
        lambda: services.assign(check=submitted, reviewer=person, now=stopped_clock.at),
        lambda: look(submitted, person, stopped_clock),
        lambda: services.decide(check=submitted, reviewer=person, verdict=APPROVED, now=stopped_clock.at),
    ):
        with pytest.raises(ReviewRefused):
            act()
    assert (Look.objects.count(), Decision.objects.count()) == (0, 0)


def test_g4_a_reviewer_never_reviews_their_own_check(submitted, candidate, role, stopped_clock):
    role(candidate)
    with pytest.raises(ReviewRefused, match="your own check"):
        services.assign(check=submitted, reviewer=candidate, now=stopped_clock.at)
    with pytest.raises(ReviewRefused):
        services.grant_leave(check=submitted, reviewer=candidate, now=stopped_clock.at)


def test_a_check_is_with_one_reviewer_at_a_time_who_may_give_it_back(submitted, reviewer, second_reviewer, stopped_clock):
    mine = services.assign(check=submitted, reviewer=reviewer, now=stopped_clock.at)
    assert services.assign(check=submitted, reviewer=reviewer, now=stopped_clock.at) == mine
    with pytest.raises(ReviewRefused, match="Another reviewer"):
        services.assign(check=submitted, reviewer=second_reviewer, now=stopped_clock.at)
    services.release(check=submitted, reviewer=reviewer, now=stopped_clock.at)
    services.assign(check=submitted, reviewer=second_reviewer, now=stopped_clock.at)
    with pytest.raises(ReviewRefused):
        look(submitted, reviewer, stopped_clock)


def test_g4_one_approval_is_enough_where_one_is_asked_for(submitted, reviewer, candidate, say, letters):
    assert services.is_approved(candidate) is False
    say(submitted, reviewer)
    assert (facts.standing_of(submitted), services.is_approved(candidate)) == (Standing.APPROVED, True)
    ((to, subject, body),) = letters()
    assert (to, subject) == ([candidate.email], "Your identity has been checked")
    assert "shredded after 90 days" in body
    assert "Next step of your registration: Where you live. Go on here:\n\nhttp://127.0.0.1:8000/register/\n" in body
    assert "/identity/" not in body
    write_afresh(candidate.email, to=candidate.email)
    assert letters() == [(to, subject, body)] * 2


def test_g4_two_approvals_are_two_peoples(
    submitted, reviewer, second_reviewer, candidate, settings, say, letters, stopped_clock
):
    submitted.rounds.update(reviewers_needed=2)
    say(submitted, reviewer)
    assert (facts.standing_of(submitted), letters()) == (Standing.WAITING, [])
    with pytest.raises(ReviewRefused, match="second approval is another reviewer's"):
        services.assign(check=submitted, reviewer=reviewer, now=stopped_clock.at)
    say(submitted, second_reviewer)
    assert facts.standing_of(submitted) is Standing.APPROVED
    assert len(letters()) == 1


def test_g4_the_policy_of_the_day_of_submission_says_how_many(check, give, photo_bytes, settings, stopped_clock):
    settings.IDENTITY_REVIEWERS = 2
    give(check)
    services.add_photo(check=check, file=photo_bytes, now=stopped_clock.at)
    assert services.submit(check=check, now=stopped_clock.at).reviewers_needed == 2


def test_g4_a_rejection_says_why_and_the_candidate_hands_in_again(
    submitted, reviewer, second_reviewer, candidate, say, give, letters, stopped_clock
):
    made = say(submitted, reviewer, REJECTED, [Reason.NO_SIGNATURE, Reason.UNREADABLE])
    assert (made.reasons, facts.standing_of(submitted)) == (["no_signature", "unreadable"], Standing.REJECTED)
    ((_to, subject, body),) = letters()
    assert subject == "Your identity check needs something else"
    assert all(str(REASONS[reason]) in body for reason in (Reason.NO_SIGNATURE, Reason.UNREADABLE))
    stopped_clock.advance(3600)
    services.withdraw(thing=submitted.documents.get(), now=stopped_clock.at)
    give(submitted)
    assert services.submit(check=submitted, now=stopped_clock.at).number == 2
    say(submitted, second_reviewer)
    assert services.is_approved(candidate)
    assert [decision.verdict for decision in Decision.objects.order_by("pk")] == ["rejected", "approved"]


def test_the_second_reviewer_may_reject_what_the_first_approved(submitted, reviewer, second_reviewer, candidate, say):
    submitted.rounds.update(reviewers_needed=2)
    say(submitted, reviewer)
    say(submitted, second_reviewer, REJECTED, [Reason.ALTERED])
    assert (facts.standing_of(submitted), services.is_approved(candidate)) == (Standing.REJECTED, False)


@pytest.mark.parametrize(("verdict", "reasons"), [(REJECTED, []), (APPROVED, [Reason.EXPIRED])])
def test_a_rejection_has_a_reason_and_an_approval_has_none(submitted, reviewer, say, verdict, reasons):
    with pytest.raises(ReviewRefused, match="has one reason or more"):
        say(submitted, reviewer, verdict, reasons)


def test_what_is_decided_is_not_decided_again(submitted, reviewer, second_reviewer, say):
    say(submitted, reviewer)
    with pytest.raises(ReviewRefused, match="Nothing waits"):
        say(submitted, second_reviewer, REJECTED, [Reason.ALTERED])


def test_nobody_decides_on_a_check_that_they_did_not_take(submitted, reviewer, stopped_clock):
    with pytest.raises(ReviewRefused, match="Take this check first"):
        services.decide(check=submitted, reviewer=reviewer, verdict=APPROVED, now=stopped_clock.at)


def test_every_reason_has_a_sentence():
    assert set(REASONS) == set(Reason)


@pytest.mark.parametrize(("retention", "days"), [(0, 0), (1, 1), (30, 1)])
def test_a_decision_has_the_shredding_looked_at_when_it_is_due_and_within_a_day(
    submitted, reviewer, say, stopped_clock, settings, retention, days
):
    settings.IDENTITY_RETENTION_DAYS = retention
    Job.objects.filter(kind="identity.shred").delete()
    say(submitted, reviewer)
    assert Job.objects.get(kind="identity.shred").run_at == stopped_clock.at + timedelta(days=days)


@pytest.mark.parametrize(("seconds", "is_free"), [(86399, False), (86400, True)])
def test_g4_a_check_that_a_reviewer_has_had_for_a_day_can_be_taken_over(
    submitted, reviewer, second_reviewer, stopped_clock, seconds, is_free
):
    services.assign(check=submitted, reviewer=reviewer, now=stopped_clock.at)
    stopped_clock.advance(seconds)
    (waiting,) = queries.queue(now=stopped_clock.at)
    assert (waiting.reviewer, waiting.has_lapsed) == (reviewer, is_free)
    if not is_free:
        with pytest.raises(ReviewRefused, match="Another reviewer"):
            services.assign(check=submitted, reviewer=second_reviewer, now=stopped_clock.at)
        return
    services.assign(check=submitted, reviewer=second_reviewer, now=stopped_clock.at)
    with pytest.raises(ReviewRefused):
        look(submitted, reviewer, stopped_clock)
    assert look(submitted, second_reviewer, stopped_clock)
    entry = Entry.objects.get(action="identity.released")
    assert (entry.actor, entry.detail) == (f"user:{second_reviewer.pk}", {"taken_over_from": f"user:{reviewer.pk}"})


@pytest.mark.parametrize("ending", ["revoked", "closed"])
def test_g4_a_check_of_who_is_no_reviewer_any_more_can_be_taken_over_at_once(
    submitted, reviewer, second_reviewer, stopped_clock, ending
):
    services.assign(check=submitted, reviewer=reviewer, now=stopped_clock.at)
    if ending == "revoked":
        roles.revoke(email=reviewer.email, role=Role.REVIEWER, actor="tests")
    else:
        User.objects.filter(pk=reviewer.pk).update(is_active=False)
    assert services.assign(check=submitted, reviewer=second_reviewer, now=stopped_clock.at).reviewer == second_reviewer


def test_the_letter_is_in_the_candidates_language_whoever_decides(
    check, give, photo_bytes, reviewer, say, letters, stopped_clock, monkeypatch
):
    monkeypatch.setitem(REASONS, Reason.EXPIRED, gettext_lazy("Enter a valid email address."))  # translated by Django
    give(check)
    services.add_photo(check=check, file=photo_bytes, now=stopped_clock.at)
    with override("ko"):
        assert services.submit(check=check, now=stopped_clock.at).language == "ko"
        expected = gettext("Enter a valid email address.")
    with override("zh-hans"):
        say(check, reviewer, REJECTED, [Reason.EXPIRED])
    ((_to, _subject, body),) = letters()
    assert expected in body


def test_g4_nobody_approves_what_they_have_not_seen_all_of(submitted, reviewer, stopped_clock):
    services.assign(check=submitted, reviewer=reviewer, now=stopped_clock.at)
    page, photo = submitted.documents.get().pages.get().sealed, submitted.photos.get().image.sealed
    printed = submitted.documents.get().particulars
    for sealed in (page, photo):
        services.look(check=submitted, sealed=sealed, what="a picture", viewer=reviewer, now=stopped_clock.at)
        with pytest.raises(ReviewRefused, match="not seen every picture"):
            services.decide(check=submitted, reviewer=reviewer, verdict=APPROVED, now=stopped_clock.at)
    services.look(check=submitted, sealed=printed, what="what is printed", viewer=reviewer, now=stopped_clock.at)
    services.decide(check=submitted, reviewer=reviewer, verdict=APPROVED, now=stopped_clock.at)


def test_g4_a_rejection_needs_no_look_at_everything(submitted, reviewer, stopped_clock):
    services.assign(check=submitted, reviewer=reviewer, now=stopped_clock.at)
    made = services.decide(
        check=submitted, reviewer=reviewer, verdict=REJECTED, reasons=[Reason.UNREADABLE], now=stopped_clock.at
    )
    assert made.verdict == REJECTED.value


def test_g4_another_reviewers_looks_and_those_before_the_check_was_taken_do_not_count(
    submitted, reviewer, second_reviewer, stopped_clock
):
    for person in (second_reviewer, reviewer):
        services.assign(check=submitted, reviewer=person, now=stopped_clock.at)
        see_all(submitted, person, stopped_clock.at)
        services.release(check=submitted, reviewer=person, now=stopped_clock.at)
    stopped_clock.advance(1)
    services.assign(check=submitted, reviewer=reviewer, now=stopped_clock.at)
    with pytest.raises(ReviewRefused, match="not seen every picture"):
        services.decide(check=submitted, reviewer=reviewer, verdict=APPROVED, now=stopped_clock.at)


def test_g4_a_decision_is_of_the_round_whose_page_it_was_made_on(submitted, reviewer, say, give, stopped_clock):
    say(submitted, reviewer, REJECTED, [Reason.ALTERED])
    stopped_clock.advance(1)
    give(submitted)
    services.submit(check=submitted, now=stopped_clock.at)
    services.assign(check=submitted, reviewer=reviewer, now=stopped_clock.at)
    see_all(submitted, reviewer, stopped_clock.at)
    with pytest.raises(ReviewRefused, match="submitted anew"):
        services.decide(check=submitted, reviewer=reviewer, verdict=APPROVED, number=1, now=stopped_clock.at)
    assert services.decide(check=submitted, reviewer=reviewer, verdict=APPROVED, number=2, now=stopped_clock.at)
