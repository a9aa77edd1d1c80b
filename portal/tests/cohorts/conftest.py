"""A live exam for a fee, and a cohort of three seats that may begin it on one afternoon."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from portal.tests.accounts.conftest import letters, signed_in
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.exams.conftest import MakeBank, make_bank, work_off
from portal.tests.exams.paid_exam import published

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.cohorts import importing, making, roster
from guildmark_portal.cohorts.links import token_of
from guildmark_portal.cohorts.making import Plan
from guildmark_portal.cohorts.models import Cohort, Invitation, Paid
from guildmark_portal.exams.models import Program

__all__ = ["Invited", "letters", "make_bank", "token", "work_off"]

Invited = Callable[..., Invitation]
OPENS_IN = timedelta(hours=2)
"""From the stopped clock's noon."""


@pytest.fixture
def live(make_bank: MakeBank, stopped_clock: StoppedClock, db: None) -> Program:
    return published(make_bank(visibility="private"))


def made(live: Program, *, seats: int = 3, **changed: Any) -> Cohort:
    now = clock.now()
    plan = {
        "name": "Class of 2030",
        "organisation": "Institute of Models",
        "program": live,
        "opens_at": now + OPENS_IN,
        "closes_at": now + 2 * OPENS_IN,
        "spread_minutes": 30,
        **changed,
    }
    cohort = making.make(plan=Plan(**plan), actor="tests", now=now)
    if seats:
        making.add_seats(cohort=cohort, count=seats, paid=Paid.BOUGHT, reference="R-1", actor="tests", now=now)
    return cohort


@pytest.fixture
def cohort(live: Program) -> Cohort:
    return made(live)


@pytest.fixture
def invited(cohort: Cohort) -> Invited:
    """A row of the roster, imported; nobody is mailed."""

    def invite(email: str = "candidate@example.org", cohort: Cohort = cohort, **said: str) -> Invitation:
        written = {"email": email, **said}
        read = roster.read(f"{','.join(written)}\n{','.join(written.values())}\n".encode())
        importing.import_roster(cohort=cohort, roster=read, actor="tests", now=clock.now())
        return Invitation.objects.get(cohort=cohort, email=email.lower())

    return invite


def token(invitation: Invitation) -> str:
    return token_of(Invitation.objects.get(pk=invitation.pk).nonce)


@pytest.fixture
def support(db: None) -> User:
    return person_with("support")


@pytest.fixture
def desk(support: User, stopped_clock: StoppedClock) -> Client:
    """The browser of support, with a fresh sign-in."""
    return signed_in(support, minutes_ago=1)


@pytest.fixture
def own(candidate: User, stopped_clock: StoppedClock) -> Client:
    return signed_in(candidate, minutes_ago=1)
