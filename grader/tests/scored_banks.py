"""Banks that ask how far a model is from given answers, whatever the model is about."""

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from grader.tests.conftest import EXAM, TASK

from guildmark.packs.bank import BankManifest
from guildmark.packs.bundle import pack_zip
from guildmark.packs.model import TaskSpec
from guildmark.rules.contract import ModelFormat, TensorContract
from guildmark.rules.scoring import rounded
from guildmark_grader.banks import Bank, open_bank


@dataclass(frozen=True)
class Question:
    """A form of a bank: what is fed, and the shape of what is answered."""

    name: str
    inputs: tuple[TensorContract, ...]
    rows: tuple[np.ndarray, ...]
    output: tuple[int, ...]

    @property
    def targets(self) -> np.ndarray:
        """(N, *output): anything, as long as it is the same for the library's predictions and for the box's."""
        return np.random.default_rng(11).uniform(0, 1, (len(self.rows[0]), *self.output))

    def metric_of(self, predictions: np.ndarray) -> float:
        """What a report on these predictions has to say."""
        return rounded(float(np.mean(np.abs(predictions.astype(np.float64) - self.targets))))


def bank_of(folder: Path, questions: Iterable[Question]) -> Bank:
    """A bank with a form for each question, in every format, scored by the mean absolute error."""
    (folder / "hidden").mkdir(parents=True)
    forms = []
    for question in questions:
        inputs: list[dict[str, Any]] = [
            {"shape": tensor.shape, "dtype": tensor.dtype, "meaning": {"en": "inputs"}}
            | ({"name": tensor.name} if len(question.inputs) > 1 else {})
            for tensor in question.inputs
        ]
        fields = {
            **TASK,
            "id": question.name.replace("_", "-").replace(".", "-").lower(),
            "formats": [kind.value for kind in ModelFormat],
            "forbidden_layers": [],
            "input": inputs if len(inputs) > 1 else inputs[0],
            "output": {"shape": question.output, "meaning": {"en": "outputs"}},
            "metric": {"name": "mae"},
            "thresholds": [5.0, 4.0, 3.0, 2.0, 1.0],
        }
        task = TaskSpec.model_validate(fields)
        hidden = _archive(dict(zip(task.inputs_files, question.rows, strict=True)) | {"targets.npy": question.targets})
        digest = hashlib.sha256(hidden).hexdigest()
        (folder / "hidden" / f"{digest}.zip").write_bytes(hidden)
        blob = {"sha256": digest, "size": len(hidden)}
        forms.append({"category": "category1", "task": fields, "variants": [{"public": blob, "hidden": blob}]})
    manifest = {"format": 1, "exam": EXAM, "pack_sha256": "1" * 64, "requirements": "", "forms": forms}
    (folder / "bank.json").write_text(BankManifest.model_validate(manifest).model_dump_json())
    return open_bank(folder)


def _archive(arrays: dict[str, np.ndarray]) -> bytes:
    files = {}
    for name, array in arrays.items():
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=False)
        files[name] = buffer.getvalue()
    return pack_zip(files)
