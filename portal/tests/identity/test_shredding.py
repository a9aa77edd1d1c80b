"""Evidence goes when its time is over; who checked, when, how and the outcome stay."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from portal.tests.identity.conftest import see_all

from guildmark.rules.identity import Standing, Verdict
from guildmark_portal.audit.models import Entry
from guildmark_portal.identity import facts, services, vault
from guildmark_portal.identity.models import Check, Decision, Evidence, Link, Look
from guildmark_portal.identity.reviewing import Reason
from guildmark_portal.identity.sealed import DataKey, Shredding
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.runner import Runner

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def thirty_days(settings):
    settings.IDENTITY_RETENTION_DAYS = 30


@pytest.fixture
def approved(submitted, reviewer, stopped_clock):
    services.assign(check=submitted, reviewer=reviewer, now=stopped_clock.at)
    see_all(submitted, reviewer, stopped_clock.at)
    services.decide(check=submitted, reviewer=reviewer, verdict=Verdict.APPROVED, now=stopped_clock.at)
    return submitted


def test_x16_evidence_is_shredded_the_retention_after_the_decision_and_not_before(approved, stopped_clock):
    due = stopped_clock.at + 30 * DAY
    assert services.shred_due(now=due - timedelta(seconds=1)) == (0, due)
    assert DataKey.objects.count() == 3
    assert services.shred_due(now=due) == (1, None)
    assert DataKey.objects.count() == 0
    assert services.shred_due(now=due + DAY) == (0, None)


def test_x16_who_checked_when_how_and_the_outcome_stay(approved, candidate, reviewer, stopped_clock):
    decided_at = stopped_clock.at
    services.shred_due(now=decided_at + 30 * DAY)
    check = Check.objects.get()
    decision = Decision.objects.get()
    assert (decision.reviewer, decision.decided_at, decision.verdict) == (reviewer, decided_at, "approved")
    assert (facts.standing_of(check), services.is_approved(candidate)) == (Standing.APPROVED, True)
    document = check.documents.get()
    assert (document.kind, document.issuing_country, document.expires_on) == ("national_id", "", None)
    assert {look.viewer for look in Look.objects.all()} == {reviewer}
    done = Shredding.objects.get()
    assert (done.shredded_at, done.records) == (decided_at + 30 * DAY, 3)
    assert Entry.objects.filter(action="identity.shredded", subject=f"check:{check.pk}").count() == 1
    for evidence in Evidence.objects.all():
        with pytest.raises(vault.Shredded):
            vault.unseal(evidence.sealed)


def test_x16_what_reviewers_still_need_is_not_shredded(submitted, stopped_clock):
    assert services.shred_due(now=stopped_clock.at + 3650 * DAY) == (0, None)


def test_x16_what_was_never_handed_in_goes_too(check, give, stopped_clock):
    services.make_link(check=check, now=stopped_clock.at)
    stopped_clock.advance(10 * 86400)
    give(check)
    due = stopped_clock.at + 30 * DAY
    assert services.shred_due(now=due - timedelta(seconds=1)) == (0, due)
    assert services.shred_due(now=due) == (1, None)
    assert (DataKey.objects.count(), Link.objects.count()) == (0, 0)


def test_x16_a_rejected_check_that_is_not_mended_goes_after_the_rejection(submitted, reviewer, stopped_clock):
    services.assign(check=submitted, reviewer=reviewer, now=stopped_clock.at)
    services.decide(
        check=submitted, reviewer=reviewer, verdict=Verdict.REJECTED, reasons=[Reason.EXPIRED], now=stopped_clock.at
    )
    assert services.shred_due(now=stopped_clock.at + 30 * DAY) == (1, None)


def test_after_shredding_the_candidate_may_open_another_check(approved, candidate, stopped_clock):
    services.shred(check=approved, now=stopped_clock.at)
    assert services.open_check(user=candidate, now=stopped_clock.at) != approved
    assert services.is_approved(candidate) is True


@pytest.mark.django_db(transaction=True)
def test_x16_the_job_shreds_on_the_day_and_leaves_nothing_to_read(approved, candidate, data_dir, stopped_clock, caplog):
    keys = [bytes(key.wrapped) for key in DataKey.objects.all()]
    database = Path(str(connection.settings_dict["NAME"]))
    files = list((data_dir / "evidence").iterdir())
    samples = [path.read_bytes()[10:60] for path in files]
    Runner().run_due()
    assert len(files) == 3
    stopped_clock.advance(29 * 86400)
    Runner().run_due()
    assert DataKey.objects.count() == 3
    stopped_clock.advance(86400)
    Runner().run_due()
    assert DataKey.objects.count() == 0
    left = [database, Path(f"{database}-wal"), *(path for path in data_dir.rglob("*") if path.is_file())]
    held = b"".join(path.read_bytes() for path in left if path.exists()) + caplog.text.encode()
    assert [needle for needle in (*keys, *samples) if needle in held] == []
    assert list((data_dir / "evidence").iterdir()) == []


def test_x16_the_first_look_is_a_day_away_at_most_so_that_a_shorter_retention_is_kept(check, give, settings, stopped_clock):
    assert Job.objects.get(kind="identity.shred").run_at == stopped_clock.at + DAY
    give(check)
    settings.IDENTITY_RETENTION_DAYS = 1
    stopped_clock.at += DAY
    Runner().run_due()
    assert DataKey.objects.count() == 0


def test_the_job_looks_every_day_so_that_a_shorter_retention_is_kept(approved, settings, stopped_clock):
    decided_at, settings.IDENTITY_RETENTION_DAYS = stopped_clock.at, 10
    while DataKey.objects.exists():
        stopped_clock.at = Job.objects.get(kind="identity.shred", finished_at=None).run_at
        Runner().run_due()
    assert stopped_clock.at == decided_at + 10 * DAY


def test_x16_no_upload_of_evidence_lies_in_a_folder_for_files(approved, data_dir):
    assert [path.name for path in data_dir.rglob("*") if path.suffix in {".jpg", ".png", ".pdf"}] == []
