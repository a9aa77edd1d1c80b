"""A candidate who passed the tiny demo exam, and the certificate of it."""

import pytest
from portal.tests.exams.conftest import (
    GradingService,
    Sitting,
    WorkOff,
    bank,
    browser,
    grading_service,
    make_bank,
    running,
    sit,
    work_off,
)
from portal.tests.on_postgresql import NameDatabase, name_database

from guildmark_portal.credentials.models import Certificate

__all__ = ["bank", "browser", "grading_service", "make_bank", "running", "sit", "work_off"]  # fixtures


def pass_exam(sitting: Sitting, work_off: WorkOff) -> Certificate:
    """Hand in full marks and finish; the certificate with everything that belongs to it."""
    for number in (1, 2, 3):
        sitting.submit(f"category{number}", f"score 5 {number}".encode())
    work_off()
    sitting.finish()
    work_off()
    return Certificate.objects.get(attempt=sitting.id, replaces=None)


@pytest.fixture
def passed(running: Sitting, grading_service: GradingService, work_off: WorkOff) -> Certificate:
    return pass_exam(running, work_off)


@pytest.fixture
def database_for() -> NameDatabase:
    """What a portal in a process of its own is to keep its rows in."""
    return name_database
