"""What is done to an attempt at the desk: once however often it is sent, with what was typed kept until it is."""

import re
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.exams.conftest import GradingService, Sitting, WorkOff
from portal.tests.operations.conftest import text
from portal.tests.platform.written_afresh import write_afresh

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams import services
from guildmark_portal.exams.models import (
    Attempt,
    Credit,
    Entitlement,
    Outage,
    Program,
    Regrade,
    Report,
    Revision,
    Ruling,
    Submission,
)
from guildmark_portal.exams.refusals import NotPaid, RetakeTooEarly

pytestmark = pytest.mark.django_db


def at(given: Submission | Sitting) -> str:
    return f"/desk/attempts/{given.attempt_id if isinstance(given, Submission) else given.id}/"


def policy(*assignments: str) -> None:
    services.amend_policy(slug="tiny-demo", assignments=list(assignments), actor="tests", now=clock.now())


@pytest.fixture
def decided(
    running: Sitting, graded: Submission, grading_service: GradingService, work_off: WorkOff, stopped_clock: StoppedClock
) -> Submission:
    """A submission with two reports, 3 and then 1 of 5, of an attempt that is decided."""
    running.finish()
    work_off()
    stopped_clock.advance(1)
    services.order_regrade(submission=graded, reason="A doubt.", actor="tests", now=clock.now())
    grading_service.finds = "score 1"
    work_off()
    return graded


class TestOnce:
    def test_every_form_is_shown_with_a_key_of_its_own(self, desk: Client, graded: Submission) -> None:
        keys = [re.findall(r'name="once" value="([0-9a-f]{32})"', desk.get(at(graded)).content.decode()) for _ in range(2)]
        assert [len(found) for found in keys] == [2, 2]
        assert len({*keys[0], *keys[1]}) == 4

    def test_x9_time_that_is_sent_twice_is_added_once(self, desk: Client, graded: Submission) -> None:
        form = {"act": "credit", "minutes": 60, "reason": "The power.", "once": "a" * 32}
        answers = [desk.post(at(graded), form).status_code for _ in range(3)]
        assert (answers, Credit.objects.count()) == ([302, 302, 302], 1)
        desk.post(at(graded), {**form, "once": "b" * 32})
        assert Credit.objects.count() == 2

    def test_x12_a_ruling_that_is_sent_twice_is_made_once(self, desk: Client, decided: Submission) -> None:
        form = {"act": "rule", "report": Report.objects.get(score=1).pk, "reason": "x", "once": "a" * 32, "confirmed": "10"}
        told = [text(desk.post(at(decided), form, follow=True)) for _ in range(2)]
        assert ["The result is 10 points" in shown for shown in told] == [True, True]
        assert (Ruling.objects.count(), Revision.objects.count()) == (1, 1)

    def test_x12_a_regrade_that_is_sent_again_after_its_report_is_the_same(
        self, desk: Client, graded: Submission, work_off: WorkOff
    ) -> None:
        form = {"act": "regrade", "submission": graded.pk, "reason": "A doubt.", "once": "a" * 32}
        for _ in range(2):
            desk.post(at(graded), form)
            work_off()
        assert Regrade.objects.count() == 1


class TestTyped:
    def test_added_time_that_is_refused_keeps_its_words_and_names_its_field(self, desk: Client, graded: Submission) -> None:
        page = desk.post(at(graded), {"act": "credit", "minutes": 0, "reason": "The power failed."}).content.decode()
        assert ('value="The power failed."' in page, 'href="#id_minutes"' in page) == (True, True)
        assert re.search(r'id="add-time" open', page)
        assert (" data-follows" in page, Credit.objects.count()) == (False, 0)

    def test_x12_a_ruling_that_takes_a_pass_keeps_its_reason_in_an_open_panel(
        self, desk: Client, running: Sitting, grading_service: GradingService, work_off: WorkOff, stopped_clock: StoppedClock
    ) -> None:
        for number in (1, 2, 3):
            running.submit(f"category{number}", f"score 5 {number}".encode())
        work_off()
        running.finish()
        work_off()
        stopped_clock.advance(1)
        last = Submission.objects.get(category="category3")
        services.order_regrade(submission=last, reason="A doubt.", actor="tests", now=clock.now())
        grading_service.finds = "score 0"
        work_off()
        lower = Report.objects.get(score=0)
        page = desk.post(at(last), {"act": "rule", "report": lower.pk, "reason": "My long reason."}).content.decode()
        assert ("would take a pass away" in page, "My long reason.</textarea>" in page) == (True, True)
        assert (f'id="ruling-on-{lower.pk}" open' in page, Ruling.objects.count()) == (True, 0)

    def test_x12_a_ruling_that_lowers_is_shown_first_and_asked_again_when_it_makes_something_else(
        self, desk: Client, decided: Submission
    ) -> None:
        lower = Report.objects.get(score=1)
        for confirmed in ("", "9"):
            form = {"act": "rule", "report": lower.pk, "reason": "Another file.", "confirmed": confirmed}
            page = desk.post(at(decided), form).content.decode()
            assert "This ruling lowers the result: 30 → 10 points. It stays no pass." in " ".join(page.split())
            assert ("Another file.</textarea>" in page, 'name="confirmed" value="10"' in page) == (True, True)
        assert (Ruling.objects.count(), Entry.objects.filter(action="submission.ruled").count()) == (0, 0)

    def test_x12_who_was_not_written_to_is_not_said_to_be(self, desk: Client, graded: Submission) -> None:
        shown = text(desk.post(at(graded), {"act": "rule", "report": Report.objects.get().pk, "reason": "x"}, follow=True))
        assert "the candidate was not written to" in shown


class TestSittingAgain:
    @pytest.fixture
    def failed(self, running: Sitting, work_off: WorkOff) -> Sitting:
        policy("retake_waits=14 days, 2 months")
        running.finish()
        work_off()
        return running

    def test_g8_a_waiver_ends_the_wait_once_and_is_told(
        self, desk: Client, failed: Sitting, work_off: WorkOff, mailoutbox: list[EmailMessage]
    ) -> None:
        with pytest.raises(RetakeTooEarly):
            Sitting(failed.user, "tiny-demo")
        mailoutbox.clear()
        assert "Let the candidate sit again" in text(desk.get(at(failed)))
        assert "The candidate may sit again, and was written to." in text(desk.post(at(failed), {"act": "again"}, follow=True))
        work_off()
        (letter,) = mailoutbox
        assert (letter.to, letter.subject) == ([failed.user.email], "You may sit again: Tiny exam")
        assert ("without a wait" in letter.body, "pay" in letter.body) == (True, False)
        write_afresh(failed.user.email, to="new@example.org")
        assert mailoutbox[-1].to == ["new@example.org"]
        again = Sitting(User.objects.get(pk=failed.user.pk), "tiny-demo").prepare().begin()
        assert Entitlement.objects.get(source=f"again:{failed.id.hex}").spent_at is not None
        again.finish()
        work_off()
        with pytest.raises(RetakeTooEarly) as refused:
            Sitting(again.user, "tiny-demo")
        assert "29 January 2030" in refused.value.next_step  # the first failure that counts, not the second

    def test_g8_it_is_given_once_for_an_attempt(self, desk: Client, failed: Sitting) -> None:
        for _ in range(2):
            shown = text(desk.post(at(failed), {"act": "again"}, follow=True))
        assert "The candidate may sit again already" in shown
        assert ("Let them sit again" in shown, "this is no failure of theirs. (Ro Examiner)" in shown) == (False, True)
        assert (Entitlement.objects.count(), Entry.objects.filter(action="attempt.waived").count()) == (2, 1)

    def test_g8_nobody_pays_twice_for_a_fault_of_ours(
        self, desk: Client, failed: Sitting, work_off: WorkOff, mailoutbox: list[EmailMessage]
    ) -> None:
        policy("fee=100", "retake_waits=")
        Program.objects.filter(slug="tiny-demo").update(kind="live")
        with pytest.raises(NotPaid):
            Sitting(failed.user, "tiny-demo")
        desk.post(at(failed), {"act": "again"})
        work_off()
        assert "You do not pay again." in mailoutbox[-1].body
        Sitting(failed.user, "tiny-demo")

    def test_g8_no_attempt_that_goes_on_or_was_passed_is_waived(self, desk: Client, running: Sitting) -> None:
        assert "Let them sit again" not in text(desk.get(at(running)))
        desk.post(at(running), {"act": "again"})
        assert Entitlement.objects.count() == 1

    @pytest.mark.parametrize("role", ["support", "auditor"])
    def test_who_only_reads_lets_nobody_sit(self, failed: Sitting, role: str) -> None:
        client = signed_in(person_with(role), minutes_ago=1)
        assert "Let them sit again" not in text(client.get(at(failed)))
        assert client.post(at(failed), {"act": "again"}).status_code == 403

    def test_g8_nobody_lets_themselves_sit_again(self, desk: Client, failed: Sitting, examiner: User) -> None:
        Attempt.objects.update(user=examiner)
        assert "This is your own attempt" in text(desk.post(at(failed), {"act": "again"}, follow=True))
        assert Entitlement.objects.count() == 1

    def test_x10_the_desk_counts_those_that_nobody_has_dealt_with(
        self, failed: Sitting, examiner: User, stopped_clock: StoppedClock
    ) -> None:
        now = clock.now()
        stopped_clock.advance(60)
        services.declare_outage(
            began_at=now - timedelta(seconds=30), ended_at=now + timedelta(seconds=30), reason="x", actor="t", now=clock.now()
        )
        desk = signed_in(examiner, minutes_ago=1)
        assert "1 attempt ended in an outage" in text(desk.get("/desk/"))
        desk.post(at(failed), {"act": "again"})
        assert "ended in an outage" not in text(desk.get("/desk/"))
        assert "may sit again" in text(desk.get("/desk/outages/"))
        assert Outage.objects.count() == 1


def test_staff_read_of_extra_time_in_the_third_person(desk: Client, running: Sitting) -> None:
    Credit.objects.create(
        attempt=running.attempt,
        kind="accommodation",
        seconds=60,
        reason="Extra time that was granted to you.",
        granted_at=clock.now(),
    )
    shown = text(desk.get(at(running)))
    assert ("Extra time that was granted." in shown, "to you" in shown) == (True, False)
