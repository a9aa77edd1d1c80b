"""How far everybody is, for the teacher: every step, results as the program tells them, and no query a person (rule P9)."""

import csv
import io
from collections.abc import Callable

import pytest
from django.test.utils import CaptureQueriesContext
from portal.tests.accounts.conftest import signed_in
from portal.tests.cohorts.conftest import OPENS_IN, Invited, token
from portal.tests.conftest import StoppedClock, _account
from portal.tests.exams.conftest import GradingService, Sitting, WorkOff, grading_service
from portal.tests.exams.paid_exam import settled, sitting

from guildmark.protocol import REHEARSAL_PROGRAM
from guildmark_portal import clock
from guildmark_portal.accounts import deletion, personal_data
from guildmark_portal.accounts.models import User
from guildmark_portal.cohorts import accepting, inviting, making
from guildmark_portal.cohorts.models import Cohort, Invitation, Taking, Teacher
from guildmark_portal.cohorts.progress import Reached, progress_of
from guildmark_portal.cohorts.sheet import sheet
from guildmark_portal.exams import services

__all__ = ["grading_service"]

pytestmark = [pytest.mark.django_db, pytest.mark.money]


def reached(cohort: Cohort) -> Reached:
    return progress_of(Cohort.objects.select_related("program").get(pk=cohort.pk)).lines[0].reached


def test_p9_every_step_of_a_person_is_seen(
    cohort: Cohort,
    invited: Invited,
    candidate: User,
    grading_service: GradingService,
    work_off: WorkOff,
    stopped_clock: StoppedClock,
) -> None:
    invitation = invited()
    seen = [reached(cohort)]
    inviting.invite(cohort=cohort, actor="tests", now=clock.now())
    work_off()
    seen.append(reached(cohort))
    accepting.accept(token=token(invitation), user=candidate, now=clock.now())
    seen.append(reached(cohort))
    ready = sitting(candidate, cohort.program).prepare()
    stopped_clock.advance(OPENS_IN.total_seconds())
    services.publish_practice(actor="tests")
    Sitting(candidate, REHEARSAL_PROGRAM).prepare().begin().submit("category1", b"score 5 of practice")
    seen.append(reached(cohort))
    ready.begin()
    seen.append(reached(cohort))
    for category in ("category1", "category2", "category3"):
        ready.submit(category, f"score 5 of {category}".encode())
    seen.append(reached(cohort))
    ready.finish()
    work_off()
    seen.append(reached(cohort))
    assert seen == [
        Reached.IMPORTED,
        Reached.INVITED,
        Reached.ACCEPTED,
        Reached.REHEARSED,
        Reached.STARTED,
        Reached.SUBMITTED,
        Reached.FINISHED,
    ]
    told = []
    for setting in ("nothing", "passed", "points"):
        settled(f"teachers_see={setting}")
        found = progress_of(Cohort.objects.select_related("program").get())
        line, rows = found.lines[0], list(csv.DictReader(io.StringIO(sheet(found).removeprefix("\ufeff"))))
        told.append((line.passed, line.points, found.counts["passed"], rows[0].get("passed"), rows[0].get("points")))
    assert told == [(None, None, 0, None, None), (True, None, 1, "yes", None), (True, 100.0, 1, "yes", "100.0")]


@pytest.fixture
def queries_for(cohort: Cohort, invited: Invited, stopped_clock: StoppedClock) -> Callable[[int], int]:
    def count(people: int) -> int:
        from django.db import connection

        for number in range(people):
            user = User.objects.filter(email=f"p{number}@example.org").first() or _account(f"p{number}@example.org", "P")
            accepting.accept(token=token(invited(user.email)), user=user, now=clock.now())
            sitting(user, cohort.program)
        with CaptureQueriesContext(connection) as captured:
            progress_of(cohort)
        return len(captured)

    return count


def test_p9_progress_of_three_takes_no_more_queries_than_that_of_one(queries_for: Callable[[int], int]) -> None:
    assert queries_for(1) == queries_for(3)


def test_p9_no_field_of_the_sheet_is_a_formula(cohort: Cohort, invited: Invited) -> None:
    invited("b@example.org")
    Invitation.objects.update(name='=HYPERLINK("https://evil.example")', email="+1@example.org")
    row = next(csv.DictReader(io.StringIO(sheet(progress_of(cohort)).removeprefix("\ufeff"))))
    assert (row["email"], row["name"]) == ("'+1@example.org", '\'=HYPERLINK("https://evil.example")')


def test_p9_a_teacher_sees_their_own_cohorts_alone(
    cohort: Cohort, invited: Invited, candidate: User, stranger: User, stopped_clock: StoppedClock
) -> None:
    invited("b@example.org")
    making.appoint(cohort=cohort, email=stranger.email.upper(), actor="tests", now=clock.now())
    pages = [f"/cohorts/{cohort.pk}/", f"/cohorts/{cohort.pk}/progress.csv"]
    answers = [[signed_in(user).get(page).status_code for page in pages] for user in (stranger, candidate)]
    shown = signed_in(stranger).get(pages[0]).content.decode()
    assert (answers, "b@example.org" in shown, 'value="withdraw"' in shown) == ([[200, 200], [404, 404]], True, False)
    assert "/cohorts/" in signed_in(stranger).get("/account/").content.decode()
    making.dismiss(teacher=Teacher.objects.get(), actor="tests", now=clock.now())
    assert [signed_in(stranger).get(page).status_code for page in pages] == [404, 404]


def test_what_is_held_on_somebody_is_read_out_and_goes_with_their_account(
    cohort: Cohort, invited: Invited, candidate: User, stopped_clock: StoppedClock
) -> None:
    accepting.accept(token=token(invited(extra_time="25")), user=candidate, now=clock.now())
    part = next(part for part in personal_data.parts() if part.name == "cohorts")
    (told,) = part.export(candidate)["invitations"]  # type: ignore[call-overload]
    assert (told["cohort"], told["extra_time_percent"], told["seats"][0]["seat__number"]) == ("Class of 2030", 25, 1)
    assert deletion.delete(user=candidate)
    row = Invitation.objects.get()
    assert (row.email, row.name, row.percent, row.user, Taking.objects.filter(given_back_at=None).count()) == (
        "",
        "",
        0,
        None,
        1,
    )
    assert progress_of(cohort).taken == 1


def test_a_row_without_a_seat_goes_with_the_account_of_its_address(
    cohort: Cohort, invited: Invited, candidate: User, stopped_clock: StoppedClock
) -> None:
    invited(candidate.email)
    making.appoint(cohort=cohort, email=candidate.email, actor="tests", now=clock.now())
    deletion.delete(user=candidate)
    assert (Invitation.objects.count(), Teacher.objects.count()) == (0, 0)


def test_p9_a_class_is_listed_by_address_with_its_numbers_counted(cohort: Cohort, invited: Invited) -> None:
    for name in ("s10", "s2", "t1", "s1", "s02b"):
        invited(f"{name}@example.org")
    listed = [line.invitation.email.partition("@")[0] for line in progress_of(cohort).lines]
    assert listed == ["s1", "s2", "s02b", "s10", "t1"]
