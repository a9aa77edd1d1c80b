"""The administration: staff only, by the ordinary sign-in."""

import pytest
from django.contrib import admin
from portal.tests.conftest import person_with

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


def test_an_account_is_read_and_not_even_an_owner_becomes_its_person(client, staff, candidate):
    client.force_login(staff)
    address = f"/admin/accounts/user/{candidate.pk}/change/"
    page = client.get(address).content.decode()
    assert candidate.email in page
    assert "password" not in page.lower()
    assert client.post(address, {"email": "mine@example.org", "name": "Mine"}).status_code == 403
    assert client.post("/admin/accounts/user/add/", {"email": "new@example.org"}).status_code == 403
    assert client.get("/admin/account/emailaddress/").status_code == 404
    candidate.refresh_from_db()
    assert (candidate.email, candidate.is_active) == ("candidate@example.org", True)


def test_no_action_of_the_administration_changes_anything_for_an_auditor(client, candidate, stopped_clock):
    from allauth.account.models import EmailAddress
    from django.test import RequestFactory

    from guildmark_portal.jobs.models import Job

    EmailAddress.objects.filter(user=candidate).update(verified=False)
    Job.objects.create(kind="x", key="1", payload={}, run_at=stopped_clock.at, dead_at=stopped_clock.at)
    request = RequestFactory().get("/admin/")
    request.user = person_with("owner")
    client.force_login(person_with("auditor"))
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


def test_a_job_that_was_given_up_can_be_tried_again(client, staff, stopped_clock):
    from django.contrib.admin.models import LogEntry

    from guildmark_portal.jobs.models import Job

    job = Job.objects.create(kind="x", key="1", payload={"a": 1}, run_at=stopped_clock.at, dead_at=stopped_clock.at)
    client.force_login(staff)
    client.post("/admin/jobs/job/", {"action": "try_again", "_selected_action": [job.pk]})
    assert list(Job.objects.filter(dead_at=None).values_list("kind", "key", "payload")) == [("x", "1", {"a": 1})]
    assert list(LogEntry.objects.values_list("user", "object_id", "change_message")) == [
        (staff.pk, str(job.pk), "asked for again")
    ]
