"""A bank with known answers, and models that are saved once for all tests."""

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from guildmark.packs.bank import BankManifest
from guildmark.packs.bundle import pack_zip
from guildmark.packs.model import TaskSpec
from guildmark_grader.banks import HiddenStore, open_bank
from guildmark_grader.grade import Grader
from guildmark_grader.pool import Pool
from guildmark_grader.sandbox import Box

ROWS, FEATURES, CLASSES = 60, 6, 3

EXAM = {
    "format": 1,
    "id": "tests",
    "version": "2026.1",
    "title": {"en": "Tests"},
    "level": "practitioner",
    "framework": "TensorFlow 2",
    "visibility": "private",
    "languages": ["en"],
    "duration_minutes": 60,
    "grace_minutes": 15,
    "pass_rule": "weighted",
    "pass_mark": 90,
    "validity_months": 36,
    "categories": [{"id": "category1", "title": {"en": "Classes"}, "weight": 100}],
}

TASK = {
    "id": "largest",
    "title": {"en": "The largest of three"},
    "skills": ["A1"],
    "formats": ["keras", "h5"],
    "size_limit_mib": 8,
    "forbidden_layers": ["BatchNormalization"],
    "input": {"shape": [FEATURES], "meaning": {"en": "numbers"}},
    "output": {"shape": [CLASSES], "meaning": {"en": "scores"}},
    "metric": {"name": "accuracy"},
    "thresholds": [0.3, 0.5, 0.7, 0.9, 1.0],
    "limits": {"wall_s": 60, "memory_mib": 3072},
}


def hidden_archive(inputs: np.ndarray, targets: np.ndarray) -> bytes:
    files = {}
    for name, array in (("inputs.npy", inputs), ("targets.npy", targets)):
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=False)
        files[name] = buffer.getvalue()
    return pack_zip(files)


def balanced_rows() -> tuple[np.ndarray, np.ndarray]:
    """As many rows of each class; the right class is the largest of the first three numbers."""
    targets = np.arange(ROWS, dtype=np.int64) % CLASSES
    inputs = np.random.default_rng(7).uniform(0, 1, (ROWS, FEATURES)).astype(np.float32)
    inputs[np.arange(ROWS), targets] += 1
    return inputs, targets


def write_bank(folder: Path) -> Path:
    """A bank with two forms: `largest`, and `hurried` with little time."""
    hidden = hidden_archive(*balanced_rows())
    digest = hashlib.sha256(hidden).hexdigest()
    (folder / "hidden").mkdir(parents=True)
    (folder / "hidden" / f"{digest}.zip").write_bytes(hidden)
    variant = {"public": {"sha256": "0" * 64, "size": 1}, "hidden": {"sha256": digest, "size": len(hidden)}}
    hurried = {**TASK, "id": "hurried", "limits": {"wall_s": 5, "memory_mib": 3072}}
    manifest = {
        "format": 1,
        "exam": EXAM,
        "pack_sha256": "1" * 64,
        "requirements": "",
        "forms": [{"category": "category1", "task": task, "variants": [variant]} for task in (TASK, hurried)],
    }
    (folder / "bank.json").write_text(BankManifest.model_validate(manifest).model_dump_json())
    return folder


@pytest.fixture(scope="session")
def task() -> TaskSpec:
    return TaskSpec.model_validate(TASK)


@pytest.fixture(scope="session")
def bank_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bank(tmp_path_factory.mktemp("banks") / "bank")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    script = Path(__file__).with_name("saved_models.py")
    environment = {**os.environ, "HOME": str(folder), "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run([sys.executable, script, folder], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (folder / "text.h5").write_text("This is only text.\n")
    (folder / "empty.keras").touch()
    with (folder / "too_large.h5").open("wb") as large:
        large.write((folder / "honest.h5").read_bytes())
        large.truncate(9 * 1024 * 1024)
    return folder


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """One pool for all tests: its zygotes import their frameworks once."""
    with Pool(Box(), spares=1) as running:
        yield running


@pytest.fixture
def grader(pool: Pool, tmp_path: Path) -> Grader:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return Grader(pool, HiddenStore(scratch))


@pytest.fixture
def rows() -> tuple[np.ndarray, np.ndarray]:
    return balanced_rows()


@pytest.fixture
def bank(bank_folder: Path):
    return open_bank(bank_folder)
