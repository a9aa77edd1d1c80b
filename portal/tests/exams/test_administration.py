"""Exams and certificates in the administration: to look at, not to change."""

import pytest
from django.test import Client
from django.urls import reverse
from portal.tests.accounts.conftest import signed_in
from portal.tests.exams.conftest import Browser, Sitting, WorkOff

from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.exams.models import Attempt, Decision, ExamVersion, Program, Report, Submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("grading_service")]
MODELS = (Program, ExamVersion, Attempt, Submission, Report, Decision, Certificate)


def address(model: type, page: str, *arguments: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def decided(running: Sitting, work_off: WorkOff) -> None:
    for number in (1, 2, 3):
        running.submit(f"category{number}", f"score 5 {number}".encode())
    work_off()
    running.finish()
    work_off()


def test_staff_sees_every_kind_of_row_and_changes_none(running: Sitting, work_off: WorkOff, staff: User) -> None:
    decided(running, work_off)
    client = signed_in(staff, minutes_ago=1)
    for model in MODELS:
        row = model.objects.first()
        pages = [address(model, "changelist"), address(model, "change", row.pk)]
        assert [client.get(page).status_code for page in pages] == [200, 200], model
        refused = [client.get(address(model, "add")), client.post(address(model, "delete", row.pk), {"post": "yes"})]
        assert [answer.status_code for answer in refused] == [403, 403], model
    assert [model.objects.exists() for model in MODELS] == [True] * len(MODELS)


def test_staff_can_close_a_program(running: Sitting, staff: User) -> None:
    program = running.attempt.program
    page = address(Program, "change", program.pk)
    assert signed_in(staff, minutes_ago=11).post(page, {})["Location"].startswith("/accounts/reauthenticate/")
    program.refresh_from_db()
    assert (program.is_open, Entry.objects.filter(action="admin.changed").exists()) == (True, False)
    signed_in(staff, minutes_ago=1).post(page, {})
    program.refresh_from_db()
    assert (program.is_open, program.slug) == (False, "tiny-demo")
    entry = Entry.objects.get(action="admin.changed")
    assert (entry.actor, entry.subject) == (f"user:{staff.pk}", f"program:{program.pk}")
    assert len(entry.detail["what"]) == 1


def test_a_candidate_sees_no_administration(running: Sitting, candidate: User, browser: Browser) -> None:
    for client in (browser(candidate), Client()):
        assert {client.get(address(model, "changelist")).status_code for model in MODELS} <= {302, 403}
