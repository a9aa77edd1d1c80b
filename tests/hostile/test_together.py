"""An honest model that is graded beside hostile ones: the same score, in about the same time."""

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.hostile.cases import CASES

from guildmark.rules.verdict import Verdict

FORMS = {case.name: case.form for case in CASES}
HOSTILE = (
    "keras_long_recurrence",
    "keras_repeated_input",
    "saved_model_never_ends",
    "onnx_terabytes",
    "zip_swelling_weights",
    "hdf5_declares_95_gb",
)
TIMES_SLOWER, SECONDS_SLOWER = 4, 1.5
"""Two cores are shared with a model that uses all it gets. What must not be is waiting for it to end."""


@pytest.fixture(scope="session")
def honest(files):
    return files / "parts" / "honest.keras"


@pytest.fixture(scope="session")
def alone(honest, service, evidence) -> float:
    """Seconds that a grade of the honest model takes while nothing else runs."""
    evidence.result()  # the control run is over
    return statistics.median(seconds for _, seconds in (timed(service, honest) for _ in range(4)))


def timed(service, model):
    started = time.monotonic()
    report = service.report_on(model, "largest")
    return report, time.monotonic() - started


@contextmanager
def handed_in(service, path, form) -> Iterator[list]:
    """A file that is graded, again and again, while the context lasts; the verdicts come with it."""
    is_over, verdicts = threading.Event(), []

    def hand_in():
        while not is_over.is_set():
            verdicts.append(service.report_on(path, form).verdict)

    thread = threading.Thread(target=hand_in)
    thread.start()
    try:
        yield verdicts
    finally:
        is_over.set()
        thread.join()


@pytest.mark.parametrize("name", HOSTILE)
def test_x11_an_honest_model_beside_it_is_not_disturbed(name, honest, files, service, alone):
    with handed_in(service, files / name, FORMS[name]) as verdicts:
        time.sleep(0.2)
        graded = [timed(service, honest) for _ in range(3)]
    assert [(report.verdict, report.score, report.metric.value) for report, _ in graded] == [(Verdict.GRADED, 5, 1.0)] * 3
    assert max(seconds for _, seconds in graded) < TIMES_SLOWER * alone + SECONDS_SLOWER
    assert verdicts
    assert Verdict.GRADED not in verdicts
    assert Verdict.GRADER_ERROR not in verdicts
