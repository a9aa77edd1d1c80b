"""Incidents, appeals and accommodations: opened, answered in time, taken back, and nobody else's business."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.mail import EmailMessage
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import Sit, Sitting, WorkOff
from portal.tests.operations.conftest import WORDS, Open
from portal.tests.platform.written_afresh import write_afresh

from guildmark.rules.case import CaseKind, Outcome, Standing
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams import services as exams
from guildmark_portal.jobs.models import Job
from guildmark_portal.operations import queries, services
from guildmark_portal.operations.looking import conversation, own_words
from guildmark_portal.operations.models import Answer, Case
from guildmark_portal.operations.people import may_answer, may_look, may_read
from guildmark_portal.operations.refusals import (
    AnswerRefused,
    CaseOver,
    NothingWritten,
    TooManyOpen,
    TooManyPages,
    TooMuchSaid,
    TooMuchWritten,
)

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def where(case: Case) -> Standing:
    return queries.stands(queries.case_with(case.pk), now=clock.now()).standing


def answer(case: Case, by: User, outcome: Outcome = Outcome.INFORMATION, text: str = "It was our fault.") -> Answer:
    return services.answer(case=case, by=by, outcome=outcome, text=text, now=clock.now())


def test_p10_a_case_says_by_when_it_is_answered_and_so_does_its_letter(
    opened: Open, examiner: User, work_off: WorkOff, mailoutbox: list[EmailMessage]
) -> None:
    case = opened()
    assert (where(case), case.answer_due) == (Standing.OPEN, datetime(2030, 1, 25, 12, 0, tzinfo=UTC))
    work_off()
    told = {letter.to[0]: letter for letter in mailoutbox}
    assert told["candidate@example.org"].subject == "Your report of an incident is here"
    assert "A person answers it by 25 January 2030, 12:00 UTC at the latest." in told["candidate@example.org"].body
    assert told["examiner@example.org"].subject == "An incident waits for an answer"
    assert f"/desk/{case.pk}/" in told["examiner@example.org"].body


def test_p10_the_day_of_the_answer_is_what_the_program_settles(sit: Sit, candidate: User, opened: Open) -> None:
    sitting = sit(candidate)
    exams.amend_policy(slug="tiny-demo", assignments=["answer_days=3"], actor="tests", now=clock.now())
    assert opened(attempt=sitting.attempt).answer_due == clock.now() + timedelta(days=3)


def test_p10_whoever_answers_is_reminded_the_day_before_and_on_the_day_and_no_more(
    opened: Open, examiner: User, support: User, stopped_clock: StoppedClock, work_off: WorkOff, mailoutbox: list[EmailMessage]
) -> None:
    case = opened(CaseKind.APPEAL)

    def letters() -> list[str]:
        mailoutbox.clear()
        work_off()
        return [letter.to[0] for letter in mailoutbox if letter.subject == "An appeal waits for an answer"]

    assert letters() == ["examiner@example.org"]
    stopped_clock.at = case.answer_due - timedelta(days=1) - SECOND
    assert letters() == []
    stopped_clock.advance(1)
    assert letters() == ["examiner@example.org"]
    stopped_clock.at = case.answer_due
    assert letters() == ["examiner@example.org"]
    stopped_clock.advance(24 * 3600)
    assert (letters(), where(case)) == ([], Standing.OVERDUE)


def test_p10_nobody_is_reminded_of_what_was_answered(
    opened: Open, examiner: User, stopped_clock: StoppedClock, work_off: WorkOff, mailoutbox: list[EmailMessage]
) -> None:
    case = opened()
    answer(case, examiner)
    stopped_clock.at = case.answer_due
    work_off()
    assert [letter.subject for letter in mailoutbox] == [
        "Your report of an incident is here",
        "Your report of an incident has an answer",
    ]


def test_p10_where_nobody_can_answer_the_owners_are_told(
    opened: Open, staff: User, work_off: WorkOff, mailoutbox: list[EmailMessage]
) -> None:
    opened()
    work_off()
    letter = next(one for one in mailoutbox if one.to == [staff.email])
    assert "Make somebody else an examiner:" in letter.body
    assert "/account/roles/" in letter.body


def test_p10_an_answer_ends_the_case_once_and_is_told(
    opened: Open, examiner: User, work_off: WorkOff, mailoutbox: list[EmailMessage]
) -> None:
    case = opened()
    given = answer(case, examiner, Outcome.GRANTED)
    assert (where(case), own_words(given.words)) == (Standing.ANSWERED, "It was our fault.")
    with pytest.raises(CaseOver):
        answer(case, examiner)
    work_off()
    letter = next(one for one in mailoutbox if "has an answer" in one.subject)
    assert "it is granted" in letter.body
    assert f"/help/{case.pk}/" in letter.body


def test_x16_no_word_of_a_case_stands_in_a_letter_the_audit_table_or_the_database(
    opened: Open, examiner: User, work_off: WorkOff, mailoutbox: list[EmailMessage]
) -> None:
    case = opened(CaseKind.ACCOMMODATION)
    answer(case, examiner, Outcome.REFUSED, "Your asthma is no reason.")
    work_off()
    columns = [*Case.objects.values(), *Answer.objects.values(), *Entry.objects.values("detail")]
    texts = [str(columns), *(letter.subject + letter.body for letter in mailoutbox)]
    assert [text for text in texts if "asthma" in text] == []
    assert own_words(case.words) == WORDS


def test_p10_every_new_case_is_told_at_once_and_what_is_added_once_in_five_minutes(
    opened: Open,
    examiner: User,
    stopped_clock: StoppedClock,
    work_off: WorkOff,
    mailoutbox: list[EmailMessage],
    paper: bytes,
) -> None:
    def letters() -> list[bool]:
        mailoutbox.clear()
        work_off()
        return ["added something" in letter.body for letter in mailoutbox if letter.to == [examiner.email]]

    opened(CaseKind.ACCOMMODATION)
    assert letters() == [False]
    case = opened(CaseKind.ACCOMMODATION)
    assert letters() == [False]
    for _time in range(2):
        services.add(case=case, text="More.", files=[paper], now=clock.now())
    assert letters() == []
    stopped_clock.advance(5 * 60)
    assert letters() == [True]
    services.add(case=case, text="More.", now=clock.now())
    answer(case, examiner)
    stopped_clock.advance(5 * 60)
    assert letters() == []


def test_words_are_added_while_a_case_waits_and_not_without_end(opened: Open, examiner: User) -> None:
    case = opened()
    for number in range(20):
        services.add(case=case, text=f"Word {number}.", now=clock.now())
    with pytest.raises(TooMuchSaid):
        services.add(case=case, text="One more.", now=clock.now())
    answer(case, examiner)
    with pytest.raises(CaseOver):
        services.add(case=case, text="And now?", now=clock.now())
    told = [(one.message.by, one.words) for one in conversation(case)]
    assert told == [(case.user, f"Word {number}.") for number in range(20)]


def test_an_incident_while_the_clock_runs_is_never_too_many(running: Sitting, opened: Open) -> None:
    for _one in range(6):
        case = opened(attempt=running.attempt)
    assert where(case) is Standing.OPEN
    with pytest.raises(TooManyOpen, match="counts for 24 hours"):
        opened(CaseKind.ACCOMMODATION)
    running.finish()
    with pytest.raises(TooManyOpen):
        opened()


def test_a_form_that_is_sent_twice_opens_one_case(candidate: User, stopped_clock: StoppedClock) -> None:
    number = uuid4()
    parts = {"user": candidate, "kind": CaseKind.INCIDENT, "about": services.About(), "text": WORDS, "now": clock.now()}
    assert services.open_case(**parts, case_id=number) == services.open_case(**parts, case_id=number)
    assert Case.objects.count() == 1


def test_a_form_with_the_id_of_somebody_elses_case_opens_another_one(
    opened: Open, stranger: User, stopped_clock: StoppedClock
) -> None:
    case = opened()
    about = services.About()
    mine = services.open_case(
        user=stranger, kind=CaseKind.INCIDENT, about=about, text="Mine.", now=clock.now(), case_id=case.pk
    )
    assert (mine.user, Case.objects.get(pk=case.pk).user, Case.objects.count()) == (stranger, case.user, 2)


def test_somebody_has_five_open_cases_at_most_and_taking_them_back_makes_no_room_that_day(
    opened: Open, stopped_clock: StoppedClock
) -> None:
    for case in [opened() for _ in range(5)]:
        services.withdraw(case=case, now=clock.now())
    with pytest.raises(TooManyOpen):
        opened()
    stopped_clock.advance(24 * 3600)
    assert where(opened()) is Standing.OPEN


@pytest.mark.parametrize(("text", "refused"), [(" \n", NothingWritten), ("x" * 4001, TooMuchWritten)])
def test_a_case_has_words_and_not_too_many(opened: Open, text: str, refused: type[Exception]) -> None:
    with pytest.raises(refused):
        opened(text=text)
    assert Case.objects.count() == 0


def test_a_letter_about_a_case_that_came_back_is_written_afresh(
    opened: Open, examiner: User, work_off: WorkOff, mailoutbox: list[EmailMessage]
) -> None:
    case = opened()
    answer(case, examiner)
    work_off()
    Job.objects.filter(kind="mail", key__startswith="case.waiting").delete()
    first = {letter.subject: letter.body for letter in mailoutbox if letter.to == ["candidate@example.org"]}
    mailoutbox.clear()
    write_afresh("candidate@example.org", to="new@example.org")
    assert {letter.subject: letter.body for letter in mailoutbox} == first
    assert (len(first), {letter.to[0] for letter in mailoutbox}) == (2, {"new@example.org"})


class TestWhoMay:
    def test_each_role_reads_and_answers_what_is_theirs(
        self, opened: Open, candidate: User, stranger: User, examiner: User, support: User, auditor: User, staff: User
    ) -> None:
        people = [candidate, stranger, examiner, support, auditor, staff]
        cases = {kind: opened(kind) for kind in CaseKind}
        read = {kind: [may_read(case, one) for one in people] for kind, case in cases.items()}
        answers = {kind: [may_answer(case, one) for one in people] for kind, case in cases.items()}
        looks = {kind: [may_look(case, one) for one in people] for kind, case in cases.items()}
        yes, no = True, False
        assert read == {
            CaseKind.INCIDENT: [no, no, yes, yes, yes, no],
            CaseKind.APPEAL: [no, no, yes, no, yes, no],
            CaseKind.ACCOMMODATION: [no, no, yes, no, no, no],
        }
        assert answers == {
            CaseKind.INCIDENT: [no, no, yes, yes, no, no],
            CaseKind.APPEAL: [no, no, yes, no, no, no],
            CaseKind.ACCOMMODATION: [no, no, yes, no, no, no],
        }
        assert looks == {kind: [no, no, yes, no, no, no] for kind in CaseKind}

    def test_nobody_answers_a_case_of_their_own(self, opened: Open, examiner: User) -> None:
        case = opened(user=examiner)
        with pytest.raises(AnswerRefused):
            answer(case, examiner)
        assert (may_read(case, examiner), may_look(case, examiner), queries.count_waiting(examiner)) == (False, False, 0)

    def test_each_sees_how_much_waits_for_them_in_a_query_each(
        self, opened: Open, examiner: User, support: User, candidate: User, django_assert_num_queries: object
    ) -> None:
        for kind in CaseKind:
            opened(kind)
        people = [User.objects.get(pk=one.pk) for one in (examiner, support, candidate)]
        assert [one.roles for one in people]  # read once a request
        with django_assert_num_queries(2):  # nothing waits for a candidate
            assert [queries.count_waiting(one) for one in people] == [3, 1, 0]

    def test_a_stranger_has_no_case_of_somebody_else(self, opened: Open, stranger: User) -> None:
        case = opened()
        assert queries.cases_of(user=stranger, now=clock.now()) == []
        with pytest.raises(Case.DoesNotExist):
            queries.case_of(user=stranger, case_id=case.pk)


def test_more_pages_than_a_case_takes_are_refused_whole(opened: Open, paper: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_PAGES", 2)
    case = opened(files=[paper])
    assert services.add(case=case, files=[paper], now=clock.now()) == 1
    with pytest.raises(TooManyPages):
        services.add(case=case, files=[paper], now=clock.now())
    assert [page.page for page in case.evidence.all()] == [1, 2]
