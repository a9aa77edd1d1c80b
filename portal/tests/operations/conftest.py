"""Cases, those who answer them, and the exams that they are about."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.exams.conftest import (
    GradingService,
    Sit,
    Sitting,
    WorkOff,
    bank,
    grading_service,
    make_bank,
    running,
    sit,
    work_off,
)
from portal.tests.identity.conftest import picture
from portal.tests.web.html_reading import Page

from guildmark.rules.case import CaseKind
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Submission
from guildmark_portal.operations import services
from guildmark_portal.operations.models import Case
from guildmark_portal.operations.services import About

__all__ = ["Open", "bank", "grading_service", "make_bank", "running", "sit", "text", "work_off"]

Open = Callable[..., Case]
WORDS = "The page stood still at noon, because of my asthma."


@pytest.fixture(scope="session")
def paper() -> bytes:
    """A picture of a page."""
    return picture(900, 600)


@pytest.fixture
def examiner(db: None) -> User:
    return person_with("examiner")


@pytest.fixture
def support(db: None) -> User:
    return person_with("support")


@pytest.fixture
def auditor(db: None) -> User:
    return person_with("auditor")


@pytest.fixture
def opened(candidate: User, stopped_clock: object, request: pytest.FixtureRequest) -> Open:
    """Open a case of the candidate's: an incident about nothing in particular, unless told otherwise.

    An appeal is against a result: without an attempt, they sit an exam and finish it at once.
    """

    def make(kind: CaseKind = CaseKind.INCIDENT, *, user: User | None = None, text: str = WORDS, **about: object) -> Case:
        files = about.pop("files", ())
        if kind is CaseKind.APPEAL and not about:
            sit: Sit = request.getfixturevalue("sit")
            about["attempt"] = sit(user or candidate).prepare().begin().finish()
        return services.open_case(
            user=user or candidate, kind=kind, about=About(**about), text=text, files=files, now=clock.now()
        )

    return make


@pytest.fixture
def desk(examiner: User, stopped_clock: StoppedClock) -> Client:
    """The examiner's browser, freshly signed in."""
    return signed_in(examiner, minutes_ago=1)


@pytest.fixture
def graded(running: Sitting, grading_service: GradingService, work_off: WorkOff) -> Submission:
    submission = running.submit("category3", b"score 3 x")
    work_off()
    return submission


def text(answer: HttpResponse) -> str:
    """The words of a page, which is well formed, with nothing inline and a label for every field."""
    assert answer.status_code == 200
    found = Page(answer.content.decode())
    assert (found.problems, found.labels_missing) == ([], [])
    return found.text
