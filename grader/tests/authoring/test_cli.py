import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from guildmark.packs.calibration import CalibrationRecord
from guildmark.packs.reader import load_manifest, read_pack
from guildmark_grader.authoring.build import bank_digest
from guildmark_grader.authoring.cli import app
from guildmark_grader.authoring.digests import form_digests
from guildmark_grader.authoring.records import write_record

UNCALIBRATED = "Not ready for a live exam: sums: it was never calibrated."

MODEL = """\
import numpy as np
import tensorflow as tf


def solution_model():
    layer = tf.keras.layers.Dense(1)
    model = tf.keras.Sequential([tf.keras.Input((2,)), layer])
    layer.set_weights([np.full((2, 1), WEIGHT, dtype="float32"), np.zeros(1, dtype="float32")])
    return model


if __name__ == "__main__":
    solution_model().save("mymodel.keras")
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_check_says_that_a_sound_pack_has_no_problem(pack: Path) -> None:
    assert run("check", pack).exit_code == 0
    done = run("check", pack, "--json")
    content = {"pack": "tiny", "problems": [], "notes": [UNCALIBRATED]}
    assert (done.exit_code, json.loads(done.stdout)) == (0, content)


def test_check_and_build_say_what_keeps_a_form_from_a_live_exam(pack: Path, tmp_path: Path) -> None:
    built = run("build", pack, "--out", tmp_path / "bank", "--variants", 1)
    assert (built.exit_code, built.stderr) == (0, f"{UNCALIBRATED}\n")
    assert built.stdout.startswith("Built 1 variant of tiny 2026.1 in ")
    write_stale_record(pack)
    checked = run("check", pack)
    assert (checked.exit_code, checked.stdout) == (0, "No problem found; every form builds.\n")
    assert "Not ready for a live exam: sums: the build changed after the calibration." in checked.stderr


def test_a_damaged_record_is_a_problem(pack: Path, tmp_path: Path) -> None:
    (pack / "calibration").mkdir()
    (pack / "calibration" / "sums.json").write_text("{")
    checked = run("check", pack)
    assert checked.exit_code == 2
    assert "calibration/sums.json: The calibration record calibration/sums.json cannot be read." in checked.stderr
    assert run("build", pack, "--out", tmp_path / "bank").exit_code == 2


def write_stale_record(pack: Path) -> None:
    read = read_pack(pack)
    now = form_digests(read, read.form("sums"))
    record = CalibrationRecord(
        format=1,
        form="sums",
        exam_version="2026.1",
        digests=now.model_copy(update={"build": "ab" * 32}),
        measuring="ab" * 32,
        classes=0,
        versions={},
    )
    write_record(read, read.form("sums"), record)


def test_check_reports_every_problem_with_its_place(pack: Path) -> None:
    (pack / "SOURCES.md").unlink()
    (pack / "requirements.txt").write_text("numpy\n")
    done = run("check", pack)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "SOURCES.md: The file is missing." in done.stderr
    assert "requirements.txt:1: numpy is not pinned" in done.stderr
    report = json.loads(run("check", pack, "--json").stdout)
    assert report["error"]["code"] == "pack_unreadable"
    assert [(problem["file"], problem["line"]) for problem in report["problems"]] == [
        ("requirements.txt", 1),
        ("SOURCES.md", None),
    ]


def test_check_runs_every_build_script_once(pack: Path) -> None:
    (pack / "category1" / "sums" / "build.py").write_text(
        "def build(rng, sources, public, hidden):\n    raise OSError('no data')\n"
    )
    report = json.loads(run("check", pack, "--json").stdout)
    assert report["problems"] == [{"file": "category1/sums/build.py", "line": 2, "message": "OSError: no data"}]


def test_build_prints_the_digest_of_the_bank(pack: Path, tmp_path: Path) -> None:
    done = run("build", pack, "--out", tmp_path / "bank", "--variants", 3, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {
        "bank": str(tmp_path / "bank"),
        "digest": bank_digest(tmp_path / "bank"),
        "exam": "tiny",
        "version": "2026.1",
        "forms": {"sums": 3},
        "notes": [UNCALIBRATED],
    }
    assert len(load_manifest(tmp_path / "bank" / "bank.json").form("sums").variants) == 3
    again = run("build", pack, "--out", tmp_path / "bank", "--variants", 1)
    assert again.exit_code == 2
    assert "exists already" in again.stderr


def test_build_is_repeatable_with_a_secret_and_fresh_without(pack: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef" * 4)
    digests = [
        json.loads(run("build", pack, "--out", tmp_path / f"bank{k}", "--variants", 1, "--json", *options).stdout)["digest"]
        for k, options in enumerate([("--secret", secret), ("--secret", secret), (), ()])
    ]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


@pytest.mark.parametrize(("content", "message"), [("short", "shorter than 32 bytes"), (None, "cannot be read")])
def test_build_refuses_a_secret_that_is_none(pack: Path, tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "secret").write_text(content)
    done = run("build", pack, "--out", tmp_path / "bank", "--secret", tmp_path / "secret")
    assert done.exit_code == 2
    assert message in done.stderr
    assert not (tmp_path / "bank").exists()


def test_a_folder_that_is_no_pack_is_wrong_usage(tmp_path: Path) -> None:
    assert "There is no folder nowhere. Name the folder of a pack" in run("check", "nowhere").stderr
    for command in (("check", tmp_path), ("build", tmp_path, "--out", tmp_path / "bank"), ("prove", tmp_path)):
        done = run(*command, "--json")
        assert (done.exit_code, json.loads(done.stdout)["error"]["code"]) == (2, "pack_unreadable")


def test_prove_trains_and_grades_in_the_box_and_finds_a_claim_that_does_not_hold(pack: Path) -> None:
    references = pack / "category1" / "sums" / "reference"
    (references / "solution.py").write_text(MODEL.replace("WEIGHT", "1.0"))
    (references / "boaster.py").write_text(MODEL.replace("WEIGHT", "-9.0"))
    with (references / "reference.toml").open("a") as file:
        file.write('\n[[reference]]\nsolution = "boaster.py"\nrole = "full"\n')
    done = run("prove", pack, "--form", "sums", "--json")
    assert done.exit_code == 3
    report = json.loads(done.stdout)
    assert report["holds"] is False
    assert [(p["solution"], p["score"], p["holds"]) for p in report["proofs"]] == [
        ("solution.py", 5, True),
        ("boaster.py", 0, False),
    ]
    assert run("prove", pack, "--form", "products").exit_code == 2
