"""Appeals: against a result, one at a time, in time, and never answered by who had a part in it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.exams.conftest import Sitting, WorkOff
from portal.tests.operations.conftest import Open

from guildmark.rules.case import CaseKind, Outcome, Standing
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.engine.deciding import rule
from guildmark_portal.exams.models import Decision, Report
from guildmark_portal.operations import queries, services
from guildmark_portal.operations.models import Answer, Case
from guildmark_portal.operations.people import answerers, had_part, may_answer
from guildmark_portal.operations.refusals import (
    AnswerRefused,
    AppealNamesNone,
    AppealTooLate,
    AppealWaits,
    NoResultYet,
)

pytestmark = pytest.mark.django_db


def where(case: Case) -> Standing:
    return queries.stands(queries.case_with(case.pk), now=clock.now()).standing


def answer(case: Case, by: User, outcome: Outcome = Outcome.INFORMATION, text: str = "It was our fault.") -> Answer:
    return services.answer(case=case, by=by, outcome=outcome, text=text, now=clock.now())


def decided(sitting: Sitting, work_off: WorkOff) -> Sitting:
    sitting.finish()
    work_off()
    return sitting


class TestAppeals:
    def test_x12_there_is_nothing_to_appeal_against_before_the_result(self, running: Sitting, opened: Open) -> None:
        with pytest.raises(NoResultYet):
            opened(CaseKind.APPEAL, attempt=running.attempt)

    def test_x12_an_appeal_is_taken_from_the_moment_of_the_result_though_its_decision_is_not_written_down(
        self, running: Sitting, opened: Open, stopped_clock: StoppedClock
    ) -> None:
        running.finish()
        assert not Decision.objects.exists()
        assert where(opened(CaseKind.APPEAL, attempt=running.attempt)) is Standing.OPEN
        stopped_clock.advance(14 * 24 * 3600 + 1)
        with pytest.raises(AppealTooLate, match="until 29 January 2030"):
            opened(CaseKind.APPEAL, attempt=running.attempt)

    def test_x12_an_appeal_is_taken_until_its_last_second(
        self, running: Sitting, opened: Open, stopped_clock: StoppedClock, work_off: WorkOff
    ) -> None:
        decided(running, work_off)
        stopped_clock.advance(14 * 24 * 3600)
        assert where(opened(CaseKind.APPEAL, attempt=running.attempt)) is Standing.OPEN
        stopped_clock.advance(1)
        with pytest.raises(AppealTooLate, match="until 29 January 2030"):
            opened(CaseKind.APPEAL, attempt=running.attempt)
        assert where(opened(CaseKind.INCIDENT, attempt=running.attempt)) is Standing.OPEN

    def test_x12_an_appeal_names_a_result(self, running: Sitting, opened: Open) -> None:
        for about in ({"attempt": None}, {"program": running.attempt.program}):
            with pytest.raises(AppealNamesNone):
                opened(CaseKind.APPEAL, **about)
        assert where(opened(CaseKind.INCIDENT)) is Standing.OPEN

    def test_x12_one_appeal_at_a_time_and_a_pointer_to_the_first(self, running: Sitting, opened: Open, examiner: User) -> None:
        running.finish()
        first = opened(CaseKind.APPEAL, attempt=running.attempt)
        with pytest.raises(AppealWaits) as refused:
            opened(CaseKind.APPEAL, attempt=running.attempt)
        assert (refused.value.case_id, Case.objects.count()) == (first.pk, 1)
        answer(first, examiner)
        assert where(opened(CaseKind.APPEAL, attempt=running.attempt)) is Standing.OPEN

    @pytest.mark.django_db(transaction=True)
    def test_x12_of_two_appeals_at_once_one_is_opened(self, running: Sitting, opened: Open) -> None:
        running.finish()
        attempt, at_once = running.attempt, threading.Barrier(2)

        def appeal() -> bool:
            at_once.wait()
            try:
                opened(CaseKind.APPEAL, attempt=attempt)
            except AppealWaits:
                return False
            finally:
                connection.close()
            return True

        with ThreadPoolExecutor(2) as both:
            assert sorted(both.map(lambda _one: appeal(), range(2))) == [False, True]

    def test_x12_where_everybody_had_a_part_the_owners_are_told(
        self,
        running: Sitting,
        opened: Open,
        examiner: User,
        staff: User,
        work_off: WorkOff,
        mailoutbox: list[EmailMessage],
    ) -> None:
        decided(running, work_off)
        answer(opened(CaseKind.APPEAL, attempt=running.attempt), examiner)
        work_off()
        mailoutbox.clear()
        case = opened(CaseKind.APPEAL, attempt=running.attempt)
        assert answerers(case) == []
        work_off()
        told = {letter.to[0]: letter.body for letter in mailoutbox}
        assert ("Make somebody else an examiner:" in told[staff.email], examiner.email in told) == (True, False)

    def test_x12_an_old_appeal_that_names_no_attempt_is_against_all_of_them(
        self, running: Sitting, opened: Open, examiner: User, work_off: WorkOff
    ) -> None:
        decided(running, work_off)
        answer(opened(CaseKind.APPEAL, attempt=running.attempt), examiner)
        case = opened()
        Case.objects.filter(pk=case.pk).update(kind=CaseKind.APPEAL.value)
        assert had_part(queries.case_with(case.pk), examiner) is True

    @pytest.mark.usefixtures("grading_service")
    def test_x12_whoever_ruled_on_it_does_not_answer_the_appeal(
        self,
        running: Sitting,
        opened: Open,
        examiner: User,
        stopped_clock: StoppedClock,
        work_off: WorkOff,
    ) -> None:
        running.submit("category1", b"score 3 x")
        work_off()
        decided(running, work_off)
        rule(report=Report.objects.get(), reason="It stands.", actor=examiner, now=clock.now())
        stopped_clock.advance(60)
        case = opened(CaseKind.APPEAL, attempt=running.attempt)
        other = person_with("examiner", email="other@example.org")
        assert (had_part(case, examiner), may_answer(case, examiner), may_answer(case, other)) == (True, False, True)
        with pytest.raises(AnswerRefused):
            answer(case, examiner)
        answer(case, other)
        stopped_clock.advance(60)
        assert may_answer(opened(CaseKind.APPEAL, attempt=running.attempt), other) is False

    @pytest.mark.usefixtures("grading_service")
    def test_x12_ruling_in_answer_to_an_appeal_is_no_part_in_what_it_is_against(
        self,
        running: Sitting,
        opened: Open,
        examiner: User,
        stopped_clock: StoppedClock,
        work_off: WorkOff,
    ) -> None:
        running.submit("category1", b"score 3 x")
        work_off()
        decided(running, work_off)
        case = opened(CaseKind.APPEAL, attempt=running.attempt)
        stopped_clock.advance(60)
        rule(report=Report.objects.get(), reason="It stands.", actor=examiner, now=clock.now())
        assert may_answer(case, examiner) is True
