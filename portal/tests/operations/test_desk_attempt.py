"""An attempt at the desk: what happened, its reports side by side, and regrades, rulings and added time."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.exams.conftest import GradingService, Sitting, WorkOff
from portal.tests.operations.conftest import Open, text

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Credit, Regrade, Report, Revision, Submission
from guildmark_portal.exams.regrading import order_regrade

pytestmark = pytest.mark.django_db


def act(client: Client, given: Submission, /, **form: object) -> str:
    answer = client.post(f"/desk/attempts/{given.attempt_id}/", form, follow=True)
    return text(answer)


def test_it_tells_what_happened_and_shows_every_submission(desk: Client, graded: Submission, opened: Open) -> None:
    opened(attempt=graded.attempt)
    shown = text(desk.get(f"/desk/attempts/{graded.attempt_id}/"))
    told = [
        "Registered",
        "The clock was started",
        "3. Area 3: upload of mymodel.keras opened",
        "3. Area 3: mymodel.keras submitted",
        "3. Area 3: mymodel.keras was graded. 3 of 5",
    ]
    places = [shown.index(one) for one in told]
    assert places == sorted(places)
    assert ("Incident" in shown, "accuracy" in shown.lower(), "Grade it once more" in shown) == (True, True, True)


def test_it_reads_as_often_for_three_submissions_as_for_one(
    desk: Client, running: Sitting, graded: Submission, work_off: WorkOff
) -> None:
    address, counts = f"/desk/attempts/{graded.attempt_id}/", list[int]()
    for number in range(3):
        order_regrade(submission=Submission.objects.first(), reason="A doubt.", actor="tests", now=clock.now())
        work_off()
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(address).status_code == 200
        counts.append(len(captured))
        running.submit("category3", f"score 2 {number}".encode())
        work_off()
    assert counts[2] == counts[1] == counts[0]


@pytest.mark.parametrize("role", ["support", "auditor"])
def test_who_only_reads_is_offered_nothing_and_may_do_nothing(graded: Submission, role: str) -> None:
    client = signed_in(person_with(role), minutes_ago=1)
    shown = text(client.get(f"/desk/attempts/{graded.attempt_id}/"))
    assert [offer for offer in ("Grade it once more", "Add time") if offer in shown] == []
    for act in ("regrade", "rule", "credit"):
        assert client.post(f"/desk/attempts/{graded.attempt_id}/", {"act": act}).status_code == 403


def test_x12_a_regrade_is_ordered_and_its_report_stands_beside_the_first(
    desk: Client, graded: Submission, grading_service: GradingService, work_off: WorkOff, stopped_clock: StoppedClock
) -> None:
    stopped_clock.advance(60)
    why = "The metric left out a row."
    assert "It is being graded once more." in act(desk, graded, act="regrade", submission=graded.pk, reason=why)
    grading_service.finds = "score 4"
    work_off()
    answer = desk.get(f"/desk/attempts/{graded.attempt_id}/")
    assert Regrade.objects.get().reason == why
    assert "regrade: The metric left out a row." in text(answer)
    assert answer.content.decode().count('class="report report-stands"') == 1
    assert sorted(Report.objects.values_list("score", flat=True)) == [3, 4]


def test_x12_a_ruling_says_why_and_revises_the_result(
    desk: Client,
    running: Sitting,
    graded: Submission,
    grading_service: GradingService,
    work_off: WorkOff,
    stopped_clock: StoppedClock,
) -> None:
    running.finish()
    work_off()
    stopped_clock.advance(60)
    act(desk, graded, act="regrade", submission=graded.pk, reason="A doubt.")
    grading_service.finds = "score 1"
    work_off()
    lower = Report.objects.get(score=1)
    assert "Say why." in act(desk, graded, act="rule", report=lower.pk, reason="")
    assert Revision.objects.count() == 0
    ruling = {"act": "rule", "report": lower.pk, "reason": "The file was another one."}
    shown = act(desk, graded, **ruling)
    assert ("This ruling lowers the result: 30 → 10 points. It stays no pass." in shown, Revision.objects.count()) == (True, 0)
    shown = act(desk, graded, **ruling, confirmed="10")
    assert "This report stands now. The result is 10 points, and the candidate was written to." in shown
    assert float(Revision.objects.get().points) == 10.0


def test_x10_time_is_added_while_the_attempt_goes_on_and_refused_afterwards(
    desk: Client, running: Sitting, graded: Submission, work_off: WorkOff
) -> None:
    assert "The time is added" in act(desk, graded, act="credit", minutes=12, reason="The room lost its power.")
    assert "12 min were added. The room lost its power. (Ro Examiner)" in text(desk.get(f"/desk/attempts/{running.id}/"))
    assert (Credit.objects.get().seconds, Credit.objects.get().reason) == (720, "The room lost its power.")
    running.finish()
    work_off()
    shown = act(desk, graded, act="credit", minutes=1, reason="Too late.")
    assert ("This attempt is over" in shown, Credit.objects.count(), "Add time" in shown) == (True, 1, False)


@pytest.mark.parametrize("act", ["rule", "credit"])
def test_a_ruling_and_added_time_wait_for_a_fresh_sign_in(examiner: User, graded: Submission, act: str) -> None:
    client = signed_in(examiner, minutes_ago=60)
    form = {"act": act, "report": Report.objects.get().pk, "minutes": 1, "reason": "x"}
    answer = client.post(f"/desk/attempts/{graded.attempt_id}/", form)
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert Credit.objects.count() == 0


def test_nobody_decides_on_their_own_attempt(desk: Client, graded: Submission, examiner: User) -> None:
    graded.attempt.user = examiner
    graded.attempt.save(update_fields=["user"])
    for form in ({"act": "credit", "minutes": 5}, {"act": "regrade", "submission": graded.pk}):
        shown = act(desk, graded, **form, reason="For me.")
        assert "This is your own attempt: another examiner decides on it." in shown
    assert (Credit.objects.count(), Regrade.objects.count()) == (0, 0)


def test_a_submission_of_another_attempt_is_none_of_this_one(
    desk: Client, graded: Submission, stranger: User, sit: Callable[..., Sitting]
) -> None:
    other = sit(stranger).prepare().begin()
    answer = desk.post(f"/desk/attempts/{other.id}/", {"act": "regrade", "submission": graded.pk, "reason": "x"}, follow=True)
    assert "Choose a submission or a report of this attempt." in text(answer)
    assert Regrade.objects.count() == 0


def test_the_page_follows_by_itself_while_something_is_graded(
    desk: Client, running: Sitting, graded: Submission, work_off: WorkOff
) -> None:
    running.finish()
    work_off()
    address = f"/desk/attempts/{graded.attempt_id}/"
    over = desk.get(address).content.decode()
    act(desk, graded, act="regrade", submission=graded.pk, reason="A doubt.")
    graded_again = desk.get(address).content.decode()
    work_off()
    done = desk.get(address).content.decode()
    assert [" data-follows" in page for page in (over, graded_again, done)] == [False, True, False]
    opened = f'<details id="submission-{graded.pk}" open>'
    assert [opened in page for page in (over, graded_again, done)] == [False, True, False]
    live = re.findall(r'id="([\w-]+)" data-live', graded_again)
    assert live == ["stands", "given-1", "given-2", "given-3", "happened"]
