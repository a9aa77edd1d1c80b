"""The candidate's way before a payment: the fee is named, an open order is found again, and what costs nothing comes first."""

from datetime import timedelta

import pytest
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.cohorts.conftest import OPENS_IN, token
from portal.tests.cohorts.conftest import made as cohort_of
from portal.tests.exams.paid_exam import granted, settled, sitting
from portal.tests.operations.conftest import text
from portal.tests.orders.checkout import Checkout
from portal.tests.orders.conftest import ordered
from portal.tests.vouchers.conftest import HALF, Made, code, made

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.cohorts import accepting, importing, roster
from guildmark_portal.cohorts.models import Invitation
from guildmark_portal.exams.models import Program
from guildmark_portal.transfers import giving
from guildmark_portal.transfers.models import Transfer

__all__ = ["made"]
pytestmark = [pytest.mark.django_db, pytest.mark.money]
REGISTER, EXAMS, PAY = "/register/", "/exam/", "/register/pay/"
BUT_THE_FEE = "Everything is there but the fee."


@pytest.fixture
def offered(live: Program, checkout: Checkout, candidate: User, stranger: User) -> Transfer:
    """A right that a stranger offers to the candidate."""
    settled("transfers=payment")
    right = granted(stranger, live)
    return giving.offer(right=right, giver=stranger, address=candidate.email, now=clock.now())


def invited(live: Program, candidate: User) -> Invitation:
    """An invitation to the candidate, which was sent."""
    read = roster.read(f"email\n{candidate.email}\n".encode())
    importing.import_roster(cohort=cohort_of(live), roster=read, actor="tests", now=clock.now())
    Invitation.objects.update(sent_at=clock.now())
    return Invitation.objects.get()


def main_button(page: str) -> str:
    """Where the main button of a page leads."""
    return page.partition('<a class="button" href="')[2].partition('"')[0]


def test_g6_the_fee_is_named_with_the_steps_and_beside_the_exam(live: Program, checkout: Checkout, buyer: Client) -> None:
    settled("registration.handbook=on")
    shown = [text(buyer.get(page)) for page in (REGISTER, EXAMS)]
    assert ["Fee for one attempt100 USD" in page for page in shown] == [True, True]
    assert [BUT_THE_FEE in page for page in shown] == [False, False]


def test_g6_once_every_step_is_done_both_pages_say_that_the_fee_is_left(
    live: Program, checkout: Checkout, buyer: Client
) -> None:
    settled("registration.profile=on")
    for page, sent in (
        ("name", {"name": "Ada Lovelace"}),
        ("address/?country=GB", {"region": "", "locality": "London", "postal_code": "N1", "street": "1 Street"}),
        ("person", {"stated": "on"}),
    ):
        buyer.post(f"{REGISTER}{page}{'' if '?' in page else '/'}", sent)
    pages = [buyer.get(page) for page in (REGISTER, EXAMS)]
    assert [BUT_THE_FEE in text(page) for page in pages] == [True, True]
    assert [main_button(page.content.decode()).partition("?")[0] for page in pages] == [PAY, PAY]


def test_g6_a_kept_voucher_and_an_open_order_show_what_is_left(
    live: Program, made: Made, checkout: Checkout, buyer: Client, candidate: User
) -> None:
    written = code(made(value=HALF))
    buyer.get(f"/register/voucher/{written}/")
    assert ["To be paid50 USD" in text(buyer.get(page)) for page in (REGISTER, EXAMS)] == [True, True]
    order = ordered(candidate, live, code=written)
    shown = buyer.get(EXAMS)
    assert ("To be paid50 USD" in text(shown), f'href="/orders/{order.pk}/">Not paid yet' in shown.content.decode()) == (
        True,
        True,
    )


def test_g6_nothing_of_a_fee_is_said_to_whoever_holds_the_right(
    live: Program, checkout: Checkout, buyer: Client, candidate: User
) -> None:
    granted(candidate, live)
    unowed = ["Fee for one attempt" in text(buyer.get(page)) for page in (REGISTER, EXAMS)]
    attempt = sitting(candidate, live)
    unowed.append("its fee" in text(buyer.get(REGISTER)))
    attempt.prepare().begin()
    unowed.append("its fee" in text(buyer.get(REGISTER)))
    assert unowed == [False] * 4


def test_g6_an_offer_that_waits_comes_before_the_payment(offered: Transfer, buyer: Client) -> None:
    shown = buyer.get(REGISTER)
    assert main_button(shown.content.decode()) == f"/transfers/{offered.pk}/"
    said = ("gives you the right to sit", "Go on to payment", "Fee for one attempt", BUT_THE_FEE)
    assert [word in text(shown) for word in said] == [True, True, False, False]
    assert buyer.post(EXAMS, {"program": "tiny"})["Location"] == f"{REGISTER}?program=tiny"
    buyer.post(f"/transfers/{offered.pk}/", {"act": "accept"})
    assert main_button(buyer.get(REGISTER).content.decode()) == EXAMS


def test_g6_the_steps_come_before_the_offer_can_be_accepted(offered: Transfer, buyer: Client) -> None:
    settled("registration.handbook=on")
    shown = buyer.get(REGISTER)
    assert main_button(shown.content.decode()).startswith("/handbook/tiny/")
    assert "See the offer" in text(shown)
    settled("registration.handbook=off", "registration.identity=on", "identity_check=reviewed")
    assert main_button(buyer.get(REGISTER).content.decode()) == f"/transfers/{offered.pk}/"


def test_p9_an_invitation_that_waits_comes_before_the_payment(
    live: Program, checkout: Checkout, buyer: Client, candidate: User
) -> None:
    link = f"/invitation/{token(invited(live, candidate))}/"
    shown = buyer.get(REGISTER)
    assert (main_button(shown.content.decode()), "Fee for one attempt" in text(shown)) == (link, False)
    settled("registration.handbook=on")
    page = buyer.get(REGISTER).content.decode()
    assert (main_button(page).startswith("/handbook/tiny/"), link in page) == (True, True)


def test_x8_the_right_of_a_seat_is_begun_by_the_instant_of_its_window(live: Program, candidate: User, buyer: Client) -> None:
    accepting.accept(token=token(invited(live, candidate)), user=candidate, now=clock.now())
    ends = clock.now() + 2 * OPENS_IN
    written = f'to be begun by <time datetime="{ends.isoformat()}"'
    before = [buyer.get(page).content.decode() for page in (REGISTER, EXAMS)]
    attempt = sitting(candidate, live).id
    after = [buyer.get(page).content.decode() for page in (EXAMS, f"{EXAMS}{attempt}/")]
    assert [written in page for page in (*before, after[0])] == [True, True, True]
    assert ["wherever you are" in page for page in (*before, *after)] == [False] * 4
    assert ends - clock.now() == timedelta(hours=4)


def test_g6_the_right_of_a_payment_is_begun_by_a_day_wherever_one_is(live: Program, candidate: User) -> None:
    granted(candidate, live)
    browser = signed_in(candidate)
    assert ["15 July 2030" in text(browser.get(page)) for page in (REGISTER, EXAMS)] == [True, True]
