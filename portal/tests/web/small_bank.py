"""A small bank: five categories, one form each, one variant each, of files that hold next to nothing."""

import hashlib
import json
from pathlib import Path

from guildmark.packs.bank import BankManifest, Blob, FormEntry, VariantEntry
from guildmark.packs.bundle import pack_zip
from guildmark.packs.metric import MetricSpec
from guildmark.packs.model import CategorySpec, ExamSpec, HintSpec, InputSpec, LimitsSpec, OutputSpec, TaskSpec
from guildmark.rules.contract import ModelFormat
from guildmark.rules.scoring import PassRule

TITLES = ("Regression", "Grey images", "Colour images", "Texts", "Time series")
INSTRUCTIONS = """# The task

Train a model. <script>alert("no")</script> [Read on](javascript:alert) or [there](https://example.org).

| column | unit |
| --- | ---: |
| price | 1 |
"""


def _task(number: int) -> TaskSpec:
    return TaskSpec(
        id=f"form-{number}",
        title={"en": f"Task {number}"},
        skills=("A1",),
        formats=(ModelFormat.KERAS, ModelFormat.H5),
        size_limit_mib=20,
        forbidden_layers=("LSTM",) if number == 4 else (),
        inputs=(InputSpec(shape=(28, 28), meaning={"en": "an image"}),),
        output=OutputSpec(shape=(10,), meaning={"en": "a class"}),
        metric=MetricSpec(name="accuracy"),
        limits=LimitsSpec(predict_ms=20 if number == 5 else None),
        thresholds=(0.5, 0.6, 0.7, 0.8, 0.9),
        tips=({"en": f"A tip for task {number}."},),
        hints=(HintSpec(up_to=4, text={"en": "Train longer."}),),
    )


def _archive(folder: Path, files: dict[str, bytes]) -> Blob:
    content = pack_zip(files)
    digest = hashlib.sha256(content).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{digest}.zip").write_bytes(content)
    return Blob(sha256=digest, size=len(content))


def write_small_bank(root: Path) -> None:
    """Write the bank into the folder `root`."""
    forms = []
    for number in range(1, 6):
        task = _task(number)
        about = {"category": f"category{number}", "number": number, "form": task.id, "title": task.title["en"]}
        public = {
            "instructions.en.md": INSTRUCTIONS.encode(),
            "starter.py": b"print('starter')\n",
            "task.json": json.dumps(about).encode(),
        }
        variant = VariantEntry(
            public=_archive(root / "public", {**public, "data.csv": str(number).encode()}),
            hidden=_archive(root / "hidden", {"inputs.npy": b"inputs", "targets.npy": str(number).encode()}),
        )
        forms.append(FormEntry(category=f"category{number}", task=task, variants=(variant,)))
    exam = ExamSpec(
        format=1,
        id="practitioner",
        version="2030.1",
        title={"en": "Machine Learning Practitioner"},
        level="Practitioner",
        framework="TensorFlow 2.x",
        visibility="public",
        languages=("en",),
        duration_minutes=300,
        grace_minutes=15,
        pass_rule=PassRule.WEIGHTED,
        pass_mark=90,
        validity_months=36,
        categories=tuple(
            CategorySpec(id=f"category{place}", title={"en": title}, weight=10 + 5 * (place - 1))
            for place, title in enumerate(TITLES, start=1)
        ),
    )
    manifest = BankManifest(format=1, exam=exam, pack_sha256="0" * 64, requirements="tensorflow\n", forms=tuple(forms))
    (root / "bank.json").write_text(manifest.model_dump_json())
