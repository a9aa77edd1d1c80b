"""Orders, refunds and disputes as tables for the books: with the provider's numbers, without names, without formulas (G6)."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import person_with
from portal.tests.orders.checkout import Checkout
from portal.tests.orders.conftest import Deliver, ordered, sent_to_pay

from guildmark_portal import clock, spreadsheets
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams.models import Program
from guildmark_portal.orders import books, offline, refunding
from guildmark_portal.orders.models import Order
from guildmark_portal.spreadsheets import defused

pytestmark = [pytest.mark.django_db, pytest.mark.money]
DESK = "/desk/orders/"


def table(desk: Client, book: str, **days: str) -> list[dict[str, str]]:
    answer = desk.get(f"{DESK}{book}.csv", days)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_g6_the_books_hold_every_payment_and_refund_with_the_providers_numbers(
    live: Program, checkout: Checkout, candidate: User, stranger: User, staff: User, desk: Client, deliver: Deliver
) -> None:
    by_card = ordered(candidate, live)
    payment = checkout.pays(sent_to_pay(by_card))
    deliver()
    refunding.refund(order=by_card, reason="Asked.", actor=staff, now=clock.now())
    deliver()
    by_hand = ordered(stranger, live)
    offline.confirm(order=by_hand, reference='=HYPERLINK("x")', actor=staff, now=clock.now())
    ordered(staff, live)
    paid = {row["order"]: row for row in table(desk, "orders")}
    first, second = paid.pop(str(by_card.pk)), paid.pop(str(by_hand.pk))
    assert (first["provider_payment"], first["paid"], first["held"], paid) == (payment, "100.00", "0.00", {})
    assert (second["offline_reference"], second["stands"]) == ('\'=HYPERLINK("x")', "paid")
    (back,) = table(desk, "refunds")
    assert (back["provider_refund_or_reference"], back["amount"], back["ends_the_right"]) == (
        next(iter(checkout.refunds)),
        "100.00",
        "yes",
    )
    whole = desk.get(f"{DESK}orders.csv").content.decode() + desk.get(f"{DESK}refunds.csv").content.decode()
    assert [address in whole for address in (candidate.email, stranger.email)] == [False, False]
    assert Entry.objects.filter(action="books.exported", subject="book:refunds").count() == 2


def test_g6_the_books_are_cut_by_days_in_utc(
    live: Program, checkout: Checkout, candidate: User, desk: Client, deliver: Deliver
) -> None:
    checkout.pays(sent_to_pay(ordered(candidate, live)))
    deliver()
    day = f"{Order.objects.get().paid_at:%Y-%m-%d}"
    assert [len(table(desk, "orders", **days)) for days in ({"from": day, "until": day}, {"until": "2030-01-14"})] == [1, 0]
    assert desk.get(f"{DESK}orders.csv", {"from": "yesterday"}).status_code == 400


def test_g6_a_dispute_is_in_the_books(
    live: Program, checkout: Checkout, candidate: User, desk: Client, deliver: Deliver
) -> None:
    number = checkout.disputes_it(checkout.pays(sent_to_pay(ordered(candidate, live))))
    deliver()
    (row,) = table(desk, "disputes")
    assert (row["provider_dispute"], row["amount"], row["status"]) == (number, "100.00", "needs_response")


def test_the_books_ask_for_a_fresh_sign_in(stopped_clock) -> None:
    stale = signed_in(person_with("support"), minutes_ago=60)
    assert stale.get(f"{DESK}orders.csv")["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t1", "\r1", " =1", "\uff1d1"])
def test_what_a_spreadsheet_takes_for_a_formula_is_defused(typed: str) -> None:
    assert defused(typed) == f"'{typed}"


@pytest.mark.parametrize("typed", ["\uff0d1", "\uff201", "\uff0b1", "\u00a0=1", "\u3000=1"])
def test_g6_wide_signs_and_wide_spaces_begin_a_formula_too(typed: str) -> None:
    assert defused(typed) == f"'{typed}"


@pytest.mark.parametrize(
    ("typed", "safe"),
    [
        ("Ada;=1+1", "Ada;'=1+1"),
        ("a; -1;b;@x", "a;' -1;b;'@x"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("a\n\uff1d1", "a\n'\uff1d1"),
    ],
)
def test_g6_what_another_separator_would_make_a_field_is_defused(typed: str, safe: str) -> None:
    assert defused(typed) == safe


def test_g6_every_field_of_a_table_stands_in_quotation_marks() -> None:
    assert spreadsheets.written(("a", "b"), [(1, 'x;"=1')]) == '\ufeff"a","b"\r\n"1","x;""=1"\r\n'


@pytest.mark.parametrize("book", ["orders", "refunds", "disputes"])
@pytest.mark.parametrize("days", [{"until": "9999-12-31"}, {"from": "0001-01-01"}])
def test_g6_days_that_nobody_means_are_told_so(desk: Client, days: dict[str, str], book: str) -> None:
    assert desk.get(f"{DESK}{book}.csv", days).status_code == 400


def test_g6_a_span_takes_the_last_day_of_the_calendar() -> None:
    assert books.Span(date.min, date.max).on("paid_at") == {"paid_at__gte": datetime.min.replace(tzinfo=UTC)}


@pytest.mark.parametrize(("value", "written"), [("a=1", "a=1"), (None, ""), (7, "7")])
def test_everything_else_stands_as_it_is(value: object, written: str) -> None:
    assert defused(value) == written
