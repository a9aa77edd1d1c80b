"""The portal with the grading service that it is served with: real models, real boxes, real kills."""

import io
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from django.db import connection
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import MakeBank, Sitting, WorkOff
from pytest_django import Settings

from guildmark.protocol import ExamKind
from guildmark_portal.accounts.models import User
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import services
from guildmark_portal.exams.models import Report
from guildmark_portal.jobs.models import Job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]

SAVE_A_MODEL = """
import sys, keras
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid", bias_initializer="ones")])
model.save(sys.argv[1])
"""
Start = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def right_model(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A model that says 1 to everything, which is right here."""
    path = tmp_path_factory.mktemp("models") / "mymodel.keras"
    subprocess.run([sys.executable, "-c", SAVE_A_MODEL, str(path)], check=True, capture_output=True, timeout=120)
    return path.read_bytes()


@pytest.fixture
def start_grader(settings: Settings) -> Iterator[Start]:
    """`guildmark-grader serve` on the portal's banks; whatever was started is ended."""
    with tempfile.TemporaryDirectory(prefix="gm-") as folder:
        settings.GRADER_SOCKET = str(Path(folder) / "grader.sock")
        command = [sys.executable, "-m", "guildmark_grader.cli", "serve"]
        command += ["--socket", settings.GRADER_SOCKET, "--banks", str(settings.BANKS_DIR)]
        started = []

        def start() -> "subprocess.Popen[str]":
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            started.append(process)
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            return process

        yield start
        for process in started:
            process.terminate()
            process.wait(timeout=20)
            if process.stdout is not None:
                process.stdout.close()


def array(values: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]") -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=False)
    return buffer.getvalue()


@pytest.fixture
def real_sitting(make_bank: MakeBank, candidate: User, stopped_clock: StoppedClock) -> Sitting:
    hidden = {"inputs.npy": array(np.zeros((8, 4), np.float32)), "targets.npy": array(np.ones(8, np.int64))}
    services.publish(make_bank(hidden=hidden).folder, ExamKind.DEMO, "tests")
    return Sitting(candidate, "tiny-demo").prepare().begin()


def test_s4_a_real_model_is_graded_in_the_box_and_a_text_file_is_told_what_to_change(
    real_sitting: Sitting, start_grader: Start, right_model: bytes, work_off: WorkOff, stopped_clock: StoppedClock
) -> None:
    start_grader()
    real_sitting.submit("category3", right_model)
    real_sitting.submit("category3", b"I am a text file that is named .h5\n")
    work_off()
    found = attempt_state(real_sitting.attempt, now=stopped_clock.at).categories[2]
    reports = {one.report.reason: one.report for one in found.submissions if one.report is not None}
    assert sorted(reports) == ["file.not_a_model", "graded.full"]
    assert (found.best_score, reports["graded.full"].metric and reports["graded.full"].metric.value) == (5, 1.0)
    assert "not a model file, whatever its name says" in reports["file.not_a_model"].message


def test_killing_the_grading_service_during_a_grade_delays_the_score_and_loses_nothing(
    real_sitting: Sitting, start_grader: Start, right_model: bytes, work_off: WorkOff, stopped_clock: StoppedClock
) -> None:
    service = start_grader()
    real_sitting.submit("category3", right_model)

    def work() -> None:
        try:
            work_off()
        finally:
            connection.close()

    working = threading.Thread(target=work)
    working.start()
    working.join(timeout=1.0)
    assert working.is_alive(), "the grade was over before the kill"
    service.kill()
    working.join(timeout=30)
    job = Job.objects.get(kind="grade")
    assert (Report.objects.count(), job.finished_at, job.dead_at, job.attempts) == (0, None, None, 1)
    start_grader()
    stopped_clock.advance(60)
    work_off()
    assert attempt_state(real_sitting.attempt, now=stopped_clock.at).categories[2].best_score == 5
