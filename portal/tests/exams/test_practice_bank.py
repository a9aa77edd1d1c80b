"""The practice exam that the portal ships is what its pack builds.

After a change of the pack, build the shipped bank again:

    rm -r portal/src/guildmark_portal/exams/practice_bank
    guildmark-grader pack build packs/rehearsal --out portal/src/guildmark_portal/exams/practice_bank \
        --variants 1 --secret packs/rehearsal/public.secret
"""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np

from guildmark.packs.reader import load_manifest
from guildmark_portal.exams.rehearsal import PRACTICE_BANK

PACK = Path(__file__).parents[3] / "packs" / "rehearsal"
SMALL = 60_000


def test_building_the_pack_gives_the_bank_that_is_shipped(tmp_path):
    command = ["-m", "guildmark_grader.cli", "pack", "build", str(PACK), "--out", str(tmp_path / "bank"), "--variants", "1"]
    subprocess.run([sys.executable, *command, "--secret", str(PACK / "public.secret")], check=True, capture_output=True)
    built = {path.relative_to(tmp_path / "bank"): path.read_bytes() for path in (tmp_path / "bank").rglob("*.*")}
    shipped = {path.relative_to(PRACTICE_BANK): path.read_bytes() for path in PRACTICE_BANK.rglob("*.*")}
    assert built == shipped


def test_pack_and_bank_together_are_small():
    files = [path for folder in (PACK, PRACTICE_BANK) for path in folder.rglob("*.*")]
    assert sum(path.stat().st_size for path in files) < SMALL


def test_it_brings_a_model_that_is_ready_to_submit_and_names_it_in_every_language():
    (form,) = load_manifest(PRACTICE_BANK / "bank.json").forms
    archive = (PRACTICE_BANK / "public" / f"{form.variants[0].public.sha256}.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        assert files.read("ready.keras") == (PACK / "public" / "ready.keras").read_bytes()
        for language in ("en", "ko", "zh-Hans"):
            assert "`ready.keras`" in files.read(f"instructions.{language}.md").decode()


def test_its_hidden_rows_are_what_a_thermometer_says():
    (form,) = load_manifest(PRACTICE_BANK / "bank.json").forms
    with zipfile.ZipFile(PRACTICE_BANK / "hidden" / f"{form.variants[0].hidden.sha256}.zip") as files:
        celsius, fahrenheit = (np.load(io.BytesIO(files.read(name))) for name in ("inputs.npy", "targets.npy"))
    assert (len(celsius), float(np.abs(celsius * 1.8 + 32 - fahrenheit).max()) < 1e-4) == (100, True)
