"""An exam that can be sat in tests: a small bank, and a grading service that stands in at its socket."""

import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from guildmark.packs.bank import BankManifest, Blob, FormEntry, VariantEntry
from guildmark.packs.bundle import pack_zip
from guildmark.packs.metric import MetricSpec
from guildmark.packs.model import CategorySpec, ExamSpec, HintSpec, InputSpec, LimitsSpec, OutputSpec, TaskSpec
from guildmark.protocol import ExamKind
from guildmark.rules.contract import ModelFormat
from guildmark.rules.scoring import PassRule

from .standing_in_grader import serve
from .visiting import hand_in, read

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


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five categories, one form each, one variant each. Tests only read it."""
    root = tmp_path_factory.mktemp("bank")
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
    return root


@pytest.fixture
def program(bank: Path, db: None) -> str:
    """The name of a demo program that is open."""
    from guildmark_portal.exams import services

    return services.publish(bank, ExamKind.DEMO, "tests").program.slug


@pytest.fixture
def grader(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """The grading service's stand-in, at the socket that the portal asks."""
    path = tmp_path / "grader.sock"
    settings.GRADER_SOCKET = str(path)
    listening = threading.Event()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        thread = threading.Thread(target=serve, args=(server, path, listening.set), daemon=True)
        thread.start()
        assert listening.wait(5)
        yield
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.fixture
def work(grader: None) -> Callable[[], None]:
    """Do all jobs that are due: grade, decide, send."""
    from guildmark_portal.jobs.runner import Runner

    def all_due() -> None:
        for _round in range(5):
            if not Runner().run_due():
                return

    return all_due


def _signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def owner(candidate: object) -> Client:
    """The candidate's browser."""
    return _signed_in(candidate)


@pytest.fixture
def other(stranger: object) -> Client:
    """The stranger's browser."""
    return _signed_in(stranger)


@pytest.fixture
def registered(owner: Client, program: str) -> str:
    """The address of the candidate's attempt, registered through the page."""
    response = owner.post("/exam/", {"program": program})
    assert response.status_code == 302
    return response["Location"]


@pytest.fixture
def running(owner: Client, registered: str) -> str:
    """The address of the candidate's attempt, with the clock started through the page."""
    response = owner.post(f"{registered}begin/", {"understood": "yes"})
    assert (response.status_code, response["Location"]) == (302, registered)
    return registered


@pytest.fixture
def passed(owner: Client, running: str, work: Callable[[], None]) -> str:
    """The address of an attempt that was passed with full scores."""
    for number in range(1, 6):
        hand_in(owner, running, number, f"score 5 {number}".encode())
    work()
    assert owner.post(f"{running}finish/")["Location"] == running
    work()
    return running


@pytest.fixture
def certificate(owner: Client, passed: str) -> str:
    """The path of its certificate."""
    page = read(owner.get(f"{passed}result/"))
    (address,) = [a["href"] for tag, a in page.tags if tag == "a" and "/certificates/GM-" in str(a.get("href"))]
    return "/certificates/" + str(address).partition("/certificates/")[2]
