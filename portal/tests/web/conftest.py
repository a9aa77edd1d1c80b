"""An exam that can be sat in tests: a small bank, and a grading service that stands in at its socket."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from guildmark.protocol import ExamKind
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.exams.models import Attempt
from guildmark_portal.profiles import services as profiles
from guildmark_portal.profiles.entered import FullName

from .small_bank import write_small_bank
from .standing_in_grader import serve
from .visiting import hand_in, read


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five categories, one form each, one variant each. Tests only read it."""
    root = tmp_path_factory.mktemp("bank")
    write_small_bank(root)
    return root


@pytest.fixture
def program(bank: Path, db: None) -> str:
    """The name of a demo program that is open."""
    from guildmark_portal.exams import services

    return services.publish(bank, ExamKind.DEMO, "tests").program.slug


@pytest.fixture
def for_money(db: None) -> None:
    """Whatever is published as a demo is a live exam, which alone can cost something, with the settings of a demo."""
    from guildmark_portal import clock
    from guildmark_portal.exams.models import Program
    from guildmark_portal.exams.policy import default_of

    document = default_of(ExamKind.DEMO).document
    live = {"kind": ExamKind.LIVE.value, "policy_document": document, "created_at": clock.now()}
    Program.objects.create(slug="practitioner-demo", **live)


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


def known_by_another_name(user: User, certificate: Certificate) -> None:
    """Let the holder have had other names by the end of the exam than the one on the certificate."""
    profiles.record_name(user=user, full_name=FullName("김아다", "Kim Ida"))
    Attempt.objects.filter(pk=certificate.attempt_id).update(ended_at=None)


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
    """The path of its certificate, where anybody can check it."""
    page = read(owner.get(f"{passed}result/"))
    (address,) = [a["href"] for tag, a in page.tags if tag == "a" and "/certificates/GM-" in str(a.get("href"))]
    return str(address).removesuffix("mine/")


@pytest.fixture
def issued(candidate, program: str):  # type: ignore[no-untyped-def]
    """A certificate of the candidate that certifies something, without an exam before it."""
    from .holding import issue

    return issue(candidate, program)
