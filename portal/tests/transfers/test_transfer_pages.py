"""The pages on which a right to sit is given, accepted, and kept (rule G6)."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.exams.paid_exam import granted, settled
from portal.tests.operations.conftest import text

from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.handbook.models import Edition
from guildmark_portal.transfers.models import Transfer

pytestmark = [pytest.mark.django_db, pytest.mark.money]
ALL = "/transfers/"


def page() -> str:
    return f"{ALL}{Transfer.objects.get().pk}/"


def test_g6_it_is_given_from_ones_exams_and_accepted_on_the_page_of_the_letter(
    right: Entitlement, giver: Client, taker: Client, stranger: User
) -> None:
    give = f"{ALL}give/{right.pk}/"
    assert give in giver.get("/exam/").content.decode()
    assert "Its last day does not change." in text(giver.get(give))
    shown = text(giver.post(give, {"address": stranger.email}, follow=True))
    assert ["It is offered" in shown, "Waits for an answer" in shown] == [True, True]
    mine = giver.get("/exam/").content.decode()
    assert ["You have offered stranger@example.org" in mine, give in mine] == [True, False]
    assert ["See the offer" in text(taker.get(address)) for address in ("/exam/", ALL)] == [True, True]
    assert "candidate@example.org" in text(taker.get(page()))
    assert "is yours now" in text(taker.post(page(), {"act": "accept"}, follow=True))
    assert ["15 July 2030" in text(taker.get("/exam/")), give in giver.get("/exam/").content.decode()] == [True, False]
    assert "Accepted" in text(giver.get(ALL))


def test_g6_it_is_withdrawn_or_not_wanted(right: Entitlement, giver: Client, taker: Client, stranger: User) -> None:
    give = f"{ALL}give/{right.pk}/"
    giver.post(give, {"address": stranger.email})
    assert "Withdrawn" in text(giver.post(page(), {"act": "withdraw"}, follow=True))
    Transfer.objects.all().delete()
    giver.post(give, {"address": stranger.email})
    assert "Not wanted" in text(taker.post(page(), {"act": "decline"}, follow=True))
    assert taker.post(page(), {"act": "accept"}, follow=True).content.decode().count("Ask whoever made it") == 1


def test_g5_accepting_leads_over_ones_own_registration(
    right: Entitlement, giver: Client, taker: Client, stranger: User
) -> None:
    giver.post(f"{ALL}give/{right.pk}/", {"address": stranger.email})
    settled("registration.handbook=on")
    led = taker.post(page(), {"act": "accept"}, follow=True)
    handbook = f"/handbook/tiny/?{urlencode({'next': page()})}"
    assert (led.redirect_chain, "the offer waits for you" in text(led)) == ([(handbook, 302)], True)
    number = {"number": str(max(one.number for one in Edition.objects.all())), "language": "en", "read": "yes", "next": page()}
    assert taker.post("/handbook/tiny/acknowledge/", number)["Location"] == page()
    settled("registration.profile=on")
    led = taker.post(page(), {"act": "accept"}, follow=True)
    assert (led.redirect_chain, "the offer waits for you" in text(led)) == ([("/register/?program=tiny", 302)], True)


def test_g6_the_steps_are_told_as_the_program_asks_for_them(
    right: Entitlement, giver: Client, taker: Client, stranger: User
) -> None:
    give, told = f"{ALL}give/{right.pk}/", ("the steps of the registration", "Your papers are asked for")
    asked = ("registration.terms=on", "registration.identity=on", "identity_check=reviewed")
    assert told[0] not in text(giver.get(give))
    giver.post(give, {"address": stranger.email})
    found = []
    for assignments in ((), asked[:1], asked):
        settled(*assignments)
        shown = text(taker.get(page()))
        found.append([word in shown for word in told])
    assert found == [[False, False], [True, False], [True, True]]
    giver.post(page(), {"act": "withdraw"})
    assert told[0] in text(giver.get(give))


def test_g6_giving_asks_for_a_fresh_sign_in(right: Entitlement, candidate: User) -> None:
    stale = signed_in(candidate, minutes_ago=60)
    sent = stale.post(f"{ALL}give/{right.pk}/", {"address": "stranger@example.org"})
    assert (sent["Location"].partition("?")[0], Transfer.objects.count()) == ("/accounts/reauthenticate/", 0)


def test_g6_what_cannot_be_given_says_why(right: Entitlement, live: Program, giver: Client, candidate: User) -> None:
    give = f"{ALL}give/{right.pk}/"
    for typed, said in (("", "Write the address."), ("nobody", "whole address"), (candidate.email, "your own")):
        assert said in text(giver.post(give, {"address": typed}))
    assert giver.get(f"{ALL}give/{granted(candidate, live, source='staff').pk}/")["Location"] == "/exam/"


def test_a_stranger_with_the_address_learns_nothing_and_what_to_do(right: Entitlement, giver: Client, taker: Client) -> None:
    giver.post(f"{ALL}give/{right.pk}/", {"address": "other@example.org"})
    shown, nothing = taker.get(page()), taker.get(f"{ALL}00000000-0000-4000-8000-000000000000/")
    assert [answer.status_code for answer in (shown, nothing)] == [404, 404]
    said = [answer.content.decode().count("Sign in with the address that it was sent to") for answer in (shown, nothing)]
    assert (said, "other@example.org" in shown.content.decode()) == ([1, 1], False)


def test_who_offers_to_many_addresses_is_held_up(right: Entitlement, giver: Client) -> None:
    answers = [giver.post(f"{ALL}give/{right.pk}/", {"address": f"p{number}@example.org"}).status_code for number in range(7)]
    assert answers == [302] + [200] * 5 + [429]
