"""Accounts that an operator shuts and opens again."""

import pytest
from allauth.usersessions.models import UserSession
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import person_with

from guildmark_portal import clock
from guildmark_portal.accounts import deletion, roles, suspending
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry

REASON = "A stranger signs in to it from elsewhere."


def actions():
    return [entry.action for entry in Entry.objects.order_by("pk") if entry.action.startswith("account.")]


def test_a_suspended_account_is_signed_out_stays_out_and_is_told_why(candidate, letters):
    browser = signed_in(candidate)
    assert browser.get("/account/").status_code == 200
    assert suspending.suspend(email=candidate.email.upper(), reason=REASON, actor="tests") is True
    candidate.refresh_from_db()
    assert candidate.is_active is False
    assert not UserSession.objects.filter(user=candidate).exists()
    assert browser.get("/account/").status_code == 302
    address, _subject, body = letters()[-1]
    assert address == candidate.email
    assert REASON in body
    assert suspending.suspend(email=candidate.email, reason=REASON, actor="tests") is False


def test_a_reinstated_account_is_as_it_was(candidate, letters):
    suspending.suspend(email=candidate.email, reason=REASON, actor="tests")
    assert suspending.reinstate(email=candidate.email, actor="tests") is True
    assert suspending.reinstate(email=candidate.email, actor="tests") is False
    candidate.refresh_from_db()
    assert candidate.is_active is True
    assert "/login/" in letters()[-1][2]
    assert actions() == ["account.suspended", "account.reinstated"]


def test_the_last_owner_is_not_shut_out(candidate, db):
    owner = person_with("owner")
    with pytest.raises(roles.LastOwner):
        suspending.suspend(email=owner.email, reason=REASON, actor="tests")
    roles.grant(email=candidate.email, role=roles.Role.OWNER, actor="tests")
    assert suspending.suspend(email=owner.email, reason=REASON, actor="tests") is True


def test_an_owner_still_closes_the_account_of_a_suspended_person_who_asks_for_it(candidate, staff):
    suspending.suspend(email=candidate.email, reason=REASON, actor="tests")
    deletion.close(email=candidate.email, asked_on=clock.now().date(), actor=staff)
    assert not User.objects.filter(email=candidate.email).exists()
    with pytest.raises(roles.UnknownAccount):
        deletion.close(email=candidate.email, asked_on=clock.now().date(), actor=staff)


@pytest.mark.parametrize("email", ["nobody@example.org", "0123@deleted.invalid"])
def test_what_is_no_account_is_not_suspended(email, django_user_model, db):
    django_user_model.objects.create_user("0123@deleted.invalid")
    with pytest.raises(roles.UnknownAccount):
        suspending.suspend(email=email, reason=REASON, actor="tests")
    with pytest.raises(roles.UnknownAccount):
        suspending.reinstate(email=email, actor="tests")


def test_a_reason_that_explains_nothing_is_refused(candidate):
    with pytest.raises(suspending.SuspensionRefused) as refused:
        suspending.suspend(email=candidate.email, reason=" spam   ", actor="tests")
    assert "Write in a sentence" in refused.value.next_step
