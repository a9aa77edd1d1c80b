"""The administration: staff only, by the ordinary sign-in."""

import pytest

PAGES = ["/admin/", "/admin/accounts/user/", "/admin/jobs/job/", "/admin/audit/entry/"]


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_sent_to_sign_in(page, client, db):
    answer = client.get(page, follow=True)
    assert [step for step, _status in answer.redirect_chain] == [f"/admin/login/?next={page}", f"/accounts/login/?next={page}"]


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_refused(page, client, stranger):
    client.force_login(stranger)
    assert client.get(page, follow=True).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_staff_may_look(page, client, staff):
    client.force_login(staff)
    assert client.get(page).status_code == 200


def test_staff_that_signed_in_at_the_door_gets_in(client, staff, newest_code):
    client.post("/accounts/login/?next=/admin/", {"login": staff.email})
    answer = client.post("/accounts/login/code/confirm/?next=/admin/", {"code": newest_code()})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


def test_an_account_can_be_edited_but_no_password_set(client, staff, candidate):
    client.force_login(staff)
    page = client.get(f"/admin/accounts/user/{candidate.pk}/change/").content.decode()
    assert candidate.email in page
    assert "password" not in page.lower()


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
