"""What the portal holds of a person's papers is theirs to read, and goes when they go."""

import io
import zipfile
from pathlib import Path

import pytest
from django.db import connection
from portal.tests.identity.conftest import see_all

from guildmark.rules.identity import Standing, Verdict
from guildmark_portal.accounts import data_page, deletion, scrubbing
from guildmark_portal.accounts.models import User
from guildmark_portal.identity import facts, own_data, services, vault
from guildmark_portal.identity.models import Check
from guildmark_portal.identity.reviewing import Reason
from guildmark_portal.identity.sealed import DataKey, Sealed


@pytest.fixture
def decided(submitted, reviewer, stopped_clock):
    def by(verdict, reasons=()):
        services.assign(check=submitted, reviewer=reviewer, now=stopped_clock.at)
        see_all(submitted, reviewer, stopped_clock.at)
        services.decide(check=submitted, reviewer=reviewer, verdict=verdict, reasons=reasons, now=stopped_clock.at)
        return submitted

    return by


def downloaded(user):
    written = io.BytesIO()
    data_page.write(user, written)
    return written


def test_a_person_reads_what_is_printed_on_their_papers_and_sees_their_images(decided, candidate, stranger):
    decided(Verdict.REJECTED, [Reason.EXPIRED])
    (check,) = own_data.export(candidate)
    (document,) = check["documents"]
    assert (document["kind"], document["printed"]["name"], check["stands"]) == ("national_id", "Ada Candidate", "rejected")
    with zipfile.ZipFile(downloaded(candidate)) as archive:
        for name in (document["pages"][0], check["photos"][0]["image"]):
            assert (Path(name).suffix, archive.read(name)[:3]) == (".jpg", b"\xff\xd8\xff")
        assert [name for name in archive.namelist() if name.startswith("identity/")] == [
            document["pages"][0],
            check["photos"][0]["image"],
        ]
    assert check["decisions"][0]["reasons"] == ["expired"]
    assert own_data.export(stranger) == []


def test_a_record_that_cannot_be_opened_keeps_nothing_else_back(decided, candidate, caplog):
    document = decided(Verdict.APPROVED).documents.get()
    vault.path_of(document.particulars_id).unlink()
    (check,) = own_data.export(candidate)
    assert (check["documents"][0]["printed"], check["stands"]) == (None, "approved")
    assert check["documents"][0]["pages"][0].endswith(".jpg")
    assert str(document.particulars_id) in caplog.text


def test_after_shredding_only_the_facts_are_left_to_read(decided, candidate, stopped_clock):
    services.shred(check=decided(Verdict.APPROVED), now=stopped_clock.at)
    (check,) = own_data.export(candidate)
    assert (check["documents"][0]["printed"], check["documents"][0]["pages"], check["stands"]) == (None, [None], "approved")
    assert list(own_data.images(candidate)) == []


@pytest.mark.django_db(transaction=True)
def test_who_deletes_their_account_leaves_no_paper_that_can_be_read(submitted, candidate, data_dir, stopped_clock):
    keys = [bytes(key.wrapped) for key in DataKey.objects.all()]
    own_data.erase(candidate)
    scrubbing.scrub()
    assert (Check.objects.count(), Sealed.objects.count(), list((data_dir / "evidence").iterdir())) == (0, 0, [])
    database = Path(str(connection.settings_dict["NAME"]))
    held = b"".join(path.read_bytes() for path in (database, Path(f"{database}-wal")) if path.exists())
    assert [key for key in keys if key in held] == []
    assert own_data.kept(candidate) == []


def test_that_somebody_was_checked_stays_when_they_go(decided, candidate):
    check = decided(Verdict.APPROVED)
    assert len(own_data.kept(candidate)) == 1
    own_data.erase(candidate)
    assert (facts.standing_of(check), DataKey.objects.count()) == (Standing.APPROVED, 0)


def test_the_deletion_of_an_account_shreds_its_papers(submitted, candidate):
    deletion.delete(user=candidate)
    assert (Check.objects.count(), DataKey.objects.count()) == (0, 0)
    assert not User.objects.filter(email="candidate@example.org").exists()


def test_the_deletion_of_an_account_that_was_checked_names_nobody_in_what_stays(decided, candidate):
    decided(Verdict.APPROVED)
    deletion.delete(user=candidate)
    check = Check.objects.get()
    assert (facts.standing_of(check), DataKey.objects.count()) == (Standing.APPROVED, 0)
    assert "candidate@example.org" not in check.user.email
    assert check.user.name == ""
