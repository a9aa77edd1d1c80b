"""Changing the address: a code to the new one, a notice to the old one."""

from allauth.account.models import EmailAddress

from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry

PAGE, CONFIRM = "/account/email/", "/accounts/confirm-email/"
NEW = "ada@new.example.org"


def addresses() -> list[tuple[str, bool, bool]]:
    return list(EmailAddress.objects.values_list("email", "verified", "primary"))


def test_the_new_address_takes_the_place_of_the_old_once_its_code_was_entered(own, candidate, letters, newest_code):
    answer = own.post(PAGE, {"email": NEW, "action_add": "yes"})
    assert answer["Location"] == CONFIRM
    assert letters()[-1][:2] == (NEW, "Confirm your email address")
    candidate.refresh_from_db()
    assert candidate.email == "candidate@example.org"
    own.post(CONFIRM, {"code": newest_code()})
    candidate.refresh_from_db()
    assert (candidate.email, addresses()) == (NEW, [(NEW, True, True)])
    to, subject, body = letters()[-1]
    assert (to, subject) == ("candidate@example.org", "Your email address was changed")
    assert f"from candidate@example.org to {NEW}" in body
    assert Entry.objects.filter(action="account.address_changed").values_list("actor", "detail").get() == (
        f"user:{candidate.pk}",
        {},
    )


def test_a_wrong_code_changes_nothing(own, candidate):
    own.post(PAGE, {"email": NEW, "action_add": "yes"})
    for _guess in range(4):
        own.post(CONFIRM, {"code": "BBBB-BBBB"})
    candidate.refresh_from_db()
    assert (candidate.email, addresses()) == ("candidate@example.org", [("candidate@example.org", True, True)])


def test_an_address_that_has_an_account_is_not_taken_over_even_with_the_code(own, candidate, stranger, newest_code):
    own.post(PAGE, {"email": stranger.email, "action_add": "yes"})
    own.post(CONFIRM, {"code": newest_code()})
    assert sorted(User.objects.values_list("email", flat=True)) == ["candidate@example.org", "stranger@example.org"]
    assert EmailAddress.objects.get(email=stranger.email).user == stranger


def test_it_asks_for_a_fresh_sign_in(stale):
    answer = stale.post(PAGE, {"email": NEW, "action_add": "yes"})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert addresses() == [("candidate@example.org", True, True)]
