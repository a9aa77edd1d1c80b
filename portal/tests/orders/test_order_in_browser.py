"""In a real browser, on a phone: a voucher pays a part, the rest is paid on the provider's page (rule G6)."""

import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from portal.tests.exams.conftest import make_bank
from portal.tests.orders.checkout import KEY, WEBHOOK_SECRET, Checkout, serving, signature
from portal.tests.platform.conftest import ServedPortal, made_once, portal_env
from portal.tests.stipends.test_stipend_in_browser import SOON_MS, browser, faults, fits, half, initialised, owner_at, window

from guildmark_portal import clock

__all__ = ["browser", "faults", "half", "initialised", "made_once", "make_bank", "portal_env", "window"]

pytestmark = pytest.mark.flows


@pytest.fixture
def account() -> Iterator[Checkout]:
    with serving() as checkout:
        yield checkout


@pytest.fixture
def served(initialised: Path, portal_env: dict[str, str], half: str, account: Checkout) -> Iterator[ServedPortal]:
    config = initialised / "portal.toml"
    table = f'\n[payments]\nmode = "stripe"\nurl = "{account.url}"\npages = "{account.url}"\n'
    config.write_text(config.read_text() + table)
    keys = {"GUILDMARK_PAYMENTS_KEY": KEY, "GUILDMARK_PAYMENTS_WEBHOOK_SECRET": WEBHOOK_SECRET}
    portal = ServedPortal(initialised, {**portal_env, **keys})
    yield portal
    portal.stop()


def deliver(account: Checkout, served: ServedPortal) -> None:
    """Every message twice, the newest first."""
    for body in reversed(account.outbox * 2):
        headers = {"Stripe-Signature": signature(body, at=clock.now().timestamp()), "Content-Type": "application/json"}
        told = urllib.request.Request(f"{served.url}/payments/told/", body, headers)  # noqa: S310 - a portal on loopback
        with urllib.request.urlopen(told) as answer:  # noqa: S310 - as above
            assert answer.status == 200
    account.outbox.clear()


def signed_up(page: Page, served: ServedPortal, address: str) -> Page:
    page.goto("/accounts/signup/?next=/register/")
    page.get_by_label("Email").fill(address)
    page.get_by_label("Name").fill("Ada Lovelace")
    page.get_by_role("button", name="Create the account").click()
    page.get_by_label("Code").fill(served.code_for(address))
    page.get_by_role("button", name="Continue").click()
    return page


@pytest.mark.timeout(600)
def test_g6_a_voucher_pays_a_part_and_the_rest_is_paid_by_card_after_a_change_of_mind(
    served: ServedPortal, window: Callable[[], Page], account: Checkout, half: str, faults: list[str]
) -> None:
    expect.set_options(timeout=SOON_MS)
    ada = signed_up(window(), served, "ada@example.org")
    ada.get_by_role("link", name="Go on to payment").click()
    expect(ada.get_by_role("button", name="Order and pay 100 USD")).to_be_visible()
    assert fits(ada)
    ada.get_by_role("link", name="I have a voucher").click()
    ada.get_by_label("Code of the voucher").fill(half)
    ada.get_by_role("button", name="Use the voucher").click()
    ada.get_by_role("link", name="Go on").click()
    ada.get_by_role("button", name="Order and pay 50 USD").click()
    ada.get_by_role("button", name="Cancel").click()
    expect(ada.get_by_text("You have not paid.")).to_be_visible()
    assert fits(ada)
    comes_back_as_paid(ada)
    ada.get_by_role("button", name="Pay 50 USD").click()
    expect(ada.get_by_text("5000 usd")).to_be_visible()
    ada.get_by_role("button", name="Pay").click()
    expect(ada.get_by_text("You have the right to sit it")).to_be_visible()  # no message came: the page had it asked
    assert fits(ada)
    deliver(account, served)
    ada.goto("/orders/")
    expect(ada.get_by_text("Paid")).to_be_visible()
    ada.goto("/exam/")
    ada.get_by_role("button", name="Register for the exam").click()
    expect(ada.get_by_text("The clock does not run").or_(ada.get_by_text("clock")).first).to_be_visible()

    owner = owner_at("/desk/orders/", window(), served)
    owner.get_by_label("Name, email address").fill("ada@")
    owner.get_by_role("button", name="Find them").click()
    owner.get_by_role("link", name="ada@example.org").click()
    owner.get_by_label("The reason").fill("The exam was cancelled.")
    assert fits(owner)
    owner.get_by_role("button", name="Pay it back").click()
    expect(owner.get_by_text("the money goes back")).to_be_visible()
    ada.goto("/orders/")
    ada.get_by_role("link", name="Tiny exam").click()
    expect(ada.get_by_text("Paid back").first).to_be_visible()
    assert (len(account.sessions), len(account.intents), faults) == (1, 1, [])


def comes_back_as_paid(page: Page) -> None:
    """Nothing is offered to be paid once more, for a minute."""
    page.clock.install()
    page.goto(page.url.replace("cancelled", "paid"))
    pays = page.get_by_role("button", name="Pay 50 USD")
    expect(page.get_by_text("We are asking the payment provider")).to_be_visible()
    expect(pays).to_be_hidden()
    page.clock.fast_forward(61_000)
    expect(pays).to_be_visible()
    assert fits(page)


def paid(page: Page) -> None:
    page.goto("/register/pay/")
    page.get_by_role("button", name="Order and pay 100 USD").click()
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_text("You have the right to sit it")).to_be_visible()


@pytest.mark.timeout(600)
def test_g6_a_right_is_given_to_somebody_who_accepts_it_and_another_is_paid_back(
    served: ServedPortal, window: Callable[[], Page], account: Checkout, faults: list[str]
) -> None:
    expect.set_options(timeout=SOON_MS)
    ada, bob = signed_up(window(), served, "ada@example.org"), window()
    paid(ada)
    ada.goto("/exam/")
    ada.get_by_role("link", name="Give it to somebody else").click()
    ada.get_by_label("Email address of the other person").fill("bob@example.org")
    assert fits(ada)
    ada.get_by_role("button", name="Offer it").click()
    expect(ada.get_by_text("Waits for an answer")).to_be_visible()
    assert fits(ada)
    signed_up(bob, served, "bob@example.org").goto("/exam/")
    bob.get_by_role("link", name="See the offer").click()
    assert fits(bob)
    bob.get_by_role("button", name="Accept it").click()
    expect(bob.get_by_text("The right to sit is yours now.")).to_be_visible()
    ada.goto("/orders/")
    ada.get_by_role("link", name="Tiny exam").click()
    expect(ada.get_by_text("Ask for the money back")).to_have_count(0)
    paid(ada)
    ada.get_by_role("link", name="Ask for the money back").click()
    assert fits(ada)
    ada.get_by_role("button", name="return 100 USD").click()
    expect(ada.get_by_text("your money is on its way back")).to_be_visible()
    expect(ada.get_by_text("Paid back").first).to_be_visible()
    assert fits(ada)
    assert (sorted(one["amount"] for one in account.refunds.values()), faults) == ([10_000], [])
