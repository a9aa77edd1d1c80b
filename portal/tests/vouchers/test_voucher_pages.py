"""A voucher in the hands of a candidate: typed, brought along by its address, used (rules G6 and G7)."""

from datetime import date

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from portal.tests.exams.paid_exam import settled
from portal.tests.operations.conftest import text
from portal.tests.vouchers.conftest import HALF, Made, another, code

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.handbook.services import keep_edition
from guildmark_portal.logs import _TOKENS
from guildmark_portal.payments_config import Payments
from guildmark_portal.vouchers.models import Use

pytestmark = [pytest.mark.django_db, pytest.mark.money]
PAGE = "/register/voucher/"


def test_g7_the_registration_page_leads_there_where_the_exam_costs_something(live: Program, own: Client) -> None:
    Program.objects.create(slug="gratis", title="G", kind="demo", created_at=live.created_at)
    shown = [PAGE in own.get(f"/register/?program={slug}").content.decode() for slug in (live.slug, "gratis")]
    assert shown == [True, False]


def test_g7_a_full_voucher_is_typed_and_the_last_day_is_shown(made: Made, live: Program, own: Client) -> None:
    shown = text(own.post(PAGE, {"code": code(made()).lower(), "program": live.slug}, follow=True))
    assert ["you may sit Tiny exam" in shown, "15 July 2030" in shown] == [True, True]
    assert Entitlement.objects.get().source == "voucher"


def test_g7_the_address_on_a_printed_voucher_waits_for_the_sign_in_and_for_a_word(
    made: Made, live: Program, candidate: User
) -> None:
    batch, browser = made(), Client()
    answer = browser.get(f"{PAGE}{code(batch)}/")
    assert (answer["Location"], browser.get(PAGE).status_code) == (PAGE, 302)
    browser.force_login(candidate)
    shown = browser.get(PAGE).content.decode()
    assert (f'value="{code(batch)}"' in shown, Use.objects.count()) == (True, 0)
    assert not any(code(batch) in str(row.get_decoded()) for row in Session.objects.all())


def test_the_log_never_shows_the_code_of_an_address() -> None:
    line = _TOKENS.sub(r"\1[token]", "GET /register/voucher/7KXQ2M-VPRT43-9ABCDE/ 302")
    assert line == "GET /register/voucher/[token]/ 302"


def newest_of(program: Program) -> int:
    return keep_edition(program=Program.objects.get(pk=program.pk), now=clock.now()).number


def test_p8_the_handbook_is_acknowledged_before_a_voucher_is_used_up(made: Made, live: Program, own: Client) -> None:
    settled("registration.handbook=on")
    typed = {"code": code(made()), "program": live.slug}
    led = own.post(PAGE, typed)
    assert (led["Location"], Use.objects.count()) == (
        "/handbook/tiny/?next=%2Fregister%2Fvoucher%2F%3Fprogram%3Dtiny",
        0,
    )
    read = {"number": str(newest_of(live)), "language": "en", "read": "yes", "next": f"{PAGE}?program=tiny"}
    back = own.post("/handbook/tiny/acknowledge/", read, follow=True)
    assert f'value="{typed["code"]}"' in back.content.decode()
    assert "you may sit" in text(own.post(PAGE, typed, follow=True))


@pytest.mark.usefixtures("live")
def test_g7_where_nothing_costs_anything_the_page_leads_to_the_exams(made: Made, own: Client) -> None:
    typed = {"code": code(made(value=HALF)), "program": "tiny"}
    settled("fee=0")
    assert "none needs a voucher" in text(own.get(PAGE))
    assert ["costs nothing" in text(own.post(PAGE, typed)), Use.objects.count()] == [True, 0]


def test_g7_a_part_is_no_dead_end_where_nothing_is_sold(made: Made, live: Program, own: Client, settings) -> None:
    settings.PAYMENTS = Payments()
    settled("support_contact=help@example.org")
    shown = text(own.post(PAGE, {"code": code(made(value=HALF)), "program": live.slug}))
    assert "cannot be paid on this portal: write to help@example.org, and keep the voucher" in shown


def test_g7_one_that_pays_a_part_shows_what_is_left_and_uses_nothing(made: Made, live: Program, own: Client, settings) -> None:
    settings.PAYMENTS = Payments("offline", offline="Pay us at the desk.")
    batch = made(value=HALF)
    shown = text(own.post(PAGE, {"code": code(batch), "program": live.slug}))
    assert ["takes 50 USD off" in shown, "50 USD are left" in shown, Use.objects.count()] == [True, True, 0]
    assert f'value="{code(batch)}"' in own.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "Type the code"), ("7KXQ2M", "three groups of six"), ("000000-000000-000000", "There is no voucher with this code")],
)
@pytest.mark.usefixtures("live")
def test_g7_what_is_no_code_is_said_with_the_next_step(own: Client, typed: str, said: str) -> None:
    assert said in text(own.post(PAGE, {"code": typed, "program": "tiny"}))


def test_g7_with_several_exams_the_one_to_pay_is_chosen(made: Made, live: Program, own: Client) -> None:
    another("advanced")
    batch = made(valid_until=date(2030, 12, 31))
    said = [text(own.post(PAGE, {"code": code(batch), "program": slug}, follow=True)) for slug in ("", "advanced", live.slug)]
    assert [
        "Choose the exam that it is to pay." in said[0],
        "pays another exam: Tiny exam" in said[1],
        "you may sit" in said[2],
    ] == [True, True, True]


def test_g7_who_guesses_is_held_up_and_others_are_not(made: Made, live: Program, own: Client, stranger: User) -> None:
    statuses = [own.post(PAGE, {"code": "000000-000000-000000", "program": "tiny"}).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    other = Client()
    other.force_login(stranger)
    assert "you may sit" in text(other.post(PAGE, {"code": code(made()), "program": "tiny"}, follow=True))
