"""A live exam for 100 USD, what was bought of it, and people to give it to."""

import pytest
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.exams.conftest import make_bank, work_off
from portal.tests.exams.paid_exam import granted
from portal.tests.vouchers.conftest import live, made

from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Entitlement, Program

__all__ = ["live", "made", "make_bank", "work_off"]


@pytest.fixture
def right(live: Program, candidate: User) -> Entitlement:
    """What the candidate paid for."""
    return granted(candidate, live)


@pytest.fixture
def giver(candidate: User) -> Client:
    return signed_in(candidate, minutes_ago=1)


@pytest.fixture
def taker(stranger: User) -> Client:
    return signed_in(stranger, minutes_ago=1)
