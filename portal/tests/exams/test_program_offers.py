"""What pages say of levels, languages, windows and pilots (rules P2, P9)."""

from datetime import UTC, datetime

import pytest
from django.core import mail
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import StoppedClock
from portal.tests.operations.conftest import text

from guildmark.protocol import ExamKind
from guildmark.rules.exam_stage import Stage
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import pilots, services
from guildmark_portal.exams.models import ExamVersion, Program

from .conftest import GradingService, MakeBank, Sitting, WorkOff
from .paid_exam import granted, published, settled

pytestmark = pytest.mark.django_db
OPENS = datetime(2030, 2, 1, 9, tzinfo=UTC)


@pytest.fixture
def program(make_bank: MakeBank, stopped_clock: StoppedClock) -> Program:
    return published(make_bank(visibility="private", languages=["en", "ko"]))


@pytest.fixture
def pilot(program: Program, make_bank: MakeBank, candidate: User) -> ExamVersion:
    """The second version of a live program in its pilot, to which the candidate is invited."""
    bank = make_bank(visibility="private", version="2030.2", pass_mark=50)
    bank.calibrate()
    version = services.publish(bank.folder, program.exam_kind, "tests", to=Stage.PILOT)
    pilots.invite(version=version, emails=[candidate.email], actor="tests", now=clock.now())
    return version


@pytest.mark.usefixtures("program")
def test_p2_p9_the_public_page_says_level_price_languages_and_window(client: Client, make_bank: MakeBank) -> None:
    advanced = make_bank(visibility="private", id="advanced", level="Advanced")
    advanced.calibrate()
    services.publish(advanced.folder, Program.objects.get().exam_kind, "tests")
    services.amend_policy(slug="advanced", assignments=["level_number=2", "requires=tiny"], actor="tests", now=clock.now())
    settled("fee=79.50", "currency=EUR", "opens_at=2030-02-01 09:00", "registration_closes_at=2030-01-31 00:00")
    said = text(client.get("/"))
    assert ["1. Practitioner" in said, "2. Advanced, for holders of a certificate: Tiny exam" in said] == [True, True]
    assert ["79.50 EUR an attempt" in said, "English, 한국어" in said] == [True, True]
    window = ("Begins from", "1 February 2030, 09:00 UTC", "Registration until", "31 January 2030, 00:00 UTC")
    assert [part in said for part in window] == [True] * 4
    assert said.index("1. Practitioner") < said.index("2. Advanced")


def test_p2_after_the_close_of_registration_a_visitor_is_told_so(client: Client, program: Program) -> None:
    assert "Registration for this exam is closed." not in text(client.get("/"))
    settled("registration_closes_at=2030-01-15 12:00")
    assert "Registration for this exam is closed." in text(client.get("/"))


def test_p2_before_the_window_the_page_of_the_exam_has_no_button_and_says_when(
    program: Program, candidate: User, stopped_clock: StoppedClock
) -> None:
    settled("opens_at=2030-02-01 09:00")
    granted(candidate, program)
    page = f"/exam/{Sitting(candidate, 'tiny').id}/"
    said = text(signed_in(candidate).get(page))
    assert ["can be begun from 1 February 2030, 09:00 UTC on" in said, "Start the exam" in said] == [True, False]
    stopped_clock.at = OPENS
    said = text(signed_in(candidate).get(page))
    assert ["can be begun from" in said, "Start the exam" in said] == [False, True]


@pytest.mark.usefixtures("pilot")
def test_p2_the_invited_find_the_pilot_on_their_page_and_nobody_else(candidate: User, stranger: User) -> None:
    for page in ("/exam/", "/"):
        mine, theirs = (text(signed_in(person).get(page)) for person in (candidate, stranger))
        assert ["It tries a version of the exam before it goes live" in said for said in (mine, theirs)] == [True, False]
    signed_in(candidate).post("/exam/", {"program": "tiny"})
    assert candidate.attempts.get().is_pilot


def test_p2_a_program_that_has_only_a_pilot_is_there_for_the_invited(
    make_bank: MakeBank, candidate: User, client: Client
) -> None:
    bank = make_bank(visibility="private", id="expert")
    bank.calibrate()
    version = services.publish(bank.folder, ExamKind.LIVE, "tests", to=Stage.PILOT)
    pilots.invite(version=version, emails=[candidate.email], actor="tests", now=clock.now())
    assert ["Tiny exam" in text(client.get("/")), "Tiny exam" in text(signed_in(candidate).get("/exam/"))] == [False, True]
    assert client.get("/handbook/expert/").status_code == 404


def test_p2_the_result_of_a_pilot_says_what_it_is_on_the_page_and_by_mail(
    pilot: ExamVersion, candidate: User, grading_service: GradingService, work_off: WorkOff
) -> None:
    sitting = Sitting(candidate, "tiny").prepare().begin()
    for number in (1, 2, 3):
        sitting.submit(f"category{number}", f"score 5 {number}".encode())
    work_off()
    sitting.finish()
    work_off()
    said = text(signed_in(candidate).get(f"/exam/{sitting.id}/result/"))
    assert ["Passed" in said, "This was a pilot: there is no certificate." in said, "is being made" in said] == [
        True,
        True,
        False,
    ]
    letter = next(one for one in mail.outbox if "invited" not in one.subject and "Tiny exam" in one.subject)
    assert "This was the pilot of a version that is not live yet: it earns no certificate" in " ".join(letter.body.split())
