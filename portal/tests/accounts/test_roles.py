"""Roles: who gives them, who loses them, and what each sees."""

from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import person_with
from portal.tests.web.test_markup import visible_words

from guildmark_portal import accounts as account_pages
from guildmark_portal import clock
from guildmark_portal.accounts import roles
from guildmark_portal.accounts.models import RoleGrant, User
from guildmark_portal.accounts.roles import Role
from guildmark_portal.audit.models import Entry
from guildmark_portal.jobs.models import Job

PAGE = "/account/roles/"


def entries() -> list[tuple[str, str, str, dict[str, str]]]:
    about_roles = Entry.objects.filter(action__startswith="role.").order_by("id")
    return list(about_roles.values_list("actor", "action", "subject", "detail"))


def test_an_owner_grants_a_role_and_takes_it_back(staff, candidate):
    assert roles.grant(email="Candidate@example.org", role=Role.REVIEWER, actor=staff) is True
    candidate.refresh_from_db()
    assert candidate.roles == {Role.REVIEWER}
    assert roles.revoke(email=candidate.email, role=Role.REVIEWER, actor=staff) is True
    candidate.refresh_from_db()
    assert candidate.roles == frozenset()
    by, of = f"user:{staff.pk}", f"user:{candidate.pk}"
    assert entries() == [(by, "role.granted", of, {"role": "reviewer"}), (by, "role.revoked", of, {"role": "reviewer"})]


def test_what_stands_already_is_not_granted_twice(staff, candidate):
    found = [roles.grant(email=candidate.email, role=Role.SUPPORT, actor=staff) for _time in range(2)]
    assert (found, RoleGrant.objects.filter(user=candidate).count()) == ([True, False], 1)
    assert roles.revoke(email=candidate.email, role=Role.AUTHOR, actor=staff) is False


def test_a_role_that_was_taken_back_can_be_given_again_and_both_stay_on_record(staff, candidate):
    for _time in range(2):
        roles.grant(email=candidate.email, role=Role.SUPPORT, actor=staff)
        roles.revoke(email=candidate.email, role=Role.SUPPORT, actor=staff)
    assert [bool(grant.revoked_at) for grant in candidate.grants.all()] == [True, True]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_nobody_but_an_owner_grants_or_revokes(role, candidate, db):
    actor = person_with(role.value)
    with pytest.raises(roles.NoLeave):
        roles.grant(email=candidate.email, role=Role.OWNER, actor=actor)
    with pytest.raises(roles.NoLeave):
        roles.revoke(email=actor.email, role=role, actor=actor)


def test_an_owner_whose_role_was_taken_back_grants_no_more_even_from_a_page_opened_before(staff, candidate):
    other = person_with("owner")
    assert other.roles == {Role.OWNER}
    roles.revoke(email=other.email, role=Role.OWNER, actor=staff)
    with pytest.raises(roles.NoLeave):
        roles.grant(email=candidate.email, role=Role.AUDITOR, actor=other)


def test_the_last_owner_stays_until_there_is_another(staff, candidate):
    with pytest.raises(roles.LastOwner):
        roles.revoke(email=staff.email, role=Role.OWNER, actor=staff)
    roles.grant(email=candidate.email, role=Role.OWNER, actor=staff)
    assert roles.revoke(email=staff.email, role=Role.OWNER, actor=staff) is True


def test_an_owner_whose_account_is_closed_does_not_count(staff):
    other = person_with("owner")
    other.is_active = False
    other.save()
    with pytest.raises(roles.LastOwner):
        roles.revoke(email=staff.email, role=Role.OWNER, actor=staff)
    assert User.objects.get(pk=other.pk).roles == frozenset()


def test_an_address_without_an_account_gets_no_role(staff):
    with pytest.raises(roles.UnknownAccount) as refused:
        roles.grant(email="nobody@example.org", role=Role.SUPPORT, actor=staff)
    assert "ask the person to create an account first" in refused.value.next_step


@pytest.mark.parametrize(
    "fields",
    [{"role": "king"}, {"role": "owner"}, {"role": "support", "revoked_by": "user:1"}],
    ids=["unknown", "twice", "revoked by somebody at no time"],
)
def test_the_database_refuses_a_grant_that_cannot_be(fields, staff):
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=staff, granted_by="tests", granted_at=clock.now(), **fields)


def test_a_door_opens_to_its_role_and_to_readers_only_for_reading(db, candidate):
    @roles.role_required(Role.EXAMINER, readers=(Role.AUDITOR,))
    def view(request):
        return HttpResponse("in")

    def status(user, method):
        request = RequestFactory().generic(method, "/")
        request.user = user
        try:
            return view(request).status_code
        except roles.PermissionDenied:
            return 403

    examiner, auditor, owner = (person_with(role) for role in ("examiner", "auditor", "owner"))
    table = [(status(user, "GET"), status(user, "POST")) for user in (examiner, auditor, owner, candidate)]
    assert table == [(200, 200), (200, 403), (403, 403), (403, 403)]


def test_the_page_grants_and_revokes(candidate, staff):
    owner = signed_in(staff, minutes_ago=1)
    answer = owner.post(PAGE, {"email": candidate.email, "role": "reviewer"}, follow=True)
    assert "candidate@example.org now has the role: reviewer." in answer.content.decode()
    answer = owner.post(PAGE, {"email": candidate.email, "role": "reviewer", "revoke": "yes"}, follow=True)
    assert "candidate@example.org no longer has the role: reviewer." in answer.content.decode()
    assert User.objects.get(pk=candidate.pk).roles == frozenset()


def test_the_page_refuses_to_take_the_last_owner_and_says_what_to_do(staff):
    answer = signed_in(staff, minutes_ago=1).post(PAGE, {"email": staff.email, "role": "owner", "revoke": "yes"})
    assert answer.status_code == 200
    assert "Make somebody else an owner first." in answer.content.decode()
    assert User.objects.get(pk=staff.pk).roles == {Role.OWNER}


def test_a_change_asks_for_a_fresh_sign_in(staff, candidate):
    answer = signed_in(staff, minutes_ago=60).post(PAGE, {"email": candidate.email, "role": "owner"})
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/reauthenticate/?next={PAGE.replace('/', '%2F')}")
    assert User.objects.get(pk=candidate.pk).roles == frozenset()


def test_an_auditor_reads_the_page_and_the_administration_and_changes_nothing(candidate, db):
    auditor = signed_in(person_with("auditor"), minutes_ago=1)
    page = auditor.get(PAGE)
    assert (page.status_code, "Grant a role" in page.content.decode()) == (200, False)
    assert auditor.post(PAGE, {"email": candidate.email, "role": "owner"}).status_code == 403
    assert auditor.get("/admin/audit/entry/").status_code == 200
    change = f"/admin/accounts/user/{candidate.pk}/change/"
    assert auditor.get(change).status_code == 200
    assert auditor.post(change, {"email": "mine@example.org", "name": "Mine"}).status_code == 403
    assert auditor.get("/admin/accounts/user/add/").status_code == 403
    assert auditor.get("/admin/jobs/job/").status_code == 200
    assert "Try again" not in auditor.get("/admin/jobs/job/").content.decode()


def test_an_auditor_cannot_ask_for_a_job_again(stopped_clock, db):
    dead = Job.objects.create(kind="x", key="1", run_at=stopped_clock.at, dead_at=stopped_clock.at)
    signed_in(person_with("auditor")).post("/admin/jobs/job/", {"action": "try_again", "_selected_action": [dead.pk]})
    assert Job.objects.count() == 1


@pytest.mark.parametrize("role", ["examiner", "reviewer", "author", "support"])
def test_no_other_role_enters_the_administration_or_the_page_of_roles(role, db):
    client = signed_in(person_with(role), minutes_ago=1)
    assert client.get("/admin/accounts/user/", follow=True).status_code == 403
    assert client.get(PAGE).status_code == 403


TEMPLATES = sorted((Path(account_pages.__file__).parent / "templates").rglob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_word_of_an_account_page_can_be_translated(template):
    assert visible_words(template.read_text()) == set()


def test_whoever_could_do_everything_before_there_were_roles_is_an_owner(transactional_db):
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    first = ("accounts", "0001_initial")
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        MigrationExecutor(connection).migrate([first])
        before = MigrationExecutor(connection).loader.project_state([first]).apps.get_model("accounts", "User")
        before.objects.create(email="chief@example.org", is_superuser=True, is_staff=True)
        before.objects.create(email="helper@example.org", is_staff=True)
    finally:
        MigrationExecutor(connection).migrate(newest)
    assert {user.email: set(user.roles) for user in User.objects.all()} == {
        "chief@example.org": {Role.OWNER},
        "helper@example.org": set(),
    }
