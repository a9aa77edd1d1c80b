"""What is kept of a case, for how long, and what is left of it: shredding, one's own data, the end of an account."""

from datetime import timedelta

import pytest
from django.conf import settings
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import Sitting, WorkOff
from portal.tests.operations.conftest import WORDS, Open

from guildmark.rules.case import CaseKind, Outcome, Standing
from guildmark_portal import clock
from guildmark_portal.accounts import deletion
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.identity import vault
from guildmark_portal.identity.sealed import DataKey, Sealed
from guildmark_portal.operations import queries, services, shredding
from guildmark_portal.operations.granting import take_back
from guildmark_portal.operations.looking import conversation, own_words, page_of, words_of
from guildmark_portal.operations.models import Answer, Case, Evidence, Look
from guildmark_portal.operations.own_data import export, pages

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def answer(case: Case, by: User) -> Answer:
    return services.answer(case=case, by=by, outcome=Outcome.REFUSED, text="Your asthma is no reason.", now=clock.now())


@pytest.mark.usefixtures("data_dir")
def test_x16_words_answer_and_evidence_are_shredded_at_the_end_of_their_days_and_the_facts_stay(
    opened: Open,
    examiner: User,
    paper: bytes,
    stopped_clock: StoppedClock,
    work_off: WorkOff,
    django_capture_on_commit_callbacks: object,
) -> None:
    case = opened(CaseKind.ACCOMMODATION, files=[paper])
    given = answer(case, examiner)
    due = shredding.due_at(queries.case_with(case.pk))
    assert due == stopped_clock.at + timedelta(days=settings.IDENTITY_RETENTION_DAYS)
    stopped_clock.at = due - SECOND
    work_off()
    assert own_words(case.words) == WORDS
    stopped_clock.at = due
    with django_capture_on_commit_callbacks(execute=True):
        work_off()
    assert (own_words(case.words), own_words(given.words), DataKey.objects.count()) == (None, None, 0)
    with pytest.raises(vault.Shredded):
        page_of(evidence=Evidence.objects.get(), viewer=examiner, now=clock.now())
    assert not any(vault.path_of(one).exists() for one in shredding.records_of(case))
    stands = queries.stands(queries.case_with(case.pk), now=clock.now())
    assert (stands.standing, stands.outcome) == (Standing.ANSWERED, Outcome.REFUSED)
    assert Entry.objects.get(action="case.shredded").detail == {"records": 3}


def test_x16_what_is_said_later_is_shredded_with_its_case_and_what_is_said_after_its_end_so_long_after(
    opened: Open, examiner: User, stopped_clock: StoppedClock, work_off: WorkOff, candidate: User
) -> None:
    case = opened(CaseKind.ACCOMMODATION)
    services.add(case=case, text="More.", now=clock.now())
    services.answer(
        case=case, by=examiner, outcome=Outcome.GRANTED, text="Yes.", now=clock.now(), accommodated=services.Accommodated(25)
    )
    stopped_clock.advance(24 * 3600)
    take_back(case=case, number=candidate.accommodations.get().pk, reason="A mistake.", actor=examiner, now=clock.now())
    assert [one["written"] for one in export(candidate)[0]["messages"]] == ["More.", "A mistake."]
    for left in ([None, "A mistake."], [None, None]):
        stopped_clock.advance((settings.IDENTITY_RETENTION_DAYS - 1) * 24 * 3600 if left[1] else 24 * 3600)
        work_off()
        assert [one.words for one in conversation(case)] == left


def test_x16_a_case_that_waits_is_kept_until_it_is_answered(
    opened: Open, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    waits, withdrawn = opened(), opened()
    services.withdraw(case=withdrawn, now=clock.now())
    stopped_clock.advance(400 * 24 * 3600)
    work_off()
    assert (own_words(waits.words), own_words(withdrawn.words)) == (WORDS, None)


def test_one_reads_out_everything_that_one_wrote_and_was_answered(
    opened: Open, candidate: User, examiner: User, paper: bytes
) -> None:
    case = opened(CaseKind.ACCOMMODATION, files=[paper])
    words_of(case=case, viewer=examiner, now=clock.now())
    answer(case, examiner)
    (told,) = export(candidate)
    ((name, content),) = pages(candidate)
    assert (told["kind"], told["stands"], told["written"]) == ("accommodation", "answered", WORDS)
    assert (told["answer"]["outcome"], told["answer"]["written"]) == ("refused", "Your asthma is no reason.")
    assert (told["evidence"], content[:3]) == ([f"cases/{name}"], b"\xff\xd8\xff")
    assert told["looks"] == [{"at": clock.now().isoformat(), "page": 0}]


def test_a_stranger_reads_out_nothing_of_it(opened: Open, stranger: User, paper: bytes) -> None:
    opened(files=[paper])
    assert (export(stranger), list(pages(stranger))) == ([], [])


def test_with_the_account_everything_of_its_cases_goes(
    running: Sitting,
    opened: Open,
    candidate: User,
    stranger: User,
    examiner: User,
    paper: bytes,
    work_off: WorkOff,
    django_capture_on_commit_callbacks: object,
) -> None:
    mine, other = opened(attempt=running.attempt, files=[paper]), opened(user=stranger)
    page_of(evidence=mine.evidence.get(), viewer=examiner, now=clock.now())
    answer(mine, examiner)
    sealed = shredding.records_of(mine)
    running.finish()
    work_off()
    with django_capture_on_commit_callbacks(execute=True):
        deletion.delete(user=candidate)
    assert [Case.objects.get(), Answer.objects.count(), Look.objects.count()] == [other, 0, 0]
    assert (Sealed.objects.filter(pk__in=sealed).count(), len(sealed)) == (0, 3)
    assert [one for one in sealed if vault.path_of(one).exists()] == []
    assert own_words(other.words) == WORDS
    work_off()  # a reminder of a case that is gone finds nothing to do


def test_whoever_answered_can_leave_and_the_answer_stays(opened: Open, examiner: User, staff: User, candidate: User) -> None:
    case = opened()
    answer(case, examiner)
    deletion.delete(user=examiner)
    case = queries.case_with(case.pk)
    assert (case.answer.by.name, own_words(case.answer.words)) == ("", "Your asthma is no reason.")
