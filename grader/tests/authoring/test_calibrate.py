"""Calibrating: real trainings, graded in the box, and a record that grows, goes on and forgets what has changed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from guildmark.errors import PackUnreadable
from guildmark.packs.bank import BankManifest
from guildmark.packs.calibration import shortfalls
from guildmark.packs.reader import read_pack
from guildmark_grader.authoring import calibrate as calibrating
from guildmark_grader.authoring.bench import Result
from guildmark_grader.authoring.build import build_bank
from guildmark_grader.authoring.cli import app
from guildmark_grader.authoring.digests import form_digests
from guildmark_grader.authoring.records import only_writer, read_record, record_path

from .test_cli import MODEL

SECRET = b"0123456789abcdef0123456789abcdef"
WEIGHTS = {"full": "1.0", "partial": "-0.5", "baseline": "-9.0"}


@pytest.fixture
def calibrated_pack(pack: Path) -> Path:
    """The tiny pack with one reference of each role that is calibrated, and 300 hidden rows."""
    form = pack / "category1" / "sums"
    (form / "reference" / "solution.py").unlink()
    for role, weight in WEIGHTS.items():
        (form / "reference" / f"{role}.py").write_text(MODEL.replace("WEIGHT", weight))
    entries = [f'[[reference]]\nsolution = "{role}.py"\nrole = "{role}"\n' for role in WEIGHTS]
    (form / "reference" / "reference.toml").write_text("\n".join(entries))
    build = (form / "build.py").read_text()
    (form / "build.py").write_text(build.replace("size=(40, 2)", "size=(330, 2)"))
    return pack


def calibrate(folder: Path, variants: int, *, stop_after: int | None = None) -> list[tuple[str, int]]:
    """Calibrate, and say what was trained; stopped as Ctrl-C would, if asked."""
    pack = read_pack(folder)
    trained: list[tuple[str, int]] = []

    def told(result: Result) -> None:
        trained.append((result.trial.reference.solution, result.trial.variant))
        if len(trained) == stop_after:
            raise KeyboardInterrupt

    plans = [calibrating.plan(pack, form, variants=variants, seeds=1) for form in pack.forms]
    calibrating.calibrate(pack, plans, jobs=2, told=told)
    return trained


def observed(folder: Path) -> dict[tuple[str, int], int | None]:
    pack = read_pack(folder)
    record = read_record(pack, pack.forms[0])
    assert record is not None
    return {(one.solution, one.variant): one.score for one in record.observations}


def test_it_goes_on_where_it_was_stopped_and_a_changed_reference_alone_is_trained_again(calibrated_pack: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        calibrate(calibrated_pack, 2, stop_after=2)
    before = observed(calibrated_pack)
    assert len(before) >= 2
    rest = calibrate(calibrated_pack, 2)
    assert set(rest) & set(before) == set()
    assert observed(calibrated_pack) == {
        (f"{role}.py", variant): score
        for role, score in {"full": 5, "partial": 3, "baseline": 0}.items()
        for variant in range(2)
    }
    assert calibrate(calibrated_pack, 2) == []

    (calibrated_pack / "category1" / "sums" / "reference" / "partial.py").write_text(MODEL.replace("WEIGHT", "-0.4"))
    assert sorted(calibrate(calibrated_pack, 2)) == [("partial.py", 0), ("partial.py", 1)]


def test_new_bands_need_no_new_training(calibrated_pack: Path) -> None:
    calibrate(calibrated_pack, 2)
    task = calibrated_pack / "category1" / "sums" / "task.toml"
    task.write_text(task.read_text().replace("[4.0, 3.0, 2.0, 1.0, 0.5]", "[4.0, 3.0, 2.0, 1.9, 0.5]"))
    assert calibrate(calibrated_pack, 2) == []
    assert {score for (solution, _variant), score in observed(calibrated_pack).items() if solution == "partial.py"} == {4}
    read = read_pack(calibrated_pack)
    record = read_record(read, read.forms[0])
    assert record is not None
    assert record.digests == form_digests(read, read.forms[0])
    task.write_text(task.read_text().replace("size_limit_mib = 1", "size_limit_mib = 2"))
    assert len(calibrate(calibrated_pack, 2)) == 6


def test_x20_a_record_knows_what_it_is_bound_to(calibrated_pack: Path, tmp_path: Path) -> None:
    calibrate(calibrated_pack, 1)

    def missing(name: str) -> tuple[str, ...]:
        bank = build_bank(calibrated_pack, tmp_path / name, variants=1, secret=SECRET)
        manifest = BankManifest.model_validate_json((bank / "bank.json").read_bytes())
        return tuple(text for text in shortfalls(manifest.forms[0].calibration) if "changed" in text)

    form = calibrated_pack / "category1" / "sums"
    assert missing("as it is") == ()
    (form / "instructions.en.md").write_text("# Sums\n\nTold in better words.\n")
    (form / "task.toml").write_text((form / "task.toml").read_text().replace("Their sum.", "The sum of both."))
    assert missing("other words") == ()
    (form / "task.toml").write_text((form / "task.toml").read_text().replace("0.5]", "0.4]"))
    assert missing("other bands") == ("the scoring changed after the calibration",)
    (form / "build.py").write_text((form / "build.py").read_text() + "\n")
    assert missing("another build") == ("the build changed after the calibration", "the scoring changed after the calibration")
    (calibrated_pack / "data").mkdir()
    (calibrated_pack / "data" / "more.txt").write_text("more")
    (form / "task.toml").write_text(f'data = ["more.txt"]\n{(form / "task.toml").read_text()}')
    assert missing("other data")[0] == "the data changed after the calibration"


@pytest.mark.parametrize("role", ["full", "partial", "baseline"])
def test_x20_a_reference_that_changed_after_its_calibration_does_not_count(
    calibrated_pack: Path, tmp_path: Path, role: str
) -> None:
    calibrate(calibrated_pack, 1)
    script = calibrated_pack / "category1" / "sums" / "reference" / f"{role}.py"
    script.write_text(script.read_text() + "\nMORE = 1\n")
    bank = build_bank(calibrated_pack, tmp_path / "bank", variants=1, secret=SECRET)
    manifest = BankManifest.model_validate_json((bank / "bank.json").read_bytes())
    assert f"no reference with the role {role} was tried as it is now" in shortfalls(manifest.forms[0].calibration)


def test_the_command_writes_record_and_plot_and_says_what_is_missing(calibrated_pack: Path) -> None:
    done = CliRunner().invoke(app, ["calibrate", str(calibrated_pack), "--variants", "2", "--json"])
    assert done.exit_code == 3
    (row,) = json.loads(done.stdout)["forms"]
    assert (row["form"], row["variants"], row["full_share"], row["spread"]) == ("sums", 2, 1.0, 0.0)
    assert row["scores"] == {"full": {"5": 2}, "partial": {"3": 2}, "baseline": {"0": 2}}
    assert row["shortfalls"] == ["2 variants were tried with every reference; 10 are needed"]
    read = read_pack(calibrated_pack)
    plot = record_path(read, read.forms[0]).with_suffix(".png").read_bytes()
    assert plot.startswith(b"\x89PNG")
    people = CliRunner().invoke(app, ["calibrate", str(calibrated_pack), "--variants", "2"])
    assert "sums is not ready for a live exam: 2 variants were tried with every reference; 10 are needed." in people.stdout


def test_a_new_version_of_the_exam_goes_on_with_the_variants_that_were_tried(calibrated_pack: Path) -> None:
    calibrate(calibrated_pack, 1)
    exam = calibrated_pack / "exam.toml"
    exam.write_text(exam.read_text().replace("2026.1", "2026.2"))
    assert sorted(calibrate(calibrated_pack, 2)) == [(f"{role}.py", 1) for role in sorted(WEIGHTS)]
    read = read_pack(calibrated_pack)
    record = read_record(read, read.forms[0])
    assert record is not None
    assert record.exam_version == "2026.1"
    assert {"python", "numpy"} <= set(record.versions)


def test_a_reference_that_is_edited_meanwhile_leaves_nothing_false_behind(calibrated_pack: Path) -> None:
    read = read_pack(calibrated_pack)
    plans = [calibrating.plan(read, form, variants=1, seeds=1) for form in read.forms]
    script = calibrated_pack / "category1" / "sums" / "reference" / "partial.py"
    edited = MODEL.replace("WEIGHT", "-0.4")
    with pytest.raises(PackUnreadable, match="changed while it was being calibrated"):
        calibrating.calibrate(read, plans, jobs=1, told=lambda _result: script.write_text(edited))
    assert len(observed(calibrated_pack)) == 1
    assert ("partial.py", 0) in calibrate(calibrated_pack, 1)


@pytest.mark.parametrize(
    ("one", "other", "classes", "same"),
    [
        ({"classes.txt": b"a\nb\n"}, {"classes.txt": b"a\nb\n"}, 2, True),
        ({"classes.json": b"[1, 2]"}, {"classes.json": b"[2, 1]"}, 2, False),
        ({}, {}, 2, False),
        ({}, {}, 0, True),
    ],
    ids=["the same", "others", "without names", "numbers"],
)
def test_x15_classes_are_the_same_only_where_a_file_says_so(
    one: calibrating.Labels, other: calibrating.Labels, classes: int, *, same: bool
) -> None:
    assert calibrating.have_same_labels(one, other, classes) is same


def test_two_calibrations_of_one_form_do_not_write_over_each_other(calibrated_pack: Path) -> None:
    read = read_pack(calibrated_pack)
    with only_writer(read, read.forms[0]):
        done = CliRunner().invoke(app, ["calibrate", str(calibrated_pack), "--variants", "1"])
    assert done.exit_code == 2
    assert "sums is being calibrated already." in done.stderr
    assert read_record(read, read.forms[0]) is None


def test_whoever_comes_after_a_calibration_that_just_ended_does_not_hold_a_lock_that_is_gone(calibrated_pack: Path) -> None:
    read = read_pack(calibrated_pack)
    with only_writer(read, read.forms[0]):
        (lock,) = (calibrated_pack / "calibration").glob(".*")
        lock.unlink()  # as the other one does when it ends
        with only_writer(read, read.forms[0]):
            assert lock.exists()
    assert not lock.exists()


def test_a_record_that_cannot_be_written_says_so(calibrated_pack: Path) -> None:
    (calibrated_pack / "calibration").write_text("in the way")
    done = CliRunner().invoke(app, ["calibrate", str(calibrated_pack), "--variants", "1"])
    assert done.exit_code == 2
    assert "calibration/sums.json cannot be" in done.stderr
    assert "Traceback" not in done.output


def test_what_another_calibration_wrote_since_the_plan_is_kept(calibrated_pack: Path) -> None:
    read = read_pack(calibrated_pack)
    stale = [calibrating.plan(read, form, variants=1, seeds=1) for form in read.forms]
    calibrate(calibrated_pack, 1)
    kept = read_record(read, read.forms[0])
    trained: list[Result] = []
    calibrating.calibrate(read, stale, jobs=1, told=trained.append)
    assert (trained, read_record(read, read.forms[0])) == ([], kept)


def test_a_damaged_record_is_named_and_not_overwritten(calibrated_pack: Path) -> None:
    place = calibrated_pack / "calibration" / "sums.json"
    place.parent.mkdir()
    place.write_text("{")
    done = CliRunner().invoke(app, ["calibrate", str(calibrated_pack)])
    assert done.exit_code == 2
    assert "calibration/sums.json cannot be read" in done.stderr
    assert place.read_text() == "{"
