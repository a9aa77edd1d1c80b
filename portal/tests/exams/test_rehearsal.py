"""Rehearsing: a practice attempt goes the way of a real one and leaves nothing behind, and a delivery is noted (L3, X8)."""

import hashlib

import pytest
from django.core import mail
from typer.testing import CliRunner

from guildmark.errors import BundleDamaged
from guildmark.packs.bundle import unseal
from guildmark.packs.reader import load_manifest
from guildmark.protocol import REHEARSAL_PROGRAM, ExamKind
from guildmark.rules.attempt import Phase
from guildmark_portal import clock
from guildmark_portal.audit.models import Entry
from guildmark_portal.cli import app
from guildmark_portal.cli.init import anything_published
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import queries, services, storage
from guildmark_portal.exams.deliveries import delivered
from guildmark_portal.exams.models import Attempt, Delivery, Device, Entitlement, ExamVersion, Program
from guildmark_portal.exams.personal_data import PART
from guildmark_portal.exams.programs import program_of
from guildmark_portal.exams.refusals import NotPrepared, UnknownProgram
from guildmark_portal.exams.rehearsal import PRACTICE_BANK, can_practise, newest_practice, practise, rehearsed_for
from guildmark_portal.handbook.models import Edition
from guildmark_portal.jobs.models import Job

SMALL = 60_000


@pytest.fixture
def practice_exam(db):
    return services.publish_practice(actor="tests")


@pytest.fixture
def practice(practice_exam, candidate, stopped_clock):
    return practise(user=candidate, now=clock.now())


def hand_in(attempt, content):
    digest = hashlib.sha256(content).hexdigest()
    upload = services.open_upload(
        attempt=attempt, category="category1", file_name="ready.keras", sha256=digest, size=len(content), now=clock.now()
    )
    return services.receive_bytes(upload=upload, offset=0, chunk=content, now=clock.now()).submission


def test_an_operator_cannot_publish_another_rehearsal(tmp_path):
    refused = CliRunner().invoke(app, ["publish", str(tmp_path), "--kind", "rehearsal"])
    assert refused.exit_code == 2
    assert "'rehearsal' is not one of 'demo', 'mock', 'live'" in refused.output


class TestPracticeExam:
    def test_it_is_small_and_has_every_file_that_its_manifest_names(self):
        files = [path for path in PRACTICE_BANK.rglob("*") if path.is_file()]
        (form,) = load_manifest(PRACTICE_BANK / "bank.json").forms
        named = {"bank.json", *(f"{blob.sha256}.zip" for v in form.variants for blob in (v.public, v.hidden))}
        assert {path.name for path in files} == named
        assert sum(path.stat().st_size for path in files) < SMALL

    def test_publishing_it_again_changes_nothing_and_brings_back_lost_files(self, practice_exam):
        (form,) = practice_exam.bank.forms
        archive = storage.public_archive(form.variants[0].public.sha256)
        archive.unlink()
        assert services.publish_practice(actor="tests") == practice_exam
        assert (archive.is_file(), ExamVersion.objects.count()) == (True, 1)

    @pytest.mark.usefixtures("practice_exam")
    def test_it_stands_in_no_list_and_has_no_handbook(self):
        program = Program.objects.get(slug=REHEARSAL_PROGRAM)
        assert (program.exam_kind, program.is_open, can_practise()) == (ExamKind.REHEARSAL, False, True)
        with pytest.raises(UnknownProgram, match="Programs: none yet"):
            program_of("nothing")
        assert (queries.open_programs(), Edition.objects.count(), anything_published()) == ((), 0, False)


@pytest.mark.usefixtures("stopped_clock")
class TestPracticeAttempt:
    def test_l3_it_runs_at_once_without_registration_payment_or_wait(self, practice, candidate):
        state = attempt_state(practice, now=clock.now())
        assert (state.kind, state.phase, state.time_left_s) == (ExamKind.REHEARSAL, Phase.RUNNING, 3600.0)
        assert [entitlement.source for entitlement in Entitlement.objects.filter(user=candidate)] == ["free"]

    def test_opening_it_again_goes_on_with_the_one_that_runs_and_later_opens_another(self, practice, candidate):
        assert practise(user=candidate, now=clock.now()).pk == practice.pk
        services.finish(attempt=practice, confirm=True, now=clock.now())
        assert practise(user=candidate, now=clock.now()).pk != practice.pk

    def test_x8_a_practice_submission_is_graded_like_any_other(self, practice, candidate, grading_service, work_off):
        hand_in(practice, b"score 5")
        assert newest_practice(candidate).report is None
        work_off()
        report = newest_practice(candidate).report
        assert (report.score, grading_service.jobs[0].bank) == (5, practice.exam_version.bank_sha256)

    @pytest.mark.usefixtures("grading_service")
    def test_l3_nothing_of_it_is_kept_as_a_result(self, practice, candidate, work_off):
        hand_in(practice, b"score 5")
        work_off()
        services.finish(attempt=practice, confirm=True, now=clock.now())
        work_off()
        decided = queries.attempt_with(practice.pk)
        assert (decided.decision.passed, decided.ended_at) == (True, clock.now())
        assert (Certificate.objects.count(), mail.outbox, Job.objects.filter(kind="mail").count()) == (0, [], 0)
        assert queries.attempts_of(user=candidate, now=clock.now()) == ()

    def test_it_waits_behind_every_real_submission(self, practice, sit, candidate):
        hand_in(practice, b"score 5")
        real = sit(candidate).prepare().begin()
        for number in range(3):
            real.submit("category1", f"score {number}".encode())
        practised, *others = Job.objects.filter(kind="grade").order_by("pk")
        assert all(practised.priority < other.priority for other in others)

    @pytest.mark.usefixtures("practice")
    def test_another_attempt_is_rehearsed_for_only_before_its_clock(self, sit, candidate, stranger):
        assert rehearsed_for(candidate) is None
        sitting = sit(candidate).prepare()
        assert (rehearsed_for(candidate).pk, rehearsed_for(stranger)) == (sitting.id, None)
        sitting.begin()
        assert rehearsed_for(candidate) is None

    def test_it_does_not_hold_up_the_deletion_of_an_account_and_goes_with_it(self, practice, candidate):
        services.note_delivery(attempt=practice, sha256=practice.bundle_sha256, by=Device.BROWSER, now=clock.now())
        assert list(PART.obstacles(candidate)) == []
        PART.erase(candidate)
        assert (Attempt.objects.count(), Delivery.objects.count()) == (0, 0)


@pytest.mark.usefixtures("stopped_clock")
class TestDelivery:
    def test_x8_it_is_noted_once_for_each_device_and_audited(self, sit, candidate):
        sitting = sit(candidate).prepare()
        for by in (Device.BROWSER, Device.TERMINAL, Device.BROWSER):
            services.note_delivery(attempt=sitting.attempt, sha256=sitting.offer.sha256, by=by, now=clock.now())
        assert [one.by for one in delivered(sitting.attempt)] == ["browser", "terminal"]
        entries = Entry.objects.filter(action="bundle.delivered").order_by("pk").values_list("detail", flat=True)
        assert list(entries) == [{"sha256": sitting.offer.sha256, "by": by} for by in ("browser", "terminal")]

    def test_x8_a_digest_that_is_not_the_bundles_is_refused(self, sit, candidate):
        sitting = sit(candidate)
        with pytest.raises(NotPrepared):
            services.note_delivery(attempt=sitting.attempt, sha256="a" * 64, by=Device.BROWSER, now=clock.now())
        sitting.prepare()
        with pytest.raises(BundleDamaged):
            services.note_delivery(attempt=sitting.attempt, sha256="a" * 64, by=Device.BROWSER, now=clock.now())
        assert delivered(sitting.attempt) == ()

    def test_x8_a_bundle_that_rotted_on_our_disk_is_made_again_before_the_clock(self, sit, candidate):
        sitting = sit(candidate).prepare()
        services.note_delivery(attempt=sitting.attempt, sha256=sitting.offer.sha256, by=Device.BROWSER, now=clock.now())
        storage.bundle(sitting.id, sitting.offer.sha256).write_bytes(b"rotten")
        sitting.prepare().begin()
        sealed = storage.bundle(sitting.id, sitting.offer.sha256).read_bytes()
        assert unseal(sealed, key=bytes.fromhex(sitting.begun.key), attempt=str(sitting.id)).startswith(b"PK")

    def test_it_is_said_over_the_api_and_by_nobody_else(self, sit, candidate, stranger, browser):
        sitting = sit(candidate).prepare()
        address, word = f"/api/v1/attempts/{sitting.id}/delivered", {"sha256": sitting.offer.sha256, "by": "terminal"}
        said = browser(candidate).post(address, word, content_type="application/json")
        assert (said.status_code, said.json()["id"]) == (200, str(sitting.id))
        assert [one.by for one in delivered(sitting.attempt)] == ["terminal"]
        assert browser(stranger).post(address, word, content_type="application/json").status_code == 404
        damaged = browser(candidate).post(address, {**word, "sha256": "a" * 64}, content_type="application/json")
        assert (damaged.status_code, damaged.json()["code"]) == (409, "bundle_damaged")


def test_the_practice_attempt_is_part_of_what_is_held_on_a_person(practice, candidate):
    services.note_delivery(attempt=practice, sha256=practice.bundle_sha256, by=Device.BROWSER, now=clock.now())
    (attempt,) = PART.export(candidate)["attempts"]
    assert [one["by"] for one in attempt["deliveries"]] == ["browser"]
