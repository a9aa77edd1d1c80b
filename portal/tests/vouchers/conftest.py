"""A live exam for a fee of 100 USD, and vouchers for it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.exams.conftest import MakeBank, make_bank, work_off
from portal.tests.exams.paid_exam import published

from guildmark.rules.voucher import VoucherKind, VoucherValue
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Program
from guildmark_portal.vouchers.making import Plan, code_of, make
from guildmark_portal.vouchers.models import Batch

__all__ = ["FULL", "HALF", "Made", "another", "make_bank", "work_off"]

Made = Callable[..., Batch]
FULL = VoucherValue(VoucherKind.FULL)
HALF = VoucherValue.share(50)


@pytest.fixture
def live(make_bank: MakeBank, stopped_clock: StoppedClock, db: None) -> Program:
    return published(make_bank(visibility="private"))


@pytest.fixture
def made(live: Program) -> Made:
    """A batch: full vouchers for the live exam, unless told otherwise."""

    def make_one(**changed: Any) -> Batch:
        plan = {"name": "Class of 2030", "value": FULL, "program": live, **changed}
        return make(plan=Plan(**plan), actor="tests", now=clock.now())

    return make_one


def code(batch: Batch, number: int = 1) -> str:
    return code_of(batch.vouchers.get(number=number))


def another(slug: str, **policy: Any) -> Program:
    """Another live program with a fee, without an exam yet."""
    document = {"identity_check": "none", "registration": {"identity": False, "handbook": False}, **policy}
    return Program.objects.create(slug=slug, title=slug.title(), kind="live", policy_document=document, created_at=clock.now())


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
