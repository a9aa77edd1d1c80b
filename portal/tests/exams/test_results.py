"""A result is what was decided; what comes later is written beside it, and said."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.mail import EmailMessage
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import MakeBank, Sitting, WorkOff
from portal.tests.exams.test_grading import report

from guildmark.protocol import AttemptState, ExamKind
from guildmark_portal import clock
from guildmark_portal.accounts import deletion
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.engine.state import attempt_state, submission_state
from guildmark_portal.exams import queries, retakes, services
from guildmark_portal.exams.models import Attempt, Decision, Report, Revision, Submission
from guildmark_portal.exams.personal_data import export

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("grading_service")]


def state(sitting: Sitting) -> AttemptState:
    return attempt_state(sitting.attempt, now=clock.now())


def points(sitting: Sitting) -> float:
    return state(sitting).result.points


def grade_again(submission: Submission, score: int, *, digest: str = "e") -> Report:
    return services.record_report(submission=submission, report=report(score, digest * 64), now=clock.now())


@pytest.fixture
def decided(running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff) -> Sitting:
    """A failure with 4 of 5 in the category that is worth 50 points, full scores beside it: 90 less 0.1 would be none."""
    running.submit("category1", b"score 5 one")
    running.submit("category3", b"score 4 three")
    work_off()
    running.finish()
    work_off()
    stopped_clock.advance(60)
    return running


def third(sitting: Sitting) -> Submission:
    return Submission.objects.get(attempt=sitting.id, category="category3")


def test_x12_a_worse_report_after_the_decision_changes_nothing(
    decided: Sitting, work_off: WorkOff, mailoutbox: list[EmailMessage]
) -> None:
    grade_again(third(decided), 0)
    work_off()
    found = submission_state(third(decided), now=clock.now())
    assert (points(decided), found.report.score, found.counts) == (60.0, 4, True)
    assert (Report.objects.count(), Revision.objects.count(), len(mailoutbox)) == (3, 0, 1)


def test_x12_a_better_report_raises_by_a_revision_beside_the_decision(decided: Sitting, work_off: WorkOff) -> None:
    better = grade_again(third(decided), 5)
    assert points(decided) == 60.0
    work_off()
    assert (points(decided), submission_state(third(decided), now=clock.now()).report.score) == (70.0, 5)
    (decision,), (revision,) = Decision.objects.all(), Revision.objects.all()
    assert (decision.points, decision.counted["category3"]["score"]) == (60, 4)
    assert (revision.number, revision.points, revision.counted["category3"]["report"]) == (1, 70, better.pk)
    assert revision.counted["category1"] == decision.counted["category1"]


def test_x12_a_revision_is_said_by_mail_and_in_the_audit(
    decided: Sitting, work_off: WorkOff, mailoutbox: list[EmailMessage]
) -> None:
    grade_again(third(decided), 5)
    for _ in range(2):
        work_off()
    letter = mailoutbox[-1]
    assert (len(mailoutbox), letter.subject) == (2, "Your result rose: Tiny exam")
    assert "rose from 60 to 70 of 100 points" in letter.body
    assert "◆◆◆◆◆  5/5  3. Area 3" in letter.body
    entry = Entry.objects.get(action="attempt.revised")
    assert entry.detail == {"revision": 1, "passed": False, "points": 70.0, "points_before": 60.0}


def test_x12_revisions_follow_each_other(running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff) -> None:
    submission = running.submit("category3", b"score 1 three")
    work_off()
    running.finish()
    work_off()
    for score, digest in ((2, "1"), (4, "2"), (3, "3")):
        stopped_clock.advance(60)
        grade_again(submission, score, digest=digest)
        work_off()
    assert list(Revision.objects.values_list("number", "points")) == [(1, 20), (2, 40)]
    assert points(running) == 40.0


def test_x12_a_revision_to_a_pass_earns_the_certificate_and_ends_the_wait(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff, mailoutbox: list[EmailMessage]
) -> None:
    for number, score in ((1, 5), (2, 5), (3, 3)):
        running.submit(f"category{number}", f"score {score} {number}".encode())
    work_off()
    running.finish()
    work_off()
    program = running.attempt.program
    assert retakes.failures(user=running.user, program=program, now=clock.now()) == (running.attempt.finished_at,)
    stopped_clock.advance(60)
    grade_again(third(running), 5)
    work_off()
    certificate = Certificate.objects.get()
    assert (state(running).result.passed, state(running).result.certificate) == (True, certificate.identifier)
    assert (certificate.document["points"], certificate.issued_on) == (100.0, running.attempt.finished_at.date())
    assert retakes.failures(user=running.user, program=program, now=clock.now()) == ()
    assert [one.passed for one in queries.attempts_of(user=running.user, now=clock.now())] == [True]
    assert (mailoutbox[-2].subject, certificate.identifier in mailoutbox[-2].body) == ("You passed: Tiny exam", True)


def test_x12_what_was_decided_before_keeps_what_counted_then(decided: Sitting) -> None:
    (decision,) = Decision.objects.all()
    Decision.objects.update(counted={})
    import_module("guildmark_portal.exams.migrations.0005_frozen_decisions").keep_what_counted(apps, None)
    assert Decision.objects.get().counted == decision.counted
    assert points(decided) == 60.0


def test_a_list_of_attempts_reads_revisions_at_once(
    decided: Sitting, work_off: WorkOff, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(8):  # type: ignore[operator]
        queries.attempts_of(user=decided.user, now=clock.now())
    grade_again(third(decided), 5)
    work_off()
    with django_assert_num_queries(8):  # type: ignore[operator]
        queries.attempts_of(user=decided.user, now=clock.now())


def test_revisions_are_exported_and_deleted_with_the_account(decided: Sitting, work_off: WorkOff) -> None:
    grade_again(third(decided), 5)
    work_off()
    (attempt,) = export(decided.user)["attempts"]
    assert [one["points"] for one in attempt["revisions"]] == [70]
    deletion.delete(user=decided.user)
    assert (Attempt.objects.count(), Revision.objects.count()) == (0, 0)


def test_c2_the_letter_is_in_the_candidates_language_titles_too(
    make_bank: MakeBank, candidate: User, stopped_clock: object, work_off: WorkOff, mailoutbox: list[EmailMessage]
) -> None:
    categories = [
        {"id": f"category{number}", "title": {"en": f"Area {number}", "ko": f"영역 {number}"}, "weight": weight}
        for number, weight in ((1, 20), (2, 30), (3, 50))
    ]
    bank = make_bank(title={"en": "Tiny exam", "ko": "작은 시험"}, languages=["en", "ko"], categories=categories)
    services.publish(bank.folder, ExamKind.DEMO, "tests")
    User.objects.filter(pk=candidate.pk).update(language="ko")
    Sitting(candidate, "tiny-demo").prepare().begin().finish()
    work_off()
    (letter,) = mailoutbox
    assert ("작은 시험" in letter.subject, "1. 영역 1" in letter.body) == (True, True)
