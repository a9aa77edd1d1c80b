"""`guildmark-grader grade`, as people and programs call it."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

pytestmark = pytest.mark.commands


def run(*words, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "guildmark_grader.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_a_graded_model_is_one_object_and_status_0(bank_folder, models):
    done = run("grade", bank_folder, "category1", models / "honest.h5", "--json")
    shown = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert (shown["verdict"], shown["score"], shown["metric"]) == (
        "graded",
        5,
        {"name": "accuracy", "value": 1.0, "unit": ""},
    )
    assert shown["reason"] == "graded.full"
    assert shown["message"] == "Full score: Accuracy is 1.0."
    assert shown["timings_ms"]["total"] > 0


def test_what_the_candidate_can_mend_is_status_3(bank_folder, models):
    done = run("grade", bank_folder, "largest", models / "wrong_input.h5", "--json")
    shown = json.loads(done.stdout)
    assert done.returncode == 3
    assert (shown["verdict"], shown["score"], shown["metric"], shown["reason"]) == (
        "rejected",
        None,
        None,
        "contract.input_shape",
    )
    assert "(None, 7)" in shown["message"]


def test_people_see_marks_and_a_sentence(bank_folder, models):
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "200"}
    graded = run("grade", bank_folder, "largest", models / "always_first.h5", env=environment)
    assert graded.stdout.splitlines()[0] == "◆◇◇◇◇  1 accuracy 0.3333"
    refused = run("grade", bank_folder, "largest", models / "lambda.h5", env=environment)
    assert refused.stdout.splitlines()[0] == "Not accepted"
    assert "twice" in refused.stdout


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("PACK", "category9", "honest.h5"), "category1 (largest)"),
        (("PACK", "largest", "honest.h5", "--variant", "4"), "from 0 to 0"),
        (("MODELS", "largest", "honest.h5"), "Name the folder"),
    ],
)
def test_wrong_usage_is_status_2_with_a_next_step(bank_folder, models, words, hint):
    places = {"PACK": bank_folder, "MODELS": models, "honest.h5": models / "honest.h5"}
    done = run("grade", *(places.get(word, word) for word in words), "--json")
    assert done.returncode == 2
    assert hint in json.loads(done.stdout)["error"]["next_step"]


def test_a_damaged_bank_is_unreadable(bank_folder, models, tmp_path):
    copy = shutil.copytree(bank_folder, tmp_path / "copy")
    for archive in (copy / "hidden").iterdir():
        archive.write_bytes(b"")
    assert run("grade", copy, "largest", models / "honest.h5").returncode == 2


PUBLIC_PLACE = "/mnt"
AS_ORDINARY_USER = """
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=0755 tmpfs {place}
mkdir {place}/python {place}/scratch && chmod 0777 {place}/scratch
mount --bind {python} {place}/python
number=0
for folder in {folders}; do
    number=$((number + 1)); mkdir {place}/$number; mount --bind $folder {place}/$number
done
cd /
exec setpriv --reuid 54321 --regid 54321 --clear-groups --inh-caps=-all env -i HOME={place}/scratch TMPDIR={place}/scratch \
    LD_LIBRARY_PATH={place}/python/lib PYTHONPATH={path} {place}/python/bin/{name} -m guildmark_grader.cli \
    grade {place}/{bank} largest {place}/{models}/honest.keras --json
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user has run all the other tests already")
def test_an_ordinary_user_grades_without_any_privilege(bank_folder, models):
    import guildmark
    import guildmark_grader

    sources = [Path(package.__file__).parents[1] for package in (guildmark, guildmark_grader)]
    folders = [Path(sysconfig.get_path("purelib")), *sources, bank_folder, models]
    for path in (bank_folder, *bank_folder.rglob("*"), models, *models.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)
    script = AS_ORDINARY_USER.format(
        place=PUBLIC_PLACE,
        python=sys.base_prefix,
        folders=" ".join(map(str, folders)),
        path=":".join(f"{PUBLIC_PLACE}/{number}" for number in (1, 2, 3)),
        name=Path(sys.executable).resolve().name,
        bank=4,
        models=5,
    )
    done = subprocess.run(["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["score"] == 5
