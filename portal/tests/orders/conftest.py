"""A live exam for 100 USD, a payment provider of our own, and buyers."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.exams.conftest import MakeBank, WorkOff, make_bank, work_off
from portal.tests.exams.paid_exam import published
from portal.tests.orders.checkout import KEY, WEBHOOK_SECRET, Checkout, serving, signature

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Program
from guildmark_portal.orders import opening, paying
from guildmark_portal.orders.models import Order
from guildmark_portal.payments_config import Payments, PaymentSecrets

__all__ = ["make_bank", "work_off"]
TOLD = "/payments/told/"
Deliver = Callable[..., list[int]]


@pytest.fixture
def live(make_bank: MakeBank, stopped_clock: StoppedClock) -> Program:
    """A live exam for a fee."""
    return published(make_bank(visibility="private"))


@pytest.fixture
def checkout(settings) -> Iterator[Checkout]:
    """The provider, which the portal uses."""
    with serving() as account:
        settings.PAYMENTS = Payments("stripe", account.url, account.url)
        settings.PAYMENT_SECRETS = PaymentSecrets(KEY, WEBHOOK_SECRET)
        yield account


@pytest.fixture
def deliver(checkout: Checkout, work_off: WorkOff) -> Deliver:
    """Deliver what waits, or the bodies that are given, and do what follows; the answers' statuses."""

    def delivered(*bodies: bytes) -> list[int]:
        chosen = bodies or tuple(checkout.outbox)
        checkout.outbox = [body for body in checkout.outbox if body not in chosen]
        answers = [post(body).status_code for body in chosen]
        work_off()
        return answers

    return delivered


def post(body: bytes, *, signed: str | None = None):  # type: ignore[no-untyped-def]
    """One message, as the provider sends it."""
    header = signature(body, at=clock.now().timestamp()) if signed is None else signed
    return Client().post(TOLD, body, content_type="application/json", headers={"stripe-signature": header})


@pytest.fixture
def buyer(candidate: User) -> Client:
    """The candidate's browser."""
    return signed_in(candidate, minutes_ago=1)


@pytest.fixture
def desk(stopped_clock: StoppedClock) -> Client:
    """Support, with a fresh sign-in."""
    return signed_in(person_with("support"), minutes_ago=1)


def ordered(user: User, program: Program, **terms: str) -> Order:
    return opening.open_order(user=user, program=program, now=clock.now(), **terms)


def sent_to_pay(order: Order) -> str:
    """The number of the page of payment to which the buyer is sent."""
    assert order.user is not None
    return paying.pay(order=order, user=order.user, now=clock.now()).rpartition("/")[2]
