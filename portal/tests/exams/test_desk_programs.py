"""Programs and exam versions at the desk: owners act, auditors read, everything is said in words (rules P2, P9)."""

import pytest
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.operations.conftest import text

from guildmark.protocol import ExamKind
from guildmark.rules.exam_stage import Stage
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import services, stages
from guildmark_portal.exams.models import ExamVersion, PilotInvitation, Program
from guildmark_portal.exams.policy import ProgramPolicy
from guildmark_portal.exams.policy_names import NAMES

from .conftest import MakeBank
from .paid_exam import published, settled

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(make_bank: MakeBank, stopped_clock: StoppedClock) -> Program:
    return published(make_bank(visibility="private"))


@pytest.fixture
def draft(program: Program, make_bank: MakeBank) -> ExamVersion:
    """The second version of a live program: calibrated, but for one form that changed since."""
    bank = make_bank(visibility="private", version="2030.2", pass_mark=50)
    bank.calibrate(changed="build")
    return services.publish(bank.folder, ExamKind.LIVE, "guildmark-portal publish", to=Stage.DRAFT)


@pytest.fixture
def desk(staff: User, stopped_clock: StoppedClock) -> Client:
    return signed_in(staff, minutes_ago=1)


def page_of(version: ExamVersion) -> str:
    return f"/desk/programs/versions/{version.pk}/"


def asked(to: str, seen: str = "draft", **more: str) -> dict[str, str]:
    return {"act": "step", "to": to, "seen": seen, "reason": "Looked through by two of us.", **more}


def test_p2_the_page_of_a_version_says_what_the_next_step_lacks(desk: Client, draft: ExamVersion) -> None:
    said = text(desk.get(page_of(draft)))
    assert said.count("the build changed after the calibration") == 4
    assert "Nothing is missing for it." in said  # to be retired


def test_p2_an_owner_takes_a_step_with_a_reason_and_the_page_tells_how_it_came_there(desk: Client, draft: ExamVersion) -> None:
    refused = text(desk.post(page_of(draft), asked("proven")))
    assert ("cannot become proven: first-form: the build changed" in refused, stages.stage_of(draft)) == (True, Stage.DRAFT)
    said = text(desk.post(page_of(draft), asked("proven", override="on"), follow=True))
    assert ["Version 2030.2 is proven." in said, "Looked through by two of us." in said, "Grace Staff" in said] == [True] * 3
    assert "In spite of this: first-form: the build changed after the calibration" in said


def test_p2_who_decides_on_what_somebody_else_changed_meanwhile_is_told(desk: Client, draft: ExamVersion) -> None:
    desk.post(page_of(draft), asked("retired"))
    said = text(desk.post(page_of(draft), asked("proven", override="on")))
    assert stages.stage_of(draft) is Stage.RETIRED
    assert "What may follow" not in said


def test_p2_without_a_reason_nothing_happens(desk: Client, draft: ExamVersion) -> None:
    said = text(desk.post(page_of(draft), asked("retired", reason="")))
    assert ("Say why." in said, stages.stage_of(draft)) == (True, Stage.DRAFT)


def test_p2_an_auditor_reads_and_is_offered_nothing(draft: ExamVersion) -> None:
    browser = signed_in(person_with("auditor"), minutes_ago=1)
    said = text(browser.get(page_of(draft)))
    assert ["2030.2" in said, "Take the step" in said, "Invite them" in said] == [True, False, False]
    assert browser.post(page_of(draft), asked("retired")).status_code == 403
    assert stages.stage_of(draft) is Stage.DRAFT


def test_p2_addresses_are_invited_and_withdrawn(desk: Client, draft: ExamVersion) -> None:
    said = text(
        desk.post(page_of(draft), {"act": "invite", "emails": "a@example.org, b@example.org\nA@example.org"}, follow=True)
    )
    assert ["invited: 2" in said, "a@example.org" in said, "b@example.org" in said] == [True] * 3
    wrong = text(desk.post(page_of(draft), {"act": "invite", "emails": "<script>alert(1)</script>"}))
    assert "No mail address: <script>alert(1)</script>" in wrong
    first = PilotInvitation.objects.get(email="a@example.org")
    said = text(desk.post(page_of(draft), {"act": "withdraw", "invitation": str(first.pk)}, follow=True))
    first.refresh_from_db()
    assert ("The invitation is withdrawn." in said, first.withdrawn_at is None) == (True, False)
    for odd in ("x", "²", "", "99"):
        assert desk.post(page_of(draft), {"act": "withdraw", "invitation": odd}).status_code == 302


def test_p2_what_was_settled_is_told_change_by_change_and_two_are_compared(desk: Client, program: Program) -> None:
    settled("fee=80")
    settled("fee=60", "opens_at=2030-02-01 09:00")
    said = text(desk.get("/desk/programs/tiny/?from=2&to=4"))
    changes = ("the fee for an attempt: 100, now 80", "the fee for an attempt: 80, now 60")
    assert [change in said for change in changes] == [True, True]
    assert "From 2 to 4" in said
    assert "the fee for an attempt: 100, now 60" in said
    assert "from when an attempt is begun: none, now 2030-02-01 09:00 UTC" in said


@pytest.mark.parametrize(
    "asked_for", ["?from=1&to=99", "?from=x&to=1", "?from=1", "?from=²&to=1", "?from=99999999999999999999&to=1"]
)
def test_p2_versions_that_there_are_not_are_compared_with_nothing(desk: Client, program: Program, asked_for: str) -> None:
    answer = desk.get(f"/desk/programs/{program.slug}/{asked_for}")
    assert (answer.status_code, "From 1 to" in text(answer)) == (200, False)


def test_p9_programs_are_listed_by_level_with_price_and_live_version(desk: Client, draft: ExamVersion) -> None:
    said = text(desk.get("/desk/programs/"))
    assert ["1. Practitioner" in said, "100 USD" in said, "2030.1" in said, "2030.2" in said] == [True, True, True, False]


def test_p2_what_is_no_program_and_no_version_is_not_there(desk: Client, draft: ExamVersion) -> None:
    services.publish_practice(actor="tests")
    practice = ExamVersion.objects.get(program__kind="rehearsal")
    for page in (
        "/desk/programs/nothing/",
        "/desk/programs/practice-rehearsal/",
        "/desk/programs/versions/999/",
        page_of(practice),
    ):
        assert desk.get(page).status_code == 404


def test_p2_every_setting_has_a_name_in_words() -> None:
    assert set(NAMES) == set(ProgramPolicy().settings)
