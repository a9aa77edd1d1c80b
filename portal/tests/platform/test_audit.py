"""The audit table: it grows, and does nothing else."""

import contextlib
import re

import pytest
from django.db import DatabaseError, connection, transaction
from portal.tests.accounts.conftest import signed_in
from portal.tests.on_postgresql import about_sqlite

from guildmark_portal.audit import services as audit
from guildmark_portal.audit.models import Entry


@pytest.fixture
def entry(candidate, stopped_clock):
    return audit.record(actor=candidate, action="attempt.finished", subject="attempt:7", detail={"confirmed": True})


def test_an_entry_says_who_when_what_and_of_what(entry, candidate, stopped_clock):
    found = Entry.objects.get(pk=entry.pk)
    assert (found.at, found.actor, found.action, found.subject, found.detail) == (
        stopped_clock.at,
        f"user:{candidate.pk}",
        "attempt.finished",
        "attempt:7",
        {"confirmed": True},
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'nobody'",
        "DELETE FROM audit_entry",
        pytest.param(
            "REPLACE INTO audit_entry SELECT id, at, 'nobody', action, subject, detail FROM audit_entry", marks=about_sqlite
        ),
        pytest.param(
            "INSERT OR REPLACE INTO audit_entry SELECT id, at, 'nobody', action, subject, detail FROM audit_entry",
            marks=about_sqlite,
        ),
        "INSERT INTO audit_entry SELECT * FROM audit_entry WHERE true ON CONFLICT(id) DO UPDATE SET actor = 'nobody'",
    ],
)
def test_the_database_refuses_to_change_or_remove_it(statement, entry):
    before = list(Entry.objects.values())
    with (
        pytest.raises(DatabaseError, match="audit entries can only be added"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert list(Entry.objects.values()) == before


def test_neither_does_the_orm_change_or_remove_it(entry):
    entry.actor = "nobody"
    with pytest.raises(DatabaseError, match="audit entries can only be added"), transaction.atomic():
        entry.save()
    with pytest.raises(DatabaseError, match="audit entries can only be added"), transaction.atomic():
        Entry.objects.all().delete()
    assert Entry.objects.get(pk=entry.pk).actor != "nobody"


def test_what_is_rolled_back_leaves_no_entry(db):
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        audit.record(actor=audit.SYSTEM, action="x", subject="y")
        raise ZeroDivisionError
    assert Entry.objects.filter(action="x").count() == 0


def test_staff_may_read_it_and_nothing_else(staff, entry):
    client = signed_in(staff, minutes_ago=1)
    assert b"attempt.finished" in client.get("/admin/audit/entry/").content
    assert client.get("/admin/audit/entry/add/").status_code == 403
    assert client.post(f"/admin/audit/entry/{entry.pk}/change/", {"actor": "nobody"}).status_code == 403
    assert client.post(f"/admin/audit/entry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_stranger_may_not_read_it(client, stranger, entry):
    client.force_login(stranger)
    answer = client.get("/admin/audit/entry/", follow=True)
    assert answer.status_code == 403
    assert b"attempt.finished" not in answer.content


def test_who_is_sought_by_address_or_name_is_found_by_number(staff, candidate, stranger):
    for person in (candidate, stranger):
        audit.record(actor=person, action=f"done.by.{person.pk}", subject="attempt:7")
        audit.record(actor="system", action=f"done.to.{person.pk}", subject=person)
    client = signed_in(staff, minutes_ago=1)
    for sought in (candidate.email, "ada cand"):
        page = client.get("/admin/audit/entry/", {"q": sought}).content.decode()
        rows = page[page.index('id="result_list"') : page.index("</table>", page.index('id="result_list"'))]
        assert sorted(re.findall(r"done\.\w+\.\d+", rows)) == [f"done.by.{candidate.pk}", f"done.to.{candidate.pk}"]
