"""A bank for hostile files: three scores of six numbers, by any format; `hurried` has little time."""

import hashlib
import io
from pathlib import Path

import numpy as np
from tests.hostile.effects import TASK_MEMORY_MIB
from tests.hostile.files.bench import CLASSES, FEATURES, ROWS

from guildmark.packs.bank import BankManifest
from guildmark.packs.bundle import pack_zip
from guildmark.rules.contract import ModelFormat

HURRIED_S = 4

_EXAM = {
    "format": 1,
    "id": "hostile",
    "version": "2026.1",
    "title": {"en": "Hostile"},
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
_TASK: dict[str, object] = {
    "title": {"en": "The largest of three"},
    "skills": ["A1"],
    "formats": [kind.value for kind in ModelFormat],
    "size_limit_mib": 8,
    "input": {"shape": [FEATURES], "meaning": {"en": "numbers"}},
    "output": {"shape": [CLASSES], "meaning": {"en": "scores"}},
    "metric": {"name": "accuracy"},
    "thresholds": [0.3, 0.5, 0.7, 0.9, 1.0],
}


def write_bank(folder: Path) -> str:
    """Write the bank below `folder`, named by its digest, which is returned."""
    targets = np.arange(ROWS, dtype=np.int64) % CLASSES
    inputs = np.random.default_rng(7).uniform(0, 1, (ROWS, FEATURES)).astype(np.float32)
    inputs[np.arange(ROWS), targets] += 1
    hidden = pack_zip({"inputs.npy": _array(inputs), "targets.npy": _array(targets)})
    digest = hashlib.sha256(hidden).hexdigest()
    variant = {"public": {"sha256": "0" * 64, "size": 1}, "hidden": {"sha256": digest, "size": len(hidden)}}
    forms: list[dict[str, object]] = [
        {"category": "category1", "task": {**_TASK, "id": name, "limits": limits}, "variants": [variant]}
        for name, limits in (
            ("largest", {"wall_s": 60, "memory_mib": TASK_MEMORY_MIB}),
            ("hurried", {"wall_s": HURRIED_S, "memory_mib": TASK_MEMORY_MIB}),
        )
    ]
    bank = {"format": 1, "exam": _EXAM, "pack_sha256": "1" * 64, "requirements": "", "forms": forms}
    manifest = BankManifest.model_validate(bank).model_dump_json().encode()
    name = hashlib.sha256(manifest).hexdigest()
    (folder / name / "hidden").mkdir(parents=True)
    (folder / name / "bank.json").write_bytes(manifest)
    (folder / name / "hidden" / f"{digest}.zip").write_bytes(hidden)
    return name


def _array(values: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.save(content, values, allow_pickle=False)
    return content.getvalue()
