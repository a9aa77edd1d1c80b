"""Publishing a bank."""

import json
import stat
from pathlib import Path

import pytest
from portal.tests.exams.conftest import BankFolder, MakeBank

from guildmark.errors import PackUnreadable
from guildmark.protocol import ExamKind
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams import going_live, queries, services, storage
from guildmark_portal.exams.models import ExamVersion
from guildmark_portal.exams.refusals import PublishRefused

pytestmark = pytest.mark.django_db


def test_a_published_bank_is_offered_as_a_program(bank: BankFolder) -> None:
    services.publish(bank.folder, ExamKind.DEMO, "tests")
    (program,) = queries.open_programs()
    assert (program.slug, program.kind, program.exam_version, program.duration_s) == (
        "tiny-demo",
        ExamKind.DEMO,
        "2030.1",
        18000,
    )
    assert [(c.number, c.title, c.weight) for c in program.categories] == [
        (1, "Area 1", 20),
        (2, "Area 2", 30),
        (3, "Area 3", 50),
    ]


def test_publishing_twice_registers_once(bank: BankFolder) -> None:
    first = services.publish(bank.folder, ExamKind.DEMO, "tests")
    assert services.publish(bank.folder, ExamKind.DEMO, "tests") == first
    assert ExamVersion.objects.count() == 1


def test_demo_and_mock_of_one_bank_are_programs_of_their_own(bank: BankFolder) -> None:
    services.publish(bank.folder, ExamKind.DEMO, "tests")
    services.publish(bank.folder, ExamKind.MOCK, "tests")
    assert [program.slug for program in queries.open_programs()] == ["tiny-demo", "tiny-mock"]


def test_x15_hidden_archives_go_to_the_grader_alone(bank: BankFolder, data_dir: Path) -> None:
    version = services.publish(bank.folder, ExamKind.DEMO, "tests")
    hidden = {path.name for path in (bank.folder / "hidden").iterdir()}
    published = {path.name for path in (storage.bank(version.bank_sha256) / "hidden").iterdir()}
    in_blobs = {path.name for path in (data_dir / "blobs").rglob("*") if path.is_file()}
    assert published == hidden
    assert in_blobs == {path.name for path in (bank.folder / "public").iterdir()}
    assert not any(b"HIDDEN" in path.read_bytes() for path in (data_dir / "blobs").rglob("*") if path.is_file())


def test_the_folder_of_a_bank_is_closed_to_other_accounts(bank: BankFolder) -> None:
    version = services.publish(bank.folder, ExamKind.DEMO, "tests")
    folder = storage.bank(version.bank_sha256)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "hidden")] == [0o700, 0o700]


def test_a_public_pack_does_not_go_live(bank: BankFolder) -> None:
    bank.calibrate()
    with pytest.raises(PublishRefused, match="cannot go live: its sources are public, so its answers are known"):
        services.publish(bank.folder, ExamKind.LIVE, "tests")
    assert queries.open_programs() == ()


def test_x20_a_pack_that_was_never_calibrated_does_not_go_live(make_bank: MakeBank) -> None:
    bank = make_bank(visibility="private")
    with pytest.raises(PublishRefused, match="first-form: it was never calibrated") as refused:
        services.publish(bank.folder, ExamKind.LIVE, "tests")
    assert "guildmark-grader pack calibrate" in (refused.value.next_step or "")
    assert queries.open_programs() == ()


@pytest.mark.parametrize("part", ["data", "build", "scoring"])
def test_x20_a_pack_whose_record_does_not_match_does_not_go_live(make_bank: MakeBank, part: str) -> None:
    bank = make_bank(visibility="private")
    bank.calibrate(changed=part)
    with pytest.raises(PublishRefused, match=f"the {part} changed after the calibration"):
        services.publish(bank.folder, ExamKind.LIVE, "tests")
    services.publish(bank.folder, ExamKind.DEMO, "tests")
    assert [program.slug for program in queries.open_programs()] == ["tiny-demo"]


def test_a_calibrated_private_pack_goes_live_under_its_own_name(make_bank: MakeBank) -> None:
    bank = make_bank(visibility="private")
    bank.calibrate()
    services.publish(bank.folder, ExamKind.LIVE, "tests")
    assert [program.slug for program in queries.open_programs()] == ["tiny"]
    assert not Entry.objects.filter(action="exam.readiness_overridden").exists()


@pytest.mark.parametrize("kind", [ExamKind.DEMO, ExamKind.MOCK])
def test_x15_variants_that_were_given_out_for_practice_do_not_go_live(make_bank: MakeBank, kind: ExamKind) -> None:
    services.publish(make_bank(visibility="private", variants=1).folder, kind, "tests")
    bank = make_bank(visibility="private", variants=2)
    bank.calibrate()
    with pytest.raises(PublishRefused, match="4 of its variants are published for practice") as refused:
        services.publish(bank.folder, ExamKind.LIVE, "tests")
    assert "a secret of its own" in refused.value.next_step
    assert not ExamVersion.objects.filter(program__kind="live").exists()


def test_x15_the_variants_of_a_live_exam_are_not_given_out_for_practice(make_bank: MakeBank) -> None:
    bank = make_bank(visibility="private")
    bank.calibrate()
    live = services.publish(bank.folder, ExamKind.LIVE, "tests")
    with pytest.raises(PublishRefused, match="4 of these variants belong to a live exam"):
        services.publish(bank.folder, ExamKind.MOCK, "tests")
    assert services.publish(bank.folder, ExamKind.LIVE, "tests") == live


def test_x20_an_owner_may_override_and_the_audit_table_keeps_it(bank: BankFolder) -> None:
    owner = User.objects.create_superuser("owner@example.org")
    decided = going_live.override(" Owner@example.org", "A rehearsal for our staff.")
    version = services.publish(bank.folder, ExamKind.LIVE, "tests", override=decided)
    entry = Entry.objects.get(action="exam.readiness_overridden")
    assert (entry.actor, entry.subject) == (f"user:{owner.pk}", f"examversion:{version.pk}")
    assert entry.detail["reason"] == "A rehearsal for our staff."
    assert entry.detail["missing"][:2] == [
        "its sources are public, so its answers are known",
        "first-form: it was never calibrated",
    ]


def test_only_an_owner_with_a_reason_overrides() -> None:
    User.objects.create_user("somebody@example.org")
    User.objects.create_superuser("owner@example.org")
    with pytest.raises(PublishRefused, match="is not an owner"):
        going_live.override("somebody@example.org", "Please.")
    with pytest.raises(PublishRefused, match="needs a reason"):
        going_live.override("owner@example.org", "  ")


def test_every_damaged_archive_is_named_and_nothing_is_registered(bank: BankFolder, data_dir: Path) -> None:
    damaged, missing = sorted((bank.folder / "hidden").iterdir())[:2]
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    missing.unlink()
    with pytest.raises(PackUnreadable) as refusal:
        services.publish(bank.folder, ExamKind.DEMO, "tests")
    assert f"{damaged} is not what bank.json says" in refusal.value.message
    assert f"{missing} is missing" in refusal.value.message
    assert not ExamVersion.objects.exists()
    assert list((data_dir / "blobs").iterdir()) == []


def test_hidden_data_in_a_public_archive_is_refused(bank: BankFolder) -> None:
    document = json.loads((bank.folder / "bank.json").read_text())
    variant = document["forms"][0]["variants"][0]
    hidden = bank.folder / "hidden" / f"{variant['hidden']['sha256']}.zip"
    (bank.folder / "public" / hidden.name).write_bytes(hidden.read_bytes())
    variant["public"] = variant["hidden"]
    (bank.folder / "bank.json").write_text(json.dumps(document))
    with pytest.raises(PackUnreadable, match=r"holds inputs\.npy"):
        services.publish(bank.folder, ExamKind.DEMO, "tests")


def test_a_folder_that_is_no_bank_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackUnreadable, match="not a bank"):
        services.publish(tmp_path, ExamKind.DEMO, "tests")


def test_more_variants_may_follow_under_the_same_version(make_bank: MakeBank) -> None:
    services.publish(make_bank(variants=1).folder, ExamKind.DEMO, "tests")
    later = services.publish(make_bank(variants=2).folder, ExamKind.DEMO, "tests")
    assert queries.current_version(later.program) == later


def test_other_rules_need_another_version(make_bank: MakeBank) -> None:
    services.publish(make_bank().folder, ExamKind.DEMO, "tests")
    with pytest.raises(PublishRefused, match="other rules"):
        services.publish(make_bank(pass_mark=80).folder, ExamKind.DEMO, "tests")
    services.publish(make_bank(pass_mark=80, version="2030.2").folder, ExamKind.DEMO, "tests")
    assert queries.open_programs()[0].exam_version == "2030.2"
