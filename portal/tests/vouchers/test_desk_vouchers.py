"""Vouchers at the desk: made, printed, stopped, by support and owners alone (rule G7)."""

import io

import pypdfium2
import pytest
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import person_with
from portal.tests.operations.conftest import text
from portal.tests.vouchers.conftest import HALF, Made, another, code

from guildmark.rules.money import Money
from guildmark.rules.voucher import VoucherValue
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams.models import Program
from guildmark_portal.vouchers.making import Plan, make_personal
from guildmark_portal.vouchers.models import Batch, Voucher
from guildmark_portal.vouchers.redeeming import redeem, reserve

pytestmark = [pytest.mark.django_db, pytest.mark.money]
DESK = "/desk/vouchers/"
MAKE = f"{DESK}make/"


def asked(**changed: str) -> dict[str, str]:
    return {
        "once": "a" * 32,
        "name": "Class of 2030",
        "program": "tiny",
        "kind": "full",
        "percent": "",
        "amount": "",
        "currency": "",
        "count": "3",
        "uses": "2",
        "valid_from": "",
        "valid_until": "2030-12-31",
        **changed,
    }


@pytest.mark.usefixtures("live")
def test_g7_support_makes_a_batch_once_though_the_form_is_sent_twice(desk: Client, support: User) -> None:
    said = [text(desk.post(MAKE, asked(), follow=True)) for _ in range(2)]
    batch = Batch.objects.get()
    assert (batch.vouchers.count(), batch.uses, batch.made_by) == (3, 2, f"user:{support.pk}")
    assert ["the whole fee" in said[1], "31 December 2030" in said[1], "0 of 6" in said[1]] == [True, True, True]
    assert Entry.objects.get(action="vouchers.made").detail["codes"] == 3


@pytest.mark.parametrize(
    ("changed", "value"),
    [
        ({"kind": "percent", "percent": "40"}, VoucherValue.share(40)),
        ({"kind": "percent", "percent": "100"}, VoucherValue.share(100)),
        ({"kind": "amount", "amount": "29.50", "currency": "USD"}, VoucherValue.of(Money(2_950, "USD"))),
        ({"kind": "amount", "amount": "900", "currency": "JPY", "program": ""}, VoucherValue.of(Money(900, "JPY"))),
    ],
)
@pytest.mark.usefixtures("live")
def test_g7_a_voucher_pays_all_a_share_or_an_amount(desk: Client, changed: dict[str, str], value: VoucherValue) -> None:
    another("yen", fee="9000", currency="JPY")
    desk.post(MAKE, asked(**changed))
    assert Batch.objects.get().value == value


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": " "}, "This field is required."),
        ({"kind": "percent"}, "Say how many percent."),
        ({"kind": "amount", "amount": "5"}, "in which currency"),
        ({"kind": "amount", "amount": "5", "currency": "EUR"}, "tiny costs 100 USD"),
        ({"kind": "amount", "amount": "5.5", "currency": "JPY", "program": ""}, "no coin as small"),
        ({"count": "501"}, "less than or equal to 500"),
        ({"valid_until": "2030-01-13"}, "the last day is over"),
        ({"valid_from": "2031-01-01"}, "the last day comes before the first"),
    ],
)
@pytest.mark.usefixtures("live")
def test_g7_what_cannot_be_is_said_and_makes_nothing(desk: Client, changed: dict[str, str], said: str) -> None:
    shown = text(desk.post(MAKE, asked(**changed)))
    assert (said in shown, Batch.objects.count()) == (True, 0)


def test_g7_the_desk_shows_who_used_which_and_what_orders_hold(
    made: Made, live: Program, desk: Client, candidate: User, stranger: User
) -> None:
    batch, part = made(uses=2), made(value=HALF, name="Half")
    redeem(code=code(batch), user=candidate, program=live, now=clock.now())
    reserve(code=code(part), user=stranger, program=live, once="order:1", now=clock.now())
    shown, other = text(desk.get(f"{DESK}{batch.pk}/")), text(desk.get(f"{DESK}{part.pk}/"))
    assert [candidate.email in shown, "1 of 2" in shown, "0 of 1" in other, "held by an order" in other] == [True] * 4
    assert ["Class of 2030" in text(desk.get(DESK)), code(batch) in shown] == [True, False]


def test_g7_a_batch_is_stopped_once(made: Made, desk: Client) -> None:
    batch = made()
    said = [text(desk.post(f"{DESK}{batch.pk}/", follow=True)) for _ in range(2)]
    assert ["It is stopped" in shown for shown in said] == [True, False]
    assert Entry.objects.filter(action="vouchers.stopped").count() == 1


def test_g7_the_printed_list_has_every_code_and_is_written_down(made: Made, desk: Client, support: User) -> None:
    batch = made(count=11, value=HALF)
    page = text(desk.get(f"{DESK}{batch.pk}/codes/"))
    answer = desk.get(f"{DESK}{batch.pk}/codes.pdf")
    document = pypdfium2.PdfDocument(io.BytesIO(answer.content))
    printed = "".join(sheet.get_textpage().get_text_bounded() for sheet in document)
    for number in range(1, 12):
        assert (code(batch, number) in page, code(batch, number) in printed) == (True, True)
    assert ("50% of the fee" in printed, len(document), answer["Content-Type"]) == (True, 2, "application/pdf")
    assert [entry.actor for entry in Entry.objects.filter(action="vouchers.read")] == [f"user:{support.pk}"] * 2


def test_a_name_that_the_pdf_cannot_write_leads_to_the_page(made: Made, desk: Client) -> None:
    batch = made(name="\N{CUNEIFORM SIGN A}")
    shown = text(desk.get(f"{DESK}{batch.pk}/codes.pdf", follow=True))
    assert ["Print this page instead" in shown, code(batch) in shown] == [True, True]


def test_codes_and_changes_ask_for_a_fresh_sign_in(made: Made, support: User) -> None:
    batch, stale = made(), signed_in(support, minutes_ago=60)
    page = f"{DESK}{batch.pk}/"
    answers = [stale.get(f"{page}codes/"), stale.get(f"{page}codes.pdf"), stale.post(page), stale.post(MAKE, asked())]
    assert [answer["Location"].partition("?")[0] for answer in answers] == ["/accounts/reauthenticate/"] * 4
    batch.refresh_from_db()
    assert (batch.stopped_at, Batch.objects.count()) == (None, 1)


def test_g7_a_personal_voucher_is_shown_to_nobody_at_the_desk(live: Program, desk: Client, candidate: User) -> None:
    voucher = make_personal(
        plan=Plan(name="For Ada", value=HALF, program=live), holder=candidate, actor="tests", now=clock.now(), once="stipend:1"
    )
    answers = [desk.get(f"{DESK}{voucher.batch_id}/{page}").status_code for page in ("", "codes/", "codes.pdf")]
    assert (answers, "For Ada" in text(desk.get(DESK)), Voucher.objects.count()) == ([404] * 3, False, 1)


@pytest.mark.parametrize(("role", "leads"), [("owner", True), ("support", True), ("examiner", False)])
def test_the_account_of_whoever_may_leads_there(role: str, *, leads: bool) -> None:
    page = signed_in(person_with(role), minutes_ago=1).get("/account/").content.decode()
    assert (DESK in page) is leads
