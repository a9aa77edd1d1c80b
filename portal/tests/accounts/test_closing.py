"""An owner closes an account on a written request."""

from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import person_with
from portal.tests.web.html_reading import Page

from guildmark_portal import clock
from guildmark_portal.accounts import deletion, roles
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry

PAGE = "/account/close/"


@pytest.fixture
def owner(staff: User) -> Client:
    return signed_in(staff, minutes_ago=1)


def request_for(user: User, **changes: str) -> dict[str, str]:
    day = clock.now().date() - timedelta(days=3)
    return {"email": user.email.upper(), "asked_on": day.isoformat(), "understood": "on", **changes}


def test_everything_goes_with_a_letter_and_an_entry_that_names_nobody(owner, staff, candidate, letters):
    number, asked = candidate.pk, request_for(candidate)
    assert Page(owner.get(PAGE).content.decode()).problems == []
    assert owner.post(PAGE, asked)["Location"] == PAGE
    assert (User.objects.filter(pk=number).count(), EmailAddress.objects.filter(user_id=number).count()) == (0, 0)
    assert letters()[-1][:2] == ("candidate@example.org", "Your account is deleted")
    entry = Entry.objects.get(action="account.closed")
    assert (entry.actor, entry.subject, entry.detail) == (f"user:{staff.pk}", f"user:{number}", {"asked_on": asked["asked_on"]})


@pytest.mark.parametrize(("change", "why"), [({"understood": ""}, "required"), ({"asked_on": "2999-01-01"}, "yet to come")])
def test_without_a_request_in_writing_nothing_is_deleted(change, why, owner, candidate):
    answer = owner.post(PAGE, request_for(candidate, **change))
    assert (why in answer.content.decode(), User.objects.filter(pk=candidate.pk).exists()) == (True, True)


def test_it_asks_for_a_fresh_sign_in(staff, candidate):
    answer = signed_in(staff, minutes_ago=60).post(PAGE, request_for(candidate))
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert User.objects.filter(pk=candidate.pk).exists()


@pytest.mark.parametrize("role", ["reviewer", "examiner", "author", "support", "auditor"])
def test_nobody_but_an_owner_does_it(role, candidate):
    person = person_with(role)
    assert signed_in(person, minutes_ago=1).post(PAGE, request_for(candidate)).status_code == 403
    with pytest.raises(roles.NoLeave):
        deletion.close(email=candidate.email, asked_on=date(2026, 1, 1), actor=person)
    assert User.objects.filter(pk=candidate.pk).exists()


def test_what_stands_in_the_way_is_said(owner, staff, candidate, program):
    browser = signed_in(candidate)
    address = browser.post("/exam/", {"program": program})["Location"]
    browser.post(f"{address}begin/", {"understood": "yes"})
    assert "An exam of yours is under way." in owner.post(PAGE, request_for(candidate)).content.decode()
    assert "This is your own account." in owner.post(PAGE, request_for(staff)).content.decode()
    nobody = owner.post(PAGE, {**request_for(candidate), "email": "nobody@example.org"}).content.decode()
    assert "No account that is open has this address." in nobody
    assert User.objects.filter(pk__in=[candidate.pk, staff.pk]).count() == 2
