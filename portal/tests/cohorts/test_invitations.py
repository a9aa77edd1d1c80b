"""Letters of a cohort: one each, in the row's language, reminded, withdrawn, sent again, and those that came back (rule P9)."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from portal.tests.accounts.conftest import signed_in
from portal.tests.cohorts.conftest import Invited, token
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.exams.conftest import WorkOff
from portal.tests.exams.paid_exam import sitting

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.cohorts import accepting, inviting, prolonging
from guildmark_portal.cohorts.looking import KEPT, look
from guildmark_portal.cohorts.models import Cohort, Invitation
from guildmark_portal.cohorts.progress import Reached, progress_of
from guildmark_portal.jobs.models import Job
from guildmark_portal.mail import refusals
from guildmark_portal.mail.models import Outcome, Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.money]
Letters = Callable[[], list[tuple[str, str, str]]]
LINK = re.compile(r"/invitation/([A-Za-z0-9_-]{43})/")


def sent_to(letters: Letters, address: str) -> list[str]:
    return [f"{subject}\n{body}" for to, subject, body in letters() if to == address]


def test_p9_everybody_is_invited_once_in_their_language_with_their_own_link(
    cohort: Cohort, invited: Invited, letters: Letters
) -> None:
    rows = [invited("ada@example.org", name="Ada", extra_time="25"), invited("minji@example.org", language="ko")]
    counts = [inviting.invite(cohort=cohort, actor="tests", now=clock.now()) for _ in range(2)]
    found = [sent_to(letters, row.email) for row in rows]
    counts.append(inviting.invite(cohort=cohort, actor="tests", now=clock.now()))
    assert (counts, [len(mine) for mine in found]) == ([2, 2, 0], [1, 1])
    assert [LINK.findall(mine[0]) for mine in found] == [[token(row)] for row in rows]
    assert ["Institute of Models invites you" in found[0][0], "25 percent of extra time" in found[0][0]] == [True, True]
    assert all(not job.payload for job in Job.objects.filter(kind="mail"))  # nothing of a link is left


def test_p9_reminders_go_once_a_day_to_those_who_have_not_accepted(
    cohort: Cohort, invited: Invited, candidate: User, letters: Letters, stopped_clock: StoppedClock
) -> None:
    rows = [invited(candidate.email), invited("b@example.org"), invited("c@example.org")]
    inviting.invite(cohort=cohort, actor="tests", now=clock.now())
    letters()
    accepting.accept(token=token(rows[0]), user=candidate, now=clock.now())
    counts = [inviting.remind(cohort=cohort, actor="tests", now=clock.now())]
    Cohort.objects.update(opens_at=clock.now() + timedelta(days=5), closes_at=clock.now() + timedelta(days=6))
    fresh = Cohort.objects.get()
    for hours in (21, 1):
        stopped_clock.advance(hours * 3600)
        counts.append(inviting.remind(cohort=fresh, actor="tests", now=clock.now()))
        letters()
    assert (counts, [len(sent_to(letters, row.email)) for row in rows]) == ([0, 2, 0], [2, 2, 2])
    assert LINK.findall(sent_to(letters, "b@example.org")[1]) == [token(rows[1])]


def test_p9_a_week_and_a_day_before_the_window_reminders_go_by_themselves(
    cohort: Cohort, invited: Invited, letters: Letters, stopped_clock: StoppedClock
) -> None:
    opens_at = clock.now() + timedelta(days=10)
    Cohort.objects.update(opens_at=opens_at, closes_at=opens_at + timedelta(hours=4))
    invited("b@example.org")
    inviting.invite(cohort=cohort, actor="tests", now=clock.now())
    letters()
    counts = []
    for before in (timedelta(days=7, seconds=1), timedelta(days=7), timedelta(days=6), timedelta(days=1), timedelta(hours=1)):
        stopped_clock.at = opens_at - before
        look(now=clock.now())
        counts.append(len(sent_to(letters, "b@example.org")))
    assert counts == [1, 2, 2, 3, 3]


def test_p9_one_that_was_withdrawn_is_told_and_sent_again_has_a_link_of_its_own(
    cohort: Cohort, invited: Invited, letters: Letters
) -> None:
    row = invited("b@example.org")
    inviting.invite(cohort=cohort, actor="tests", now=clock.now())
    letters()
    inviting.withdraw(invitation=row, actor="tests", now=clock.now())
    inviting.send_again(invitation=row, actor="tests", now=clock.now())
    first, told, again = sent_to(letters, "b@example.org")
    assert ("was withdrawn" in told, LINK.findall(told), LINK.findall(first) == LINK.findall(again)) == (True, [], False)


def test_a_letter_that_waits_is_not_sent_once_its_invitation_is_withdrawn(
    cohort: Cohort, invited: Invited, letters: Letters
) -> None:
    row = invited("b@example.org")
    inviting.send_again(invitation=row, actor="tests", now=clock.now())
    inviting.withdraw(invitation=row, actor="tests", now=clock.now())
    assert ["was withdrawn" in letter for letter in sent_to(letters, "b@example.org")] == [True]


def test_p9_a_letter_that_came_back_is_shown_and_written_afresh(cohort: Cohort, invited: Invited, letters: Letters) -> None:
    row = invited("b@example.org")
    inviting.invite(cohort=cohort, actor="tests", now=clock.now())
    letters()
    job = Job.objects.get(key__startswith="cohort.invited:")
    refusal = Refusal.objects.create(job=job, address=row.email, code="550", refused_at=clock.now())
    assert progress_of(cohort).lines[0].reached is Reached.BOUNCED
    assert "Invitation to a cohort" in signed_in(person_with("support")).get("/desk/mail/").content.decode()
    staff = User.objects.create_user("staff@example.org", "S")
    assert refusals.settle(number=refusal.pk, outcome=Outcome.RESENT, actor=staff)
    assert (progress_of(cohort).lines[0].reached, len(sent_to(letters, row.email))) == (Reached.INVITED, 2)


def test_rows_of_those_who_never_accepted_name_nobody_30_days_after_the_window(
    cohort: Cohort, invited: Invited, candidate: User, stopped_clock: StoppedClock
) -> None:
    accepted, never = invited(candidate.email), invited("b@example.org", name="Bob")
    accepting.accept(token=token(accepted), user=candidate, now=clock.now())
    found = []
    for at in (cohort.closes_at + KEPT - timedelta(seconds=1), cohort.closes_at + KEPT):
        stopped_clock.at = at
        look(now=clock.now())
        found.append(set(Invitation.objects.values_list("email", "name")))
    assert found == [{(candidate.email, ""), (never.email, "Bob")}, {(candidate.email, ""), ("", "")}]


def test_p9_a_longer_window_is_told_once_to_those_who_have_not_begun(
    cohort: Cohort, invited: Invited, candidate: User, letters: Letters, stopped_clock: StoppedClock
) -> None:
    rows = [invited(candidate.email), invited("b@example.org"), invited("c@example.org")]
    inviting.invite(cohort=cohort, actor="tests", now=clock.now())
    letters()
    accepting.accept(token=token(rows[0]), user=candidate, now=clock.now())
    inviting.withdraw(invitation=rows[2], actor="tests", now=clock.now())
    stopped_clock.at = cohort.opens_at
    sitting(candidate, cohort.program).prepare().begin()
    for _ in range(2):
        prolonging.prolong(cohort=cohort, closes_at=cohort.closes_at + timedelta(hours=1), actor="tests", now=clock.now())
        letters()
    told = [sum("There is more time to begin" in one for one in sent_to(letters, row.email)) for row in rows]
    assert (told, "17:00 UTC" in sent_to(letters, "b@example.org")[-1]) == ([0, 1, 0], True)


def test_a_cohort_of_hundreds_is_written_to_in_parts(
    cohort: Cohort, invited: Invited, work_off: WorkOff, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        invited(f"p{number}@example.org")
    monkeypatch.setattr(inviting, "_AT_ONCE", 2)
    inviting.invite(cohort=cohort, actor="tests", now=clock.now())
    work_off()
    assert Invitation.objects.filter(sent_at=clock.now()).count() == 5
