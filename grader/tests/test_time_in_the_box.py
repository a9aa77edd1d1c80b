"""Tasks that count the time: real models in real boxes, on a host that is idle or busy."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from grader.tests.conftest import EXAM, TASK, hidden_archive

from guildmark.inspection import Finding
from guildmark.packs.bank import BankManifest
from guildmark.packs.model import TaskSpec
from guildmark.rules.verdict import Verdict
from guildmark.rules.wording import describe
from guildmark_grader.banks import Bank, open_bank
from guildmark_grader.grade import _Course, _in_time, _is_nearly_fast_enough, _timings
from guildmark_grader.reports import Scored, grader_digest, shown_ms
from guildmark_grader.sandbox import Ended, Outcome
from guildmark_grader.worker import stopwatch
from guildmark_grader.worker.reply import Stage
from guildmark_grader.worker.runtimes import Unfit

FEATURES, ROWS, LIMIT_MS = 8, 1500, 30

TIMED = {
    **TASK,
    "id": "timed",
    "formats": ["keras", "h5", "tflite"],
    "forbidden_layers": [],
    "input": {"shape": [FEATURES], "meaning": {"en": "numbers"}},
    "output": {"shape": [1], "meaning": {"en": "their sum"}},
    "metric": {"name": "mae"},
    "thresholds": [5.0, 4.0, 3.0, 2.0, 1.0],
    "limits": {"predict_ms": LIMIT_MS},
}
UNTIMED = {**TIMED, "id": "untimed", "limits": {}}


@pytest.fixture(scope="module")
def timed_bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    folder = tmp_path_factory.mktemp("timed")
    inputs = np.random.default_rng(7).uniform(0, 1, (ROWS, FEATURES)).astype(np.float32)
    hidden = hidden_archive(inputs, inputs.sum(axis=1, keepdims=True))
    digest = hashlib.sha256(hidden).hexdigest()
    (folder / "hidden").mkdir()
    (folder / "hidden" / f"{digest}.zip").write_bytes(hidden)
    variant = {"public": {"sha256": "0" * 64, "size": 1}, "hidden": {"sha256": digest, "size": len(hidden)}}
    forms = [{"category": "category1", "task": task, "variants": [variant]} for task in (TIMED, UNTIMED)]
    manifest = {"format": 1, "exam": EXAM, "pack_sha256": "1" * 64, "requirements": "", "forms": forms}
    (folder / "bank.json").write_text(BankManifest.model_validate(manifest).model_dump_json())
    return open_bank(folder)


@pytest.fixture(scope="module")
def timed_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("timed-models")
    script = Path(__file__).with_name("timed_models.py")
    environment = {**os.environ, "HOME": str(folder), "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run([sys.executable, script, folder], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@contextmanager
def busy_host() -> Iterator[None]:
    """As many processes that compute without end as there are processors, and one more."""
    command = [sys.executable, "-c", "while True: sum(range(10**6))"]
    hogs = [subprocess.Popen(command) for _ in range((os.cpu_count() or 1) + 1)]
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


def graded(grader, bank, model: Path, form: str = "timed"):
    return grader.grade(bank, bank.form(form), 0, model)


@pytest.mark.parametrize("name", ["fast.keras", "fast.h5", "fast.tflite"])
def test_a_fast_model_is_graded_and_told_how_fast_it_is(grader, timed_bank, timed_models, name):
    report = graded(grader, timed_bank, timed_models / name)
    assert (report.verdict, report.score, report.params["predict_limit_ms"]) == (Verdict.GRADED, 5, LIMIT_MS)
    assert 0 <= report.params["predict_ms"] < LIMIT_MS / 3  # what takes less than a twentieth of a millisecond is 0.0
    assert describe(report.reason, report.params).endswith(
        f" Predicting 1,000 rows took {report.params['predict_ms']} ms of processor time; this task allows {LIMIT_MS} ms."
    )
    assert {"predicting", "timing", "answering"} <= set(report.timings_ms)


@pytest.mark.parametrize("name", ["slow.keras", "slow.h5", "slow.tflite"])
def test_a_slow_model_is_refused_and_told_what_to_do(grader, timed_bank, timed_models, name):
    report = graded(grader, timed_bank, timed_models / name)
    assert (report.verdict, report.reason, report.score) == (Verdict.TIMED_OUT, "limit.latency", None)
    assert (set(report.params), report.params["limit"]) == ({"found", "limit"}, LIMIT_MS)
    assert report.params["found"] > LIMIT_MS
    assert "separable convolutions" in describe(report.reason, report.params)


def test_x3_a_busy_host_makes_nobody_slow(grader, timed_bank, timed_models):
    with busy_host():
        fast = graded(grader, timed_bank, timed_models / "fast.h5")
        slow = graded(grader, timed_bank, timed_models / "slow.h5")
    quiet = graded(grader, timed_bank, timed_models / "slow.h5")
    assert (fast.verdict, fast.score, slow.reason) == (Verdict.GRADED, 5, "limit.latency")
    assert fast.params["predict_ms"] < LIMIT_MS / 3
    assert quiet.params["found"] / 2 < slow.params["found"] < quiet.params["found"] * 2


def test_a_task_without_a_limit_of_time_takes_no_time_for_it(grader, timed_bank, timed_models):
    report = graded(grader, timed_bank, timed_models / "slow.h5", form="untimed")
    assert (report.verdict, report.params) == (Verdict.GRADED, {"metric": "mae", "value": report.metric.value})
    assert set(report.timings_ms) == {"inspection", "run", "loading", "predicting", "answering", "total"}


def test_a_model_that_keeps_a_state_is_refused_where_the_time_counts(grader, timed_bank, timed_models):
    report = graded(grader, timed_bank, timed_models / "stateful.keras")
    assert (report.verdict, report.reason) == (Verdict.FAILED, "model.not_repeatable")
    assert graded(grader, timed_bank, timed_models / "stateful.keras", form="untimed").verdict is Verdict.GRADED


class Clock:
    """A processor whose time is told: each reading goes on by the next of `steps`, in seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr(stopwatch, "time", SimpleNamespace(process_time=lambda: self.now, sleep=lambda _seconds: None))
        monkeypatch.setattr(stopwatch, "yardstick", lambda: self.work(stopwatch.YARDSTICK_MS))

    def work(self, milliseconds: float) -> None:
        self.now += milliseconds / 1000


def timed(clock: Clock, passes: list[float], limit: float = 20.0) -> tuple[float, int]:
    """What is found where the passes over 1,000 rows take so many milliseconds, the last again and again; and their number."""
    rows = np.arange(1000.0)[:, None]
    made: list[float] = []

    def predict(inputs):
        made.append(passes[min(len(made), len(passes) - 1)])
        clock.work(made[-1])
        return inputs[0] * 2

    return stopwatch.predicting_ms(predict, (rows,), rows * 2, limit), len(made)


@pytest.mark.parametrize(
    ("passes", "found", "number"),
    [
        ([10], 10, 3),
        ([15, 10, 12], 10, 3),
        ([19, 90, 90], 19, 3),
        ([21], 21, 12),
        ([25, 24, 23, 22, 19], 19, 5),
        ([31], 31, 3),
        ([101], 101, 1),
    ],
    ids=["fast", "the shortest counts", "once is enough", "near", "near, and then within", "over", "far over"],
)
def test_the_shortest_pass_counts_and_who_is_near_gets_more_of_them(monkeypatch, passes, found, number):
    assert timed(Clock(monkeypatch), passes) == (pytest.approx(found), number)


def test_a_processor_of_half_the_speed_finds_the_same(monkeypatch):
    clock = Clock(monkeypatch)
    monkeypatch.setattr(stopwatch, "yardstick", lambda: clock.work(2 * stopwatch.YARDSTICK_MS))
    assert timed(clock, [36]) == (pytest.approx(18), 3)


def test_a_model_that_remembers_its_answers_by_their_place_is_found_out():
    rows = np.arange(100.0)[:, None]
    with pytest.raises(Unfit) as caught:
        stopwatch.predicting_ms(lambda _inputs: rows * 2, (rows,), rows * 2, 20.0)
    assert caught.value.finding == Finding("model.not_repeatable")


@pytest.mark.parametrize(
    ("found", "shown"),
    [(0.0, 0), (0.041, 0.05), (0.234, 0.24), (1.01, 1.1), (9.91, 10), (10.0, 10), (20.001, 21), (123.4, 130), (4001, 4100)],
)
def test_a_time_is_told_with_two_digits_and_never_too_short(found, shown):
    assert shown_ms(found) == shown


def test_only_a_model_that_is_near_the_limit_is_run_again():
    task = TaskSpec.model_validate(TIMED)
    judged = [Scored(1.0, found) for found in (LIMIT_MS, LIMIT_MS + 0.1, 1.5 * LIMIT_MS, 1.5 * LIMIT_MS + 0.1)]
    assert [_is_nearly_fast_enough(task, one) for one in judged] == [False, True, True, False]
    assert [isinstance(_in_time(task, one), Scored) for one in judged] == [True, False, False, False]


def outcome(seconds: float, reached: dict[Stage, float], lost_s: float = 0.0) -> Outcome:
    return Outcome(Ended.REPLIED, None, None, "", reached, seconds, cpu_s=0.0, peak_kib=0, lost_s=lost_s)


def test_timings_count_both_runs_of_a_model_and_what_went_by_with_workers_that_were_lost():
    runs = [
        outcome(1.0, {Stage.LOADING: 0.1, Stage.PREDICTING: 0.4, Stage.TIMING: 0.6}),
        outcome(2.0, {Stage.LOADING: 0.2, Stage.PREDICTING: 0.8, Stage.TIMING: 1.3}, lost_s=3.0),
    ]
    timings = _timings(_Course(started=0.0, inspections=[outcome(0.5, {Stage.INSPECTING: 0.0})], runs=runs))
    assert timings.pop("total") > 0
    assert timings == {
        "inspection": 500.0,
        "run": 3000.0,
        "lost": 3000.0,
        "loading": 900.0,
        "predicting": 700.0,
        "timing": 1100.0,
    }


def test_the_digest_follows_the_limit_and_stays_as_it_was_without_one():
    timed_task, untimed = TaskSpec.model_validate(TIMED), TaskSpec.model_validate(UNTIMED)
    other = timed_task.model_copy(update={"limits": timed_task.limits.model_copy(update={"predict_ms": LIMIT_MS + 1})})
    assert len({grader_digest(task, "a" * 64) for task in (timed_task, untimed, other)}) == 3
