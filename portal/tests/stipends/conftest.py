"""A live exam with stipends, an application, and those who decide."""

from collections.abc import Callable

import pytest
from django.test import Client
from portal.tests.accounts.conftest import letters, signed_in
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.exams.conftest import MakeBank, make_bank, work_off
from portal.tests.exams.paid_exam import published

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Program
from guildmark_portal.stipends.applying import Words, apply
from guildmark_portal.stipends.models import Application

__all__ = ["CRITERIA", "WORDS", "Applied", "letters", "make_bank", "work_off"]

Applied = Callable[..., Application]
WORDS = Words("I teach, and prepare since spring.", "I earn little, and can carry 20 USD.")
CRITERIA = ("need", "reasons", "readiness")


@pytest.fixture
def live(make_bank: MakeBank, stopped_clock: StoppedClock, db: None) -> Program:
    return published(make_bank(visibility="private"))


@pytest.fixture
def applied(live: Program, candidate: User) -> Applied:
    def make(user: User | None = None, **changed: object) -> Application:
        return apply(user=user or candidate, program=live, **{"words": WORDS, "now": clock.now(), **changed})

    return make


@pytest.fixture
def support(db: None) -> User:
    return person_with("support")


@pytest.fixture
def desk(support: User, stopped_clock: StoppedClock) -> Client:
    return signed_in(support, minutes_ago=1)


@pytest.fixture
def own(candidate: User, stopped_clock: StoppedClock) -> Client:
    return signed_in(candidate, minutes_ago=1)
