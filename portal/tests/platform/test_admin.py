"""The administration: staff only, by the ordinary sign-in."""

import re
from html import unescape

import pytest
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import person_with

from guildmark_portal.audit.admin_page import AdminPage
from guildmark_portal.audit.models import Entry
from guildmark_portal.jobs.services import enqueue

PAGES = ["/admin/", "/admin/accounts/user/", "/admin/jobs/job/", "/admin/audit/entry/"]


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_sent_to_sign_in(page, client, db):
    answer = client.get(page, follow=True)
    assert [step for step, _status in answer.redirect_chain] == [f"/admin/login/?next={page}", f"/accounts/login/?next={page}"]


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_refused(page, client, stranger):
    client.force_login(stranger)
    assert client.get(page, follow=True).status_code == 403


def test_who_is_no_staff_is_told_whom_to_ask_and_not_to_sign_in_again(client, stranger):
    client.force_login(stranger)
    html = client.get("/admin/", follow=True).content.decode()
    assert "Ask an owner of this portal for that role." in html
    assert 'href="/accounts/login/"' not in html
    assert 'href="/exam/"' in html


@pytest.mark.parametrize("model", ["client", "token"])
@pytest.mark.parametrize("page", ["", "add/", "guildmark-client/change/", "guildmark-client/delete/"])
def test_the_terminals_client_and_the_tokens_are_out_of_reach(client, staff, model, page):
    client.force_login(staff)
    assert client.get(f"/admin/allauth_idp_oidc/{model}/{page}").status_code == 404


def test_it_is_named_after_us_and_each_part_has_a_name_of_its_own(client, staff):
    client.force_login(staff)
    html = client.get("/admin/").content.decode()
    assert "Django" not in html
    assert 'href="/admin/">Guildmark</a>' in html
    names = [str(app["name"]) for app in admin.site.get_app_list(client.get("/admin/").wsgi_request)]
    assert len({name.casefold() for name in names}) == len(names)
    assert not any("allauth" in name.casefold() or "openid" in name.casefold() for name in names)


@pytest.mark.parametrize("page", PAGES)
def test_staff_may_look(page, client, staff):
    client.force_login(staff)
    assert client.get(page).status_code == 200


def test_staff_that_signed_in_at_the_door_gets_in(client, staff, newest_code):
    client.post("/accounts/login/?next=/admin/", {"login": staff.email})
    answer = client.post("/accounts/login/code/confirm/?next=/admin/", {"code": newest_code()})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


def test_an_account_is_read_and_not_even_an_owner_becomes_its_person(staff, candidate):
    client = signed_in(staff, minutes_ago=1)
    address = f"/admin/accounts/user/{candidate.pk}/change/"
    page = client.get(address).content.decode()
    assert candidate.email in page
    assert "password" not in page.lower()
    assert client.post(address, {"email": "mine@example.org", "name": "Mine"}).status_code == 403
    assert client.post("/admin/accounts/user/add/", {"email": "new@example.org"}).status_code == 403
    assert client.get("/admin/account/emailaddress/").status_code == 404
    candidate.refresh_from_db()
    assert (candidate.email, candidate.is_active) == ("candidate@example.org", True)


def test_no_action_of_the_administration_changes_anything_for_an_auditor(candidate, stopped_clock):
    from allauth.account.models import EmailAddress
    from django.test import RequestFactory

    from guildmark_portal.jobs.models import Job

    EmailAddress.objects.filter(user=candidate).update(verified=False)
    Job.objects.create(kind="x", key="1", payload={}, run_at=stopped_clock.at, dead_at=stopped_clock.at)
    request = RequestFactory().get("/admin/")
    request.user = person_with("owner")
    client = signed_in(person_with("auditor"), minutes_ago=1)
    before, tried = everything(), []
    for model, page in admin.site._registry.items():
        names = {"delete_selected", *(page.actions or ()), *page.get_actions(request)}
        rows = [str(key) for key in model._default_manager.values_list("pk", flat=True)]
        for name in names:
            address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            client.post(address, {"action": name, "_selected_action": rows, "post": "yes"})
            tried.append(name)
    assert everything() == before
    assert {"delete_selected", "try_again"} <= set(tried)


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row but those of sessions and of the cache."""
    from django.apps import apps

    found = {model._meta.label: list(model._default_manager.order_by("pk").values_list()) for model in apps.get_models()}
    return {name: rows for name, rows in found.items() if "ession" not in name}


def test_a_job_that_was_given_up_can_be_tried_again_after_a_fresh_sign_in_and_it_is_written_down(staff, stopped_clock):
    from django.contrib.admin.models import LogEntry

    from guildmark_portal.jobs.models import Job

    job = Job.objects.create(kind="x", key="1", payload={"a": 1}, run_at=stopped_clock.at, dead_at=stopped_clock.at)
    wish = {"action": "try_again", "_selected_action": [job.pk]}
    answer = signed_in(staff, minutes_ago=11).post("/admin/jobs/job/", wish)
    assert (answer["Location"].startswith("/accounts/reauthenticate/"), Job.objects.count()) == (True, 1)
    signed_in(staff, minutes_ago=1).post("/admin/jobs/job/", wish)
    assert list(Job.objects.filter(dead_at=None).values_list("kind", "key", "payload")) == [("x", "1", {"a": 1})]
    assert list(LogEntry.objects.values_list("user", "object_id", "change_message")) == [
        (staff.pk, str(job.pk), "asked for again")
    ]
    assert list(Entry.objects.filter(action__startswith="admin.").values_list("actor", "action", "subject", "detail")) == [
        (f"user:{staff.pk}", "admin.changed", f"job:{job.pk}", {"what": "asked for again"})
    ]


def list_address(model, query: str = "") -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/?{query}"


@pytest.mark.parametrize("ending", ["", "__regex", "__icontains", "__startswith", "__gt"])
def test_no_list_is_filtered_by_a_field_that_is_no_filter_of_it(ending, client, db):
    client.force_login(person_with("auditor"))
    tried = 0
    for model, page in admin.site._registry.items():
        filters = {str(one) for one in page.list_filter}
        for field in model._meta.concrete_fields:
            if ending or field.name not in filters:
                answer = client.get(list_address(model, f"{field.name}{ending}=["))
                assert answer.status_code == 400, (model, field.name)
                tried += 1
    assert tried > 50


def test_a_letter_that_waits_is_not_read_by_filtering(client, db):
    client.force_login(person_with("auditor"))
    enqueue(kind="mail", key="1", payload={"to": "ada@example.org", "body": "BCDF-GHJK"})
    for query in ("payload__to=ada@example.org", "kind=mail&payload__body__regex=BCDF", "payload__regex=["):
        assert client.get(f"/admin/jobs/job/?{query}").status_code == 400


def test_every_page_of_ours_is_built_on_the_one_that_refuses_such_lookups():
    assert all(isinstance(page, AdminPage) for page in admin.site._registry.values())
    assert {type(page).lookup_allowed for page in admin.site._registry.values()} == {AdminPage.lookup_allowed}
    assert AdminPage.lookup_allowed is not ModelAdmin.lookup_allowed


def test_the_filters_that_a_list_offers_work(client, db):
    client.force_login(person_with("auditor"))
    enqueue(kind="mail", key="1", payload={})
    followed = 0
    for model in admin.site._registry:
        for link in re.findall(r'<a href="\?([^"]+)"', client.get(list_address(model)).content.decode()):
            assert client.get(list_address(model, unescape(link))).status_code == 200, (model, link)
            followed += 1
    assert followed > 20
