"""The course of an attempt."""

import hashlib
import io
import json
import threading
import uuid
import zipfile

import pytest
from django.db import IntegrityError, connection, transaction
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import BankFolder, Browser, MakeBank, Sit, Sitting, WorkOff, downloaded

from guildmark.errors import AttemptClosed, BundleDamaged, NotStarted, Refused
from guildmark.packs.bundle import unseal
from guildmark.protocol import ExamKind
from guildmark.rules.attempt import Phase, phase
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import queries, services, storage
from guildmark_portal.exams.drawing import draw
from guildmark_portal.exams.models import Attempt, Entitlement, Program
from guildmark_portal.exams.refusals import NotPaid, NotPrepared, NotReady, ProgramNotOpen

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("stopped_clock")
def test_with_an_attempt_under_way_that_one_is_answered(sit: Sit, candidate: User) -> None:
    first = sit(candidate)
    assert sit(candidate).id == first.id
    assert Entitlement.objects.count() == 1


def test_the_database_refuses_a_second_attempt_under_way(running: Sitting, candidate: User) -> None:
    attempt = running.attempt
    other = Entitlement.objects.create(user=candidate, program=attempt.program, source="free", granted_at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(
            user=candidate, program=attempt.program, exam_version=attempt.exam_version, entitlement=other, opened_at=clock.now()
        )


def test_an_entitlement_serves_one_attempt(running: Sitting, stranger: User) -> None:
    attempt = running.attempt
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(
            user=stranger,
            program=attempt.program,
            exam_version=attempt.exam_version,
            entitlement=attempt.entitlement,
            opened_at=clock.now(),
        )


def test_after_a_decided_attempt_a_new_one_opens_though_no_job_ran(
    running: Sitting, sit: Sit, candidate: User, stopped_clock: StoppedClock
) -> None:
    stopped_clock.advance(5 * 3600)
    again = sit(candidate)
    assert again.id != running.id
    assert running.attempt.ended_at == running.begun.deadline


@pytest.mark.usefixtures("db")
def test_an_unknown_program_does_not_exist(candidate: User) -> None:
    with pytest.raises(Program.DoesNotExist):
        services.open_attempt(user=candidate, program="nothing", now=clock.now())


@pytest.mark.usefixtures("sit")
def test_a_closed_program_takes_no_attempt(candidate: User, bank: BankFolder) -> None:
    services.publish(bank.folder, ExamKind.DEMO, "tests")
    Program.objects.update(is_open=False)
    with pytest.raises(ProgramNotOpen):
        services.open_attempt(user=candidate, program="tiny-demo", now=clock.now())


@pytest.fixture
def live(make_bank: MakeBank) -> Program:
    """A live program that asks for no step of registration."""
    bank = make_bank(visibility="private")
    bank.calibrate()
    services.publish(bank.folder, ExamKind.LIVE, "tests")
    nothing_asked = dict.fromkeys(("profile", "eligibility", "terms", "identity", "handbook"), False)
    Program.objects.update(policy_document={"registration": nothing_asked, "identity_check": "none"})
    return Program.objects.get()


def settled(*assignments: str) -> None:
    services.amend_policy(slug="tiny", assignments=assignments, actor="tests", now=clock.now())


def test_g6_a_live_exam_with_a_fee_says_what_is_not_paid_and_whom_to_write_to(live: Program, candidate: User) -> None:
    settled("support_contact=exams@example.org")
    with pytest.raises(NotPaid) as refused:
        services.open_attempt(user=candidate, program=live.slug, now=clock.now())
    assert str(refused.value) == (
        "The fee for this exam, 100 USD, is not paid. "
        "Write to exams@example.org: they tell you how to pay, and give you the right to sit it."
    )
    Entitlement.objects.create(user=candidate, program=live, source="staff", granted_at=clock.now())
    assert services.open_attempt(user=candidate, program=live.slug, now=clock.now()).entitlement.source == "staff"


def test_g6_a_live_exam_without_a_fee_is_open_to_everybody(live: Program, candidate: User) -> None:
    settled("fee=0")
    attempt = services.open_attempt(user=candidate, program=live.slug, now=clock.now())
    assert (attempt.entitlement.source, attempt.entitlement.spent_at) == ("free", None)


@pytest.mark.usefixtures("stopped_clock")
def test_preparing_again_offers_the_same_file(sit: Sit, candidate: User) -> None:
    sitting = sit(candidate).prepare()
    assert services.prepare(attempt=sitting.attempt, now=clock.now()) == sitting.offer
    content = storage.bundle(sitting.id, sitting.offer.sha256).read_bytes()
    assert (hashlib.sha256(content).hexdigest(), len(content)) == (sitting.offer.sha256, sitting.offer.size)


@pytest.mark.usefixtures("stopped_clock")
def test_a_lost_bundle_is_made_again(sit: Sit, candidate: User) -> None:
    sitting = sit(candidate).prepare()
    storage.bundle(sitting.id, sitting.offer.sha256).unlink()
    offer = services.prepare(attempt=sitting.attempt, now=clock.now())
    assert storage.bundle(sitting.id, offer.sha256).exists()
    assert sitting.attempt.bundle_sha256 == offer.sha256


def test_s1_the_opened_bundle_is_the_workspace_of_the_drawn_variants(running: Sitting) -> None:
    sealed = storage.bundle(running.id, running.offer.sha256).read_bytes()
    content = unseal(sealed, key=bytes.fromhex(running.begun.key), attempt=str(running.id))
    assert content == services.workspace_zip(running.attempt)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        exam = json.loads(archive.read("exam.json"))
    assert exam["attempt"] == str(running.id)
    assert [category["folder"] for category in exam["categories"]] == ["Category1", "Category2", "Category3"]
    files = ("data.csv", "instructions.en.md", "starter.py", "task.json")
    assert sorted(names) == sorted(
        ["exam.json", "requirements.txt", *(f"Category{n}/{file}" for n in (1, 2, 3) for file in files)]
    )


@pytest.mark.usefixtures("stopped_clock")
def test_s3_before_begin_no_question_can_be_read(sit: Sit, candidate: User, browser: Browser) -> None:
    sitting = sit(candidate).prepare()
    client = browser(candidate)
    delivered = [
        downloaded(client.get(f"/api/v1/attempts/{sitting.id}/bundle")),
        client.get(f"/api/v1/attempts/{sitting.id}").content,
        client.get("/api/v1/programs").content,
        client.get(f"/api/v1/attempts/{sitting.id}/readiness").content,
        client.get("/api/v1/attempts").content,
        attempt_state(sitting.attempt, now=clock.now()).model_dump_json().encode(),
    ]
    for secret in (b"QUESTION", b"SecretWordOfTheQuestion", b"first-form", b"A tip for", b"Category1/"):
        assert not any(secret in content for content in delivered), secret
    with pytest.raises(NotStarted):
        services.workspace_zip(sitting.attempt)


def test_s3_the_database_does_not_hold_what_was_drawn_or_the_key(running: Sitting) -> None:
    with connection.cursor() as cursor:
        dump = []
        for table in ("exams_attempt", "exams_entitlement", "exams_upload", "audit_entry", "jobs_job"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - names of our own tables
            dump.append(repr(cursor.fetchall()))
    written = " ".join(dump)
    assert running.begun.key not in written
    assert "-form" not in written


def test_x15_no_hidden_byte_reaches_a_candidate(running: Sitting, candidate: User, browser: Browser, bank: BankFolder) -> None:
    client = browser(candidate)
    answers = [client.get(f"/api/v1/attempts/{running.id}").content, services.workspace_zip(running.attempt)]
    for archive in bank.hidden_archives:
        assert not any(archive in answer or archive[40:80] in answer for answer in answers)
    assert not any(b"HIDDEN" in answer for answer in answers)
    with zipfile.ZipFile(io.BytesIO(answers[1])) as workspace:
        assert not any(b"HIDDEN" in workspace.read(name) for name in workspace.namelist())


def test_x15_attempts_draw_different_variants_and_always_the_same_one(make_bank: MakeBank) -> None:
    bank = make_bank(variants=3)
    attempts = [uuid.UUID(int=number) for number in range(60)]
    first, again = (
        [draw(bank.manifest, secret=b"s" * 32, attempt=attempt, category="category1") for attempt in attempts] for _ in range(2)
    )
    assert first == again
    assert {(one.form.task.id, one.variant) for one in first} == {
        (form, variant) for form in ("first-form", "second-form") for variant in range(3)
    }


def test_x15_another_secret_draws_other_variants(make_bank: MakeBank) -> None:
    bank = make_bank(variants=3)
    attempts = [uuid.UUID(int=number) for number in range(60)]
    drawn = [
        [draw(bank.manifest, secret=secret, attempt=attempt, category="category1").variant for attempt in attempts]
        for secret in (b"s" * 32, b"t" * 32)
    ]
    assert drawn[0] != drawn[1]


def test_begin_needs_a_prepared_bundle(sit: Sit, candidate: User) -> None:
    with pytest.raises(NotPrepared):
        services.begin(attempt=sit(candidate).attempt, bundle_sha256=None, now=clock.now())


@pytest.mark.usefixtures("stopped_clock")
def test_x8_begin_refuses_a_damaged_download_and_the_clock_stays(sit: Sit, candidate: User) -> None:
    sitting = sit(candidate).prepare()
    with pytest.raises(BundleDamaged):
        services.begin(attempt=sitting.attempt, bundle_sha256="0" * 64, now=clock.now())
    assert sitting.attempt.started_at is None
    assert Entitlement.objects.get().spent_at is None


def test_begin_again_gives_the_same_key_and_times(running: Sitting, stopped_clock: StoppedClock) -> None:
    stopped_clock.advance(60)
    again = services.begin(attempt=running.attempt, bundle_sha256=None, now=clock.now())
    assert (again.key, again.started_at, again.deadline) == (
        running.begun.key,
        running.begun.started_at,
        running.begun.deadline,
    )
    assert Entry.objects.filter(action="attempt.begun", subject=f"attempt:{running.id}").count() == 1


@pytest.mark.django_db(transaction=True)
def test_s3_two_that_begin_at_once_start_one_clock(sit: Sit, candidate: User) -> None:
    sitting = sit(candidate).prepare()
    attempt, begun, gate = sitting.attempt, [], threading.Barrier(4)

    def start() -> None:
        gate.wait()
        try:
            begun.append(services.begin(attempt=attempt, bundle_sha256=None, now=clock.now()))
        finally:
            connection.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(begun) == 4
    assert {(one.key, one.started_at, one.deadline) for one in begun} == {
        (begun[0].key, begun[0].started_at, begun[0].deadline)
    }
    assert Entry.objects.filter(action="attempt.begun", subject=f"attempt:{attempt.pk}").count() == 1
    assert Entitlement.objects.get().spent_at == begun[0].started_at


def test_x6_finish_without_confirmation_names_what_is_missing(running: Sitting) -> None:
    running.open("category2", b"score 4")
    with pytest.raises(NotReady) as refusal:
        running.finish(confirm=False)
    assert refusal.value.code == "not_ready"
    for part in ("Category 1", "Category 2", "Category 3", "nothing was submitted", "mymodel.keras is not complete"):
        assert part in refusal.value.message
    assert running.attempt.finished_at is None


@pytest.mark.usefixtures("grading_service")
def test_finish_with_everything_handed_in_needs_no_confirmation(running: Sitting, work_off: WorkOff) -> None:
    for number in (1, 2, 3):
        running.submit(f"category{number}", b"score 4")
    work_off()
    assert running.finish(confirm=False).finished_at == clock.now()


def test_a_confirmed_finish_abandons_open_uploads(running: Sitting) -> None:
    upload = running.open("category1", b"score 4")
    running.finish()
    upload.refresh_from_db()
    assert upload.abandoned_at == clock.now()
    with pytest.raises(Refused):
        services.receive_bytes(upload=upload, offset=0, chunk=b"score 4", now=clock.now())
    with pytest.raises(AttemptClosed):
        running.open("category1", b"score 5")


@pytest.mark.django_db(transaction=True)
def test_of_two_finishes_at_once_one_wins(sit: Sit, candidate: User) -> None:
    sitting = sit(candidate).prepare().begin()
    attempt, outcomes, gate = sitting.attempt, [], threading.Barrier(2)

    def end() -> None:
        gate.wait()
        try:
            outcomes.append(services.finish(attempt=attempt, confirm=True, now=clock.now()).finished_at)
        except AttemptClosed as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=end) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("attempt_closed") == 1
    assert Entry.objects.filter(action="attempt.finished", subject=f"attempt:{attempt.pk}").count() == 1


@pytest.mark.parametrize(
    ("seconds", "found"), [(-1, Phase.RUNNING), (0, Phase.DECIDED), (1, Phase.DECIDED)], ids=["before", "at", "after"]
)
def test_s8_at_the_deadline_the_exam_is_submitted_by_itself(
    running: Sitting, stopped_clock: StoppedClock, seconds: int, found: Phase
) -> None:
    stopped_clock.advance(5 * 3600 + seconds)
    assert phase(queries.timeline(running.attempt), now=clock.now()) is found


@pytest.mark.parametrize("action", ["open", "finish", "begin", "prepare"])
@pytest.mark.parametrize("seconds", [0, 1])
def test_s8_from_the_deadline_on_everything_is_closed(
    running: Sitting, stopped_clock: StoppedClock, action: str, seconds: int
) -> None:
    stopped_clock.advance(5 * 3600 + seconds)
    actions = {"open": lambda: running.open("category1", b"x"), "finish": running.finish}
    actions |= {"begin": running.begin, "prepare": running.prepare}
    with pytest.raises(AttemptClosed):
        actions[action]()


def test_s8_one_second_before_the_deadline_everything_is_open(running: Sitting, stopped_clock: StoppedClock) -> None:
    stopped_clock.advance(5 * 3600 - 1)
    running.prepare().begin().open("category1", b"score 1")
    assert running.finish().finished_at == clock.now()


def test_a_strangers_attempt_does_not_exist(running: Sitting, stranger: User) -> None:
    with pytest.raises(Attempt.DoesNotExist):
        queries.attempt_of(user=stranger, attempt_id=running.id)
    with pytest.raises(Attempt.DoesNotExist):
        queries.attempt_of(user=stranger, attempt_id="not-an-id")
    assert queries.attempts_of(user=stranger, now=clock.now()) == ()
