"""Stipends on the pages of applicants and at the desk (rule G7)."""

import pytest
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.operations.conftest import text
from portal.tests.stipends.conftest import CRITERIA, WORDS, Applied

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams.models import Program
from guildmark_portal.stipends.deciding import decide
from guildmark_portal.stipends.models import Application, Decision
from guildmark_portal.vouchers.making import code_of

pytestmark = [pytest.mark.django_db, pytest.mark.money]
APPLY, MINE, DESK = "/stipend/apply/", "/stipend/mine/", "/desk/stipends/"
SENT = {"program": "tiny", "reasons": WORDS.reasons, "circumstances": WORDS.circumstances}


def test_g7_the_public_page_names_the_criteria_and_leads_to_the_application(live: Program, own: Client) -> None:
    shown = own.get("/stipend/").content.decode()
    assert [APPLY in shown, "more than the applicant can carry" in shown] == [True, True]


def test_g7_somebody_applies_and_sees_where_it_stands(live: Program, own: Client) -> None:
    shown = text(own.post(APPLY, SENT, follow=True))
    assert ["Waits for a decision" in shown, WORDS.reasons in shown] == [True, True]
    again = text(own.get(APPLY))
    assert ["You can apply again from" in again, "Send the application" in again] == [True, False]
    assert "as often as one may" in text(own.post(APPLY, SENT))


@pytest.mark.usefixtures("live")
def test_g7_an_application_without_words_is_none(own: Client) -> None:
    shown = text(own.post(APPLY, {**SENT, "reasons": " "}))
    assert ("in your own words" in shown, WORDS.circumstances in shown, Application.objects.count()) == (True, True, 0)


def test_g7_the_desk_decides_and_the_applicant_uses_the_voucher(
    applied: Applied, live: Program, desk: Client, own: Client
) -> None:
    application = applied()
    page = f"{DESK}{application.pk}/"
    assert [words in text(desk.get(page)) for words in (WORDS.reasons, WORDS.circumstances, "100 USD")] == [True] * 3
    refused = text(desk.post(page, {"percent": "50", "text": "Yes.", "met": CRITERIA[:1]}))
    assert ("those who meet every criterion" in refused, Decision.objects.count()) == (True, 0)
    assert "It is decided" in text(desk.post(page, {"percent": "100", "text": "Good luck.", "met": CRITERIA}, follow=True))
    mine = text(own.get(MINE))
    assert [words in mine for words in ("Granted", "15 April 2030", "Good luck.", "the whole fee")] == [True] * 4
    assert "Use it by the end of 15 April 2030" in text(own.get("/register/voucher/"))
    code = code_of(Decision.objects.get().voucher)
    assert [code in shown for shown in (mine, text(own.get("/register/voucher/")))] == [True, True]
    assert "you may sit Tiny exam" in text(own.post("/register/voucher/", {"code": code, "program": "tiny"}, follow=True))
    assert ["Granted and used" in text(own.get(MINE)), "already" in text(desk.post(page, {"percent": "0", "text": "No."}))] == [
        True,
        True,
    ]


def test_g7_nobody_decides_their_own(applied: Applied, support: User, desk: Client) -> None:
    page = f"{DESK}{applied(support).pk}/"
    shown = text(desk.get(page))
    assert ["your own application" in shown, WORDS.reasons in shown] == [True, False]
    desk.post(page, {"percent": "100", "text": "Yes.", "met": CRITERIA})
    assert (Decision.objects.count(), Entry.objects.filter(action="stipend.look").count()) == (0, 0)


def test_a_decision_asks_for_a_fresh_sign_in_and_keeps_no_plain_word(applied: Applied, support: User) -> None:
    stale = signed_in(support, minutes_ago=60)
    answer = stale.post(f"{DESK}{applied().pk}/", {"percent": "100", "text": "SecretWord", "met": CRITERIA})
    assert (answer["Location"].partition("?")[0], Decision.objects.count()) == ("/accounts/reauthenticate/", 0)
    assert "SecretWord" not in str(dict(stale.session))


def test_g7_strangers_see_nothing_of_it(
    applied: Applied, live: Program, candidate: User, stranger: User, support: User
) -> None:
    application = applied()
    decide(application=application, by=support, percent=0, met=(), text="Sorry.", now=clock.now())
    assert "You have not applied" in text(signed_in(stranger).get(MINE))
    assert [signed_in(one, minutes_ago=1).get(f"{DESK}{application.pk}/").status_code for one in (stranger, candidate)] == [
        403
    ] * 2


def test_g7_the_desk_lists_what_waits_and_what_is_overdue(
    applied: Applied, desk: Client, candidate: User, stopped_clock: StoppedClock
) -> None:
    applied()
    before = text(desk.get(DESK))
    stopped_clock.advance(10 * 24 * 3600 + 1)
    desk_later = signed_in(User.objects.get(email="support@example.org"), minutes_ago=1)
    after = text(desk_later.get(DESK))
    assert [candidate.name in before, "overdue" in before, "overdue" in after] == [True, False, True]


@pytest.mark.parametrize(("role", "leads"), [("owner", True), ("support", True), ("examiner", False)])
def test_the_account_of_whoever_may_leads_there(role: str, *, leads: bool) -> None:
    page = signed_in(person_with(role), minutes_ago=1).get("/account/").content.decode()
    assert (DESK in page) is leads
