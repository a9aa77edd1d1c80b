"""Outages as they happen: a portal that is killed and a grading service that is killed, with everything real but the models."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from portal.tests.exams.conftest import BankFolder
from portal.tests.platform.conftest import ServedPortal, until

from guildmark.rules.outage import Span, uncredited
from guildmark_portal import clock

pytestmark = pytest.mark.commands

EXAM_S = 5 * 3600

GRADER = """
import array, json, os, pathlib, socket, struct, sys, time
arguments = sys.argv[1:]
data = pathlib.Path(arguments[arguments.index("--banks") + 1]).parent
with open(data / "grader.pids", "a") as pids:
    print(os.getpid(), file=pids)
while (data / "grading is down").exists():
    time.sleep(0.05)
path = arguments[arguments.index("--socket") + 1]
pathlib.Path(path).unlink(missing_ok=True)
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen()
print("ready", flush=True)
found = {"verdict": "graded", "score": 5, "metric": {"name": "accuracy", "value": 0.9, "unit": ""}, "next_threshold": None}
told = {"reason": "graded.full", "params": {"metric": "accuracy", "value": 0.9}, "grader_digest": "d" * 64}
answer = json.dumps({**found, **told, "timings_ms": {"load": 1.0}}).encode()
while True:
    connection, _ = listener.accept()
    with connection:
        socket.recv_fds(connection, 65536, 1)
        connection.sendall(struct.pack(">I", len(answer)) + answer)
"""

CANDIDATE = """
import hashlib, json, sys, time
from pathlib import Path
from guildmark.protocol import ExamKind
from guildmark_portal.cli.options import use_django
use_django(Path(sys.argv[1]))
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import queries, services
if sys.argv[2] == "begin":
    services.publish(Path(sys.argv[3]), ExamKind.DEMO, "tests")
    user = User.objects.create_user("candidate@example.org", "Ada Candidate")
    attempt = services.open_attempt(user=user, program="tiny-demo", now=clock.now())
    services.prepare(attempt=attempt, now=clock.now())
    services.begin(attempt=attempt, bundle_sha256=None, now=clock.now())
else:
    attempt = queries.attempts_of(user=User.objects.get(email="candidate@example.org"), now=clock.now())[0]
    attempt = queries.attempt_of(user=User.objects.get(email="candidate@example.org"), attempt_id=attempt.id)
if sys.argv[2] == "submit":
    content = b"a model"
    upload = services.open_upload(attempt=attempt, category="category1", file_name="m.keras",
        sha256=hashlib.sha256(content).hexdigest(), size=len(content), now=clock.now())
    services.receive_bytes(upload=upload, offset=0, chunk=content, now=clock.now())
    while attempt_state(queries.attempt_with(attempt.pk), now=clock.now()).outage_since is None:
        time.sleep(0.1)
lefts = []
for _ in range(2):
    lefts.append(attempt_state(queries.attempt_with(attempt.pk), now=clock.now()).time_left_s)
    time.sleep(0.2)
print(json.dumps(lefts))
"""


def candidate(data: Path, env: dict[str, str], *what: str) -> list[float]:
    """What the candidate does, and the time left after it, read twice with a moment between."""
    answer = subprocess.run(
        [sys.executable, "-c", CANDIDATE, str(data), *what], env=env, check=True, capture_output=True, text=True
    )
    lefts: list[float] = json.loads(answer.stdout.splitlines()[-1])
    return lefts


class Rows:
    """The portal's database, read and turned back by another hand."""

    def __init__(self, data: Path) -> None:
        self._path = data / "db.sqlite3"

    def all(self, query: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self._path, timeout=20)) as database, database:
            return database.execute(query, values).fetchall()


def written(instant: datetime) -> str:
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")


@pytest.fixture
def data(initialised: Path, tmp_path: Path) -> Path:
    config, bank = initialised / "portal.toml", tmp_path / "bank"
    config.write_text(config.read_text().replace("outage_after_s = 60", "outage_after_s = 2"))
    bank.mkdir()
    BankFolder(bank)
    return initialised


@pytest.fixture
def env(portal_env: dict[str, str], tmp_path: Path) -> dict[str, str]:
    script = tmp_path / "grader.py"
    script.write_text(GRADER)
    return {**portal_env, "GUILDMARK_GRADER_COMMAND": f"{sys.executable} {script}"}


@pytest.fixture
def killed(data: Path, env: dict[str, str], tmp_path: Path) -> Iterator[ServedPortal]:
    """A portal that was killed while an exam ran."""
    candidate(data, env, "begin", str(tmp_path / "bank"))
    portal = ServedPortal(data, env)
    portal.process.kill()
    portal.process.wait()
    yield portal
    portal.stop()


@pytest.mark.timeout(120)
def spans(rows: Rows, kind: str) -> list[Span]:
    found = rows.all("select began_at, ended_at from exams_outage where kind = ? and ended_at is not null", kind)
    return [Span(*map(datetime.fromisoformat, instants)) for instants in found]


def test_x10_what_dies_gives_the_time_back(killed: ServedPortal) -> None:
    """The portal dies ten minutes before the deadline and comes back five after it; then its grading service dies."""
    rows, now = Rows(killed.data), clock.now()
    rows.all("update exams_beat set at = ?", written(now - timedelta(seconds=900)))
    rows.all("update exams_attempt set started_at = ?", written(now - timedelta(seconds=EXAM_S + 300)))
    rows.all("update jobs_job set run_at = ? where kind = 'decide'", written(now - timedelta(seconds=300)))
    portal = ServedPortal(killed.data, killed.env)
    try:
        until(lambda: any("Subject: You have more time: Tiny exam" in line for line in portal.lines))
        ((kind, seconds),) = rows.all("select o.kind, seconds from exams_credit c join exams_outage o on o.id = outage_id")
        assert (kind, 900 <= seconds <= 960) == ("portal", True)
        assert rows.all("select count(*) from exams_decision") == [(0,)]
        assert "The portal was not at work for 9" in portal.errors()

        (portal.data / "grading is down").touch()
        os.kill(portal.grader_pids()[-1], signal.SIGKILL)
        before, after = candidate(portal.data, portal.env, "submit")
        assert (before, 500 < before < 660) == (after, True)
        (portal.data / "grading is down").unlink()
        credited = "select seconds from exams_credit c join exams_outage o on o.id = outage_id where o.kind = 'grading'"
        ((seconds,),) = until(lambda: rows.all(credited))  # type: ignore[misc]
        (grading,), given_before = (
            spans(rows, "grading"),
            spans(rows, "portal"),
        )  # on a busy machine the portal, too, may be late
        taken = uncredited(grading, started_at=grading.began_at, deadline=grading.ended_at, before=given_before)
        assert 0 <= seconds - taken.total_seconds() < 1
        until(lambda: any("Submissions could not be graded." in line for line in portal.lines))
        assert rows.all("select score from exams_report") == [(5,)]
    finally:
        portal.stop()
