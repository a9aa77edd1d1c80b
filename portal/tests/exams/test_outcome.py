"""What a candidate is told of a decided attempt: skills, what to practise, when to try again, and every change."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.mail import EmailMessage
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import BankFolder, Browser, GradingService, MakeBank, Sitting, WorkOff

from guildmark.packs.bank import BankManifest
from guildmark.protocol import ExamKind, Result
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.engine.deciding import rule
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import services
from guildmark_portal.exams.models import Report, Submission
from guildmark_portal.exams.refusals import RetakeTooEarly
from guildmark_portal.jobs.models import Job
from guildmark_portal.mail import refusals
from guildmark_portal.mail.models import Outcome, Refusal, ToldBy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("grading_service")]
SKILLS = {"first-form": ["B2", "B3"], "second-form": ["B2", "B3"], "third-form": ["B2", "C6"], "fourth-form": ["B2", "E1"]}
Sat = Callable[..., Sitting]


def with_skills(bank: BankFolder) -> BankFolder:
    document = json.loads((bank.folder / "bank.json").read_text())
    for form in document["forms"]:
        form["task"]["skills"] = SKILLS[form["task"]["id"]]
    (bank.folder / "bank.json").write_text(json.dumps(document))
    bank.manifest = BankManifest.model_validate(document)
    return bank


@pytest.fixture
def sat(make_bank: MakeBank, candidate: User, stopped_clock: StoppedClock, work_off: WorkOff) -> Sat:
    """Decided with these scores in the three categories, which are worth 20, 30 and 50; None hands nothing in."""

    def sit(*scores: int | None, waits: str = "14 days, 2 months, 1 year") -> Sitting:
        program = services.publish(with_skills(make_bank()).folder, ExamKind.DEMO, "tests").program
        services.amend_policy(slug=program.slug, assignments=[f"retake_waits={waits}"], actor="tests", now=clock.now())
        sitting = Sitting(candidate, program.slug).prepare().begin()
        for number, score in enumerate(scores, start=1):
            if score is not None:
                sitting.submit(f"category{number}", f"score {score} {number}".encode())
        work_off()
        sitting.finish()
        work_off()
        return sitting

    return sit


def result(sitting: Sitting) -> Result:
    return attempt_state(sitting.attempt, now=clock.now()).result


def test_x12_a_result_shows_every_skill_that_the_drawn_tasks_asked_for(sat: Sat) -> None:
    areas = result(sat(5, 2, None)).skills
    shown = [(one.id, one.title, one.points, one.points_possible, one.hundredths) for area in areas for one in area.skills]
    assert shown == [
        ("B2", "Build, compile and train a model", 32.0, 100, 32),
        ("B3", "Preprocess data for a model", 20.0, 20, 100),
        ("C6", "Load images with ImageDataGenerator or image_dataset_from_directory", 12.0, 30, 40),
        ("E1", "Train, tune and use models of series and sequences", 0.0, 50, 0),
    ]
    assert [(area.id, area.points, area.points_possible) for area in areas] == [
        ("B", 32.0, 100),
        ("C", 12.0, 30),
        ("E", 0.0, 50),
    ]


def test_x12_what_misses_most_points_is_to_be_practised_first(sat: Sat) -> None:
    assert result(sat(5, 2, None)).practise == ("E1", "B2", "C6")


def test_x12_after_full_scores_nothing_is_to_be_practised(sat: Sat) -> None:
    assert result(sat(5, 5, 5)).practise == ()


def test_g8_a_failure_says_from_when_on_it_can_be_tried_again(sat: Sat, stopped_clock: StoppedClock) -> None:
    sitting = sat(5, 2, None)
    again = result(sitting).retake_from
    assert again.isoformat() == "2030-01-29T12:00:00+00:00"
    stopped_clock.at = again
    assert result(sitting).retake_from is None
    Sitting(sitting.user, sitting.program)  # and then it may be


@pytest.mark.parametrize(
    ("wait", "failed", "again"),
    [
        ("1 year", (2028, 2, 29), "2029-02-28T12:00:00+00:00"),
        ("2 months", (2027, 12, 31), "2028-02-29T12:00:00+00:00"),
        ("14 days", (2028, 2, 16), "2028-03-01T12:00:00+00:00"),
    ],
)
def test_g8_a_year_after_29_february(
    sat: Sat, stopped_clock: StoppedClock, wait: str, failed: tuple[int, int, int], again: str
) -> None:
    stopped_clock.at = datetime(*failed, 12, tzinfo=UTC)
    sitting = sat(0, None, None, waits=wait)
    assert result(sitting).retake_from.isoformat() == again
    stopped_clock.at = datetime.fromisoformat(again)
    stopped_clock.advance(-1)
    with pytest.raises(RetakeTooEarly):
        Sitting(sitting.user, sitting.program)
    stopped_clock.advance(1)
    Sitting(sitting.user, sitting.program)


def test_g8_after_a_pass_nobody_waits(sat: Sat) -> None:
    assert result(sat(5, 5, 5)).retake_from is None


def test_x12_the_api_tells_the_same(sat: Sat, browser: Browser, candidate: User) -> None:
    sitting = sat(5, 2, None)
    told = browser(candidate).get(f"/api/v1/attempts/{sitting.id}").json()["result"]
    assert Result.model_validate(told) == result(sitting)
    assert (told["practise"], told["retake_from"]) == (["E1", "B2", "C6"], "2030-01-29T12:00:00Z")


def test_c2_the_letter_of_a_failure_tells_what_to_practise_and_when_to_try_again(
    sat: Sat, mailoutbox: list[EmailMessage]
) -> None:
    sat(5, 2, None)
    (letter,) = mailoutbox
    assert (
        """A pass needs 90 points.

◆◆◆◆◆  5/5  1. Area 1
◆◆◇◇◇  2/5  2. Area 2
◇◇◇◇◇  0/5  3. Area 3

By area of the skills checklist:

◆◇◇◇◇  32 %  Building and training neural networks
◆◆◇◇◇  40 %  Image classification
◇◇◇◇◇  0 %  Time series, sequences and predictions

Practise these skills next:

- E1 Train, tune and use models of series and sequences
- B2 Build, compile and train a model
- C6 Load images with ImageDataGenerator or image_dataset_from_directory

You can try again from 29 January 2030, 12:00 UTC.

If a score is wrong, you can appeal on the page of the result until 29 January 2030, 12:00 UTC.

Every submission"""
        in letter.body
    )


def test_c2_the_html_letter_shows_the_same(sat: Sat, mailoutbox: list[EmailMessage]) -> None:
    sat(5, 2, None)
    ((html, kind),) = mailoutbox[0].alternatives
    assert kind == "text/html"
    said = ("32 %", "Time series, sequences and predictions", "C6 Load images", "29 January 2030, 12:00 UTC")
    assert [words in html for words in said] == [True] * 4


def test_c2_a_pass_leads_to_its_certificate(sat: Sat, mailoutbox: list[EmailMessage]) -> None:
    address = result(sat(5, 5, 5)).certificate_url
    body = mailoutbox[0].body
    assert body.rstrip().endswith(address)
    assert [words in body for words in ("Practise these", "try again")] == [False, False]


def test_c2_a_letter_that_came_back_is_written_afresh_to_the_new_address(
    sat: Sat, mailoutbox: list[EmailMessage], work_off: WorkOff, staff: User
) -> None:
    sitting = sat(5, 2, None)
    job = Job.objects.get(key=f"result:{sitting.id}")
    refusal = Refusal.objects.create(job=job, address=sitting.user.email, told_by=ToldBy.RETURNED, refused_at=clock.now())
    User.objects.filter(pk=sitting.user.pk).update(email="new@example.org")
    assert refusals.settle(number=refusal.pk, outcome=Outcome.RESENT, actor=staff) is True
    work_off()
    assert [letter.to for letter in mailoutbox] == [["candidate@example.org"], ["new@example.org"]]
    assert mailoutbox[0].body == mailoutbox[1].body


def test_c2_without_a_wait_the_letter_says_that_one_can_try_again(sat: Sat, mailoutbox: list[EmailMessage]) -> None:
    sat(None, None, None, waits="none")
    assert "You can try again at any time." in mailoutbox[0].body


def test_x12_a_change_says_what_when_why_and_from_what_to_what(
    sat: Sat, stopped_clock: StoppedClock, grading_service: GradingService, work_off: WorkOff
) -> None:
    sitting = sat(5, 2, 5)
    submission = Submission.objects.get(attempt=sitting.id, category="category2")
    decided_at = stopped_clock.at
    stopped_clock.advance(60)
    grading_service.finds = "score 3"
    services.order_regrade(submission=submission, reason="the last row was left out", actor="tests", now=clock.now())
    work_off()
    stopped_clock.advance(60)
    first = Report.objects.get(submission=submission, regrade=None)
    rule(report=first, reason="The regrade read another file.", actor="tests", now=clock.now())
    found = result(sitting)
    assert (found.points, found.passed, found.decided_at) == (82.0, False, decided_at)
    assert [one.model_dump(exclude={"recorded_at"}) for one in found.revisions] == [
        {
            "reason": "",
            "passed_before": False,
            "passed": False,
            "points_before": 82.0,
            "points": 88.0,
            "changes": ({"number": 2, "title": "Area 2", "before": 2, "after": 3},),
        },
        {
            "reason": "The regrade read another file.",
            "passed_before": False,
            "passed": False,
            "points_before": 88.0,
            "points": 82.0,
            "changes": ({"number": 2, "title": "Area 2", "before": 3, "after": 2},),
        },
    ]
    assert [(one.recorded_at - decided_at).total_seconds() for one in found.revisions] == [60, 120]
