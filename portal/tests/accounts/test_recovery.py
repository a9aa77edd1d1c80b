"""The way back for somebody who has lost every second step: slow, seen by everybody concerned, and stopped by one word."""

import json
import re
import subprocess
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from portal.tests.accounts.conftest import CODE, signed_in, who
from portal.tests.conftest import person_with
from portal.tests.platform.conftest import PORTAL
from portal.tests.web.html_reading import Page

from guildmark_portal import clock
from guildmark_portal.accounts import recovery, roles
from guildmark_portal.accounts.models import RoleGrant, User
from guildmark_portal.accounts.recovery_models import Outcome, Recovery
from guildmark_portal.audit.models import Entry
from guildmark_portal.jobs.runner import Runner

STAFF, OWN, LOGIN, CONFIRM = "/account/recoveries/", "/account/recovery/", "/accounts/login/", "/accounts/login/code/confirm/"
REASON = "Called back on the number of the registration; phone stolen in March."
LINK = re.compile(r"http://\S+(/accounts/recovery/\S+/)")
WAIT = timedelta(hours=72)


@pytest.fixture
def browser(candidate: User, newest_code) -> Client:
    """Where the candidate has signed in."""
    client = Client()
    client.post(LOGIN, {"login": candidate.email})
    client.post(CONFIRM, {"code": newest_code()})
    return client


@pytest.fixture
def locked_out(candidate: User, browser: Client) -> User:
    """Somebody with a passkey, an app and recovery codes."""
    for kind in (Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
        Authenticator.objects.create(user=candidate, type=kind, data={"name": "Blue"})
    return candidate


@pytest.fixture
def support(db: None) -> User:
    return person_with("support")


@pytest.fixture
def opened(locked_out: User, support: User, stopped_clock) -> Recovery:
    return recovery.open_recovery(email=locked_out.email, reason=REASON, actor=support)


def actions() -> list[str]:
    return list(Entry.objects.filter(action__startswith="recovery.").order_by("id").values_list("action", flat=True))


def run_jobs() -> None:
    Runner().run_due()


def test_support_opens_one_and_after_72_hours_a_code_is_enough(
    locked_out, browser, support, stopped_clock, newest_code, letters
):
    page = signed_in(support, minutes_ago=1)
    assert page.post(STAFF, {"email": locked_out.email, "reason": REASON})["Location"] == STAFF
    (to, subject, _body) = letters()[-1]
    assert (to, subject) == (locked_out.email, "Did you lose your passkey or app?")
    stopped_clock.advance(WAIT.total_seconds() - 1)
    run_jobs()
    assert (Authenticator.objects.count(), who(browser)) == (3, locked_out)
    stopped_clock.advance(1)
    run_jobs()
    assert (Authenticator.objects.count(), who(browser)) == (0, None)
    assert letters()[-1][:2] == (locked_out.email, "Sign in with a code, and set up a new passkey")
    client = Client()
    client.post(LOGIN, {"login": locked_out.email})
    client.post(CONFIRM, {"code": newest_code()})
    assert who(client) == locked_out
    assert actions() == ["recovery.opened", "recovery.done"]
    removed = Entry.objects.filter(action="account.authenticator_removed").values_list("actor", "detail")
    assert sorted((actor, detail["kind"]) for actor, detail in removed) == [
        ("system", "recovery_codes"),
        ("system", "totp"),
        ("system", "webauthn"),
    ]


def test_the_wait_is_a_setting(locked_out, support, stopped_clock, settings):
    settings.RECOVERY_WAIT_HOURS = 24
    found = recovery.open_recovery(email=locked_out.email, reason=REASON, actor=support)
    assert found.due_at - found.opened_at == timedelta(hours=24)


def test_the_link_of_the_letter_objects_without_a_sign_in_and_only_when_the_button_is_pressed(opened, letters, stopped_clock):
    link = LINK.findall(letters()[-1][2])[0]
    stranger = Client()
    page = stranger.get(link).content.decode()
    assert ("I object" in page, REASON in page, Page(page).problems) == (True, False, [])
    opened.refresh_from_db()
    assert opened.ended_at is None
    page = stranger.post(link, follow=True).content.decode()
    assert ("Nothing will be removed" in page, "the person objected" in page) == (True, True)
    stopped_clock.advance(WAIT.total_seconds())
    run_jobs()
    assert (Authenticator.objects.count(), actions()) == (3, ["recovery.opened", "recovery.objected"])


def test_a_link_that_was_made_up_leads_nowhere(opened):
    assert Client().get("/accounts/recovery/made-up/").status_code == 404
    assert Client().get(f"/accounts/recovery/{opened.token_digest}/").status_code == 404


def test_every_page_where_the_person_is_signed_in_says_so_and_they_can_object_there(opened, locked_out, stranger):
    browser = signed_in(locked_out)
    for page in ("/", "/exam/", "/account/"):
        text = browser.get(page).content.decode()
        assert "Somebody asks to remove your passkeys" in text
        assert Page(text).problems == []
    assert "Somebody asks" not in signed_in(stranger).get("/exam/").content.decode()
    page = browser.get(OWN).content.decode()
    assert ("I object" in page, REASON in page) == (True, True)
    browser.post(OWN)
    assert Recovery.objects.get().outcome == Outcome.OBJECTED
    assert "Somebody asks" not in browser.get("/exam/").content.decode()


def test_a_stranger_objects_to_nothing_of_others(opened, stranger):
    signed_in(stranger).post(OWN)
    assert Recovery.objects.get().ended_at is None


def test_who_proves_a_second_step_meanwhile_has_not_lost_it(opened, locked_out, letters, rf):
    from allauth.account.internal.flows.login import record_authentication

    request = rf.post("/")
    request.session, request.user = signed_in(locked_out).session, locked_out
    record_authentication(request, locked_out, method="code")
    assert Recovery.objects.get().ended_at is None
    record_authentication(request, locked_out, method="mfa", type="totp")
    assert Recovery.objects.get().outcome == Outcome.LAPSED


def test_a_real_recovery_code_ends_it(own, candidate, support, newest_code):
    from portal.tests.accounts.test_passkeys import app_code

    own.get("/account/security/totp/activate/")
    secret = own.session["mfa.totp.secret"]
    own.post("/account/security/totp/activate/", {"code": app_code(secret)})
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    recovery.open_recovery(email=candidate.email, reason=REASON, actor=support)
    client = Client()
    client.post(LOGIN, {"login": candidate.email})
    client.post(CONFIRM, {"code": newest_code()})
    assert Recovery.objects.get().ended_at is None
    client.post("/account/security/authenticate/", {"code": codes[0]})
    assert (who(client), Recovery.objects.get().outcome) == (candidate, Outcome.LAPSED)


def test_the_mailbox_alone_signs_nobody_in_while_it_waits(opened, locked_out, newest_code):
    client = Client()
    client.post(LOGIN, {"login": locked_out.email})
    client.post(CONFIRM, {"code": newest_code()})
    assert who(client) is None


def test_support_withdraws_it(opened, support, stopped_clock):
    page = signed_in(support, minutes_ago=1)
    said = [page.post(STAFF, {"withdraw": number}, follow=True).content.decode() for number in (str(opened.pk), "9" * 30)]
    assert ("The recovery is withdrawn" in said[0], "It had ended already." in said[1]) == (True, True)
    stopped_clock.advance(WAIT.total_seconds())
    run_jobs()
    assert (Authenticator.objects.count(), actions()) == (3, ["recovery.opened", "recovery.withdrawn"])


def test_it_asks_support_for_a_fresh_sign_in_and_a_written_reason(locked_out, support):
    answer = signed_in(support, minutes_ago=60).post(STAFF, {"email": locked_out.email, "reason": REASON})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    page = signed_in(support, minutes_ago=1).post(STAFF, {"email": locked_out.email, "reason": "asked nicely"})
    assert (page.status_code, Recovery.objects.count()) == (200, 0)


@pytest.mark.parametrize("role", ["reviewer", "examiner", "author", "auditor"])
def test_other_roles_open_none(role, locked_out):
    with pytest.raises(roles.NoLeave):
        recovery.open_recovery(email=locked_out.email, reason=REASON, actor=person_with(role))


def refusal(person: User, actor: User) -> str:
    with pytest.raises(recovery.RecoveryRefused) as refused:
        recovery.open_recovery(email=person.email, reason=REASON, actor=actor)
    return str(refused.value)


def test_what_cannot_be_recovered_is_refused_with_the_next_step(candidate, support, locked_out, stranger):
    assert "A code by mail is enough" in refusal(stranger, support)
    Authenticator.objects.create(user=support, type="totp", data={})
    assert "Nobody recovers their own account." in refusal(support, support)
    recovery.open_recovery(email=candidate.email, reason=REASON, actor=support)
    assert "waits already" in refusal(candidate, support)
    with pytest.raises(recovery.RecoveryRefused, match="too short"):
        recovery.open_recovery(email=stranger_with_app(stranger).email, reason=" " * 30, actor=support)
    with pytest.raises(roles.UnknownAccount):
        recovery.open_recovery(email="nobody@example.org", reason=REASON, actor=support)


def stranger_with_app(stranger: User) -> User:
    Authenticator.objects.create(user=stranger, type="totp", data={})
    return stranger


def test_an_account_with_a_role_is_for_an_owner_to_open(locked_out, support, staff):
    RoleGrant.objects.create(user=locked_out, role="reviewer", granted_by="tests", granted_at=clock.now())
    assert "an owner must open its recovery" in refusal(locked_out, support)
    assert recovery.open_recovery(email=locked_out.email, reason=REASON, actor=staff).outcome == ""


def test_after_an_objection_the_next_one_is_an_owners_for_thirty_days(opened, locked_out, support, staff, stopped_clock):
    recovery.object_to(recovery=opened)
    stopped_clock.advance(timedelta(days=30).total_seconds() - 1)
    assert "an owner must open the next recovery" in refusal(locked_out, support)
    again = recovery.open_recovery(email=locked_out.email, reason=REASON, actor=staff)
    recovery.withdraw(number=again.pk, actor=staff)
    stopped_clock.advance(1)
    assert recovery.open_recovery(email=locked_out.email, reason=REASON, actor=support).outcome == ""


def test_a_supporter_whose_role_was_taken_back_opened_nothing(opened, support, staff, stopped_clock):
    roles.revoke(email=support.email, role=roles.Role.SUPPORT, actor=staff)
    stopped_clock.advance(WAIT.total_seconds())
    run_jobs()
    assert (Authenticator.objects.count(), Recovery.objects.get().outcome) == (3, Outcome.LAPSED)


def test_a_role_that_was_granted_meanwhile_needs_an_owner(opened, locked_out, staff, stopped_clock):
    roles.grant(email=locked_out.email, role=roles.Role.AUTHOR, actor=staff)
    stopped_clock.advance(WAIT.total_seconds())
    run_jobs()
    assert (Authenticator.objects.count(), Recovery.objects.get().outcome) == (3, Outcome.LAPSED)


def test_an_auditor_reads_them_and_opens_none(opened, locked_out):
    auditor = signed_in(person_with("auditor"), minutes_ago=1)
    page = auditor.get(STAFF).content.decode()
    assert (locked_out.email in page, "Begin the wait" in page, Page(page).problems) == (True, False, [])
    assert auditor.post(STAFF, {"email": locked_out.email, "reason": REASON}).status_code == 403


def test_the_letter_holds_no_code_and_its_link_is_kept_as_a_digest(opened, letters):
    _to, _subject, body = letters()[-1]
    token = LINK.findall(body)[0].split("/")[3]
    assert CODE.findall(body) == []
    assert token not in [opened.token_digest, *Recovery.objects.values_list("reason", flat=True)]


def test_it_goes_with_the_account(opened, locked_out):
    from guildmark_portal.accounts import deletion

    deletion.delete(user=locked_out)
    assert Recovery.objects.count() == 0
    run_jobs()


def test_it_is_part_of_the_persons_own_data(opened, locked_out):
    from guildmark_portal.accounts import own_data

    (said,) = own_data.export(locked_out)["recoveries"]
    assert (said["reason"], said["outcome"]) == (REASON, "")


def test_a_new_passkey_that_was_set_up_meanwhile_is_kept(opened, locked_out, rf, stopped_clock):
    from allauth.mfa.signals import authenticator_added

    new = Authenticator.objects.create(user=locked_out, type="webauthn", data={"name": "New"})
    authenticator_added.send(sender=Authenticator, request=rf.post("/"), user=locked_out, authenticator=new)
    stopped_clock.advance(WAIT.total_seconds())
    run_jobs()
    assert (Authenticator.objects.count(), Recovery.objects.get().outcome) == (4, Outcome.LAPSED)


@pytest.mark.commands
def test_the_only_owner_comes_back_by_a_command_on_the_machine(initialised, portal_env):
    code = "from allauth.mfa.models import Authenticator as A; from guildmark_portal.accounts.models import User as U; "
    code += "A.objects.create(user=U.objects.get(), type='totp', data={})"
    at = ["--data", str(initialised)]
    subprocess.run([*PORTAL, "manage", *at, "shell", "-v", "0", "-c", code], env=portal_env, check=True)
    command = [*PORTAL, "account", "recover", "owner@example.org", *at, "--json", "--reason", REASON]
    done = subprocess.run(command, env=portal_env, check=True, capture_output=True, text=True)
    assert json.loads(done.stdout)["email"] == "owner@example.org"
    again = subprocess.run(command, env=portal_env, check=False, capture_output=True, text=True)
    assert ("waits already" in again.stdout + again.stderr, again.returncode != 0) == (True, True)
