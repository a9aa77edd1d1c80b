"""A tiny bank written by hand, a grading service that reads the wire, and attempts in every state."""

import hashlib
import json
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as django_settings
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import Client

from guildmark.packs.bank import BankManifest
from guildmark.packs.bundle import pack_zip
from guildmark.protocol import ExamKind, GradeJob
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import services
from guildmark_portal.exams.models import Attempt, Submission, Upload
from guildmark_portal.exams.queries import attempt_of
from guildmark_portal.jobs.runner import Runner

SIZE_LIMIT = 1024 * 1024
THRESHOLDS = {"accuracy": [0.5, 0.6, 0.7, 0.8, 0.9], "mae": [5.0, 4.0, 3.0, 2.0, 1.0]}
FORMS = (
    ("category1", "first-form", "mae"),
    ("category1", "second-form", "mae"),
    ("category2", "third-form", "accuracy"),
    ("category3", "fourth-form", "accuracy"),
)


MakeBank = Callable[..., "BankFolder"]
Sit = Callable[..., "Sitting"]
Browser = Callable[["User"], Client]
WorkOff = Callable[[], int]


def _good_record(form: str, digests: dict[str, str]) -> dict[str, object]:
    """A record of ten variants on which every reference gets what its role says."""
    scores = {"full": 5, "partial": 3, "baseline": 1}
    observations = [
        {
            "solution": f"{role}.py",
            "script": "d" * 64,
            "role": role,
            "variant": variant,
            "seed": 0,
            "score": score,
            "metric": 1.0,
            "training_s": 2.0,
        }
        for role, score in scores.items()
        for variant in range(10)
    ]
    fields = {"classes": 0, "versions": {"python": ["3.11.7"]}, "observations": observations}
    return {"format": 1, "form": form, "exam_version": "2026.1", "digests": digests, "measuring": "d" * 64, **fields}


class BankFolder:
    """A bank on disk, as `guildmark-grader pack build` leaves one."""

    def __init__(self, folder: Path, *, variants: int = 1, hidden: dict[str, bytes] | None = None, **exam: Any) -> None:
        self.folder, self._hidden = folder, hidden
        self._exam = {
            "format": 1,
            "id": "tiny",
            "version": "2030.1",
            "title": {"en": "Tiny exam"},
            "level": "Practitioner",
            "framework": "TensorFlow",
            "visibility": "public",
            "languages": ["en"],
            "duration_minutes": 300,
            "grace_minutes": 15,
            "pass_rule": "weighted",
            "pass_mark": 90,
            "validity_months": 36,
            "categories": [
                {"id": f"category{number}", "title": {"en": f"Area {number}"}, "weight": weight}
                for number, weight in ((1, 20), (2, 30), (3, 50))
            ],
            **exam,
        }
        self.write(variants)

    def write(self, variants: int) -> None:
        forms = [
            {
                "category": category,
                "task": self._task(form, metric),
                "variants": [self._variant(category, form, number) for number in range(variants)],
            }
            for category, form, metric in FORMS
        ]
        document = {
            "format": 1,
            "exam": self._exam,
            "pack_sha256": "a" * 64,
            "requirements": "tensorflow-cpu==2.21.0\n",
            "forms": forms,
        }
        self._write_manifest(document)

    def _write_manifest(self, document: dict[str, Any]) -> None:
        (self.folder / "bank.json").write_text(json.dumps(document))
        self.manifest = BankManifest.model_validate(document)

    def calibrate(self, *, changed: str | None = None) -> None:
        """Let every form have been calibrated well; `changed` names a part that is another one since then."""
        then = dict.fromkeys(("data", "build", "scoring"), "b" * 64)
        now = {part: ("c" if part == changed else "b") * 64 for part in then}
        document = json.loads((self.folder / "bank.json").read_text())
        for form in document["forms"]:
            form["calibration"] = {"digests": now, "record": _good_record(form["task"]["id"], then)}
        self._write_manifest(document)

    @staticmethod
    def _task(form: str, metric: str) -> dict[str, object]:
        return {
            "id": form,
            "title": {"en": f"Task {form}"},
            "skills": ["A1"],
            "formats": ["keras", "h5"],
            "size_limit_mib": SIZE_LIMIT // (1024 * 1024),
            "forbidden_layers": ["Conv3D"],
            "input": {"shape": [4], "meaning": {"en": "four numbers"}},
            "output": {"shape": [1], "meaning": {"en": "one number"}},
            "metric": {"name": metric, "unit": ""},
            "thresholds": THRESHOLDS[metric],
            "tips": [{"en": f"A tip for {form}."}],
            "hints": [{"up_to": 3, "text": {"en": "Scale the inputs."}}],
        }

    def _variant(self, category: str, form: str, number: int) -> dict[str, object]:
        task = {"category": category, "number": int(category[-1]), "form": form, "title": form, "contract": {}}
        public = {
            "instructions.en.md": f"# QUESTION {form} {number}\n\nSecretWordOfTheQuestion {form}-{number}\n".encode(),
            "starter.py": b"def solution_model():\n    ...\n",
            "task.json": json.dumps(task).encode(),
            "data.csv": f"x,y\n{number},1\n".encode() * 20,
        }
        hidden = {name: f"HIDDEN {name} {form} {number} ".encode() * 30 for name in ("inputs.npy", "targets.npy")}
        return {"public": self._blob("public", public), "hidden": self._blob("hidden", self._hidden or hidden)}

    def _blob(self, folder: str, files: dict[str, bytes]) -> dict[str, object]:
        content = pack_zip(files)
        digest = hashlib.sha256(content).hexdigest()
        (self.folder / folder).mkdir(exist_ok=True, parents=True)
        (self.folder / folder / f"{digest}.zip").write_bytes(content)
        return {"sha256": digest, "size": len(content)}

    @property
    def hidden_archives(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted((self.folder / "hidden").iterdir())]


@pytest.fixture
def make_bank(tmp_path: Path) -> MakeBank:
    count = iter(range(100))

    def make(**options: Any) -> BankFolder:
        folder = tmp_path / f"bank{next(count)}"
        folder.mkdir()
        return BankFolder(folder, **options)

    return make


@pytest.fixture
def bank(make_bank: MakeBank) -> BankFolder:
    return make_bank()


class GradingService:
    """The wire of the grading service on a real socket. A file says itself what it is to be told: `score 4`, or a reason."""

    def __init__(self, path: str) -> None:
        self.jobs: list[GradeJob] = []
        self.grader_digest = "d" * 64
        self.hang_up = False
        self.finds = ""
        """What it finds from now on, whatever a file says."""
        self._listener = socket.socket(socket.AF_UNIX)
        folder = os.open(Path(path).parent, os.O_RDONLY)
        self._listener.bind(f"/proc/self/fd/{folder}/{Path(path).name}")
        os.close(folder)
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                if self.hang_up:
                    continue
                data, files, _flags, _address = socket.recv_fds(connection, 65536, 1)
                (length,) = struct.unpack(">I", data[:4])
                self.jobs.append(GradeJob.model_validate_json(data[4 : 4 + length]))
                with os.fdopen(files[0], "rb") as file:
                    body = json.dumps(self._report(file.read().decode(errors="replace"))).encode()
                connection.sendall(struct.pack(">I", len(body)) + body)

    def _report(self, content: str) -> dict[str, object]:
        content = self.finds or content
        common = {"grader_digest": self.grader_digest, "timings_ms": {"load": 1.0}}
        if content.startswith("score "):
            score = int(content.split()[1])
            metric = {"name": "accuracy", "value": 0.4 + score / 10, "unit": ""}
            reason = "graded.full" if score == 5 else "graded.quality"
            params = {"metric": "accuracy", "value": 0.4 + score / 10, "threshold": 0.5 + score / 10}
            threshold = None if score == 5 else 0.5 + score / 10
            told = {"verdict": "graded", "score": score, "metric": metric, "next_threshold": threshold}
            return {**common, **told, "reason": reason, "params": params}
        verdict, reason = content.split()[:2]
        told = {"verdict": verdict, "score": None, "metric": None, "next_threshold": None}
        params = {"name": "Lambda", "found": "(None, 3)", "expected": "(None, 1)", "limit": 30}
        return {**common, **told, "reason": reason, "params": params}

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.fixture
def grading_service(data_dir: Path) -> Iterator[GradingService]:
    service = GradingService(django_settings.GRADER_SOCKET)
    yield service
    service.close()


class Sitting:
    """One candidate's attempt, driven through the services as the API and the pages drive them."""

    def __init__(self, user: User, program: str) -> None:
        self.user, self.program = user, program
        self.id = services.open_attempt(user=user, program=program, now=clock.now()).pk

    @property
    def attempt(self) -> Attempt:
        return attempt_of(user=self.user, attempt_id=self.id)

    def prepare(self) -> "Sitting":
        self.offer = services.prepare(attempt=self.attempt, now=clock.now())
        return self

    def begin(self) -> "Sitting":
        self.begun = services.begin(attempt=self.attempt, bundle_sha256=self.offer.sha256, now=clock.now())
        return self

    def open(self, category: str, content: bytes, *, name: str = "mymodel.keras") -> Upload:
        digest = hashlib.sha256(content).hexdigest()
        return services.open_upload(
            attempt=self.attempt, category=category, file_name=name, sha256=digest, size=len(content), now=clock.now()
        )

    def submit(self, category: str, content: bytes) -> Submission:
        upload = self.open(category, content)
        if upload.completed_at is None:
            services.receive_bytes(upload=upload, offset=0, chunk=content, now=clock.now())
        return Submission.objects.get(upload=upload)

    def finish(self, *, confirm: bool = True) -> Attempt:
        return services.finish(attempt=self.attempt, confirm=confirm, now=clock.now())


def downloaded(response: HttpResponseBase) -> bytes:
    """The whole of a response that is sent in pieces."""
    assert isinstance(response, StreamingHttpResponse)

    async def read() -> bytes:
        return b"".join([piece async for piece in response])

    return async_to_sync(read)()


def run_jobs() -> int:
    return Runner().run_due()


@pytest.fixture
def work_off() -> WorkOff:
    return run_jobs


@pytest.fixture
def sit(bank: BankFolder, db: None) -> Sit:
    """A new attempt at the tiny exam, published as a demo."""

    def start(user: User, program: str = "tiny-demo") -> Sitting:
        services.publish(bank.folder, ExamKind(program.rpartition("-")[2]), "tests")
        return Sitting(user, program)

    return start


@pytest.fixture
def running(sit: Sit, candidate: User, stopped_clock: object) -> Sitting:
    """The candidate's attempt with its clock running."""
    return sit(candidate).prepare().begin()


@pytest.fixture
def browser() -> Browser:
    """A signed-in browser that speaks to the API."""

    def signed_in(user: User) -> Client:
        client = Client(headers={"Guildmark-Protocol": "1"})
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in
