"""Real models in real boxes."""

import json
import shutil
import zipfile
from pathlib import Path

import h5py
import pytest

from guildmark.rules.verdict import Verdict
from guildmark.rules.wording import describe
from guildmark_grader.reports import grader_digest


def graded(grader, bank, model: Path, form: str = "largest"):
    return grader.grade(bank, bank.form(form), 0, model)


@pytest.mark.parametrize("name", ["honest.keras", "honest.h5", "baked.keras", "free.keras"])
def test_a_right_model_gets_full_score(grader, bank, models, name):
    report = graded(grader, bank, models / name)
    assert (report.verdict, report.score, report.metric.value) == (Verdict.GRADED, 5, 1.0)
    assert (report.reason, report.next_threshold) == ("graded.full", None)
    assert set(report.timings_ms) == {"inspection", "run", "loading", "predicting", "answering", "total"}


def test_a_model_that_always_says_the_first_class_is_right_on_a_third(grader, bank, models):
    report = graded(grader, bank, models / "always_first.h5")
    assert (report.verdict, report.score, report.metric.value) == (Verdict.GRADED, 1, 0.3333)
    assert (report.reason, report.next_threshold) == ("graded.quality", 0.5)


def test_a_model_without_a_point_is_not_told_that_its_implementation_is_right(grader, bank, models):
    report = graded(grader, bank, models / "never_right.keras")
    assert (report.verdict, report.score, report.reason) == (Verdict.GRADED, 0, "graded.far")
    assert report.params == {"metric": "accuracy", "value": report.metric.value, "threshold": 0.3}
    assert describe(report.reason, report.params).startswith("The model runs, but its answers are not better than a simple")


REFUSALS = [
    ("wrong_input.keras", Verdict.REJECTED, "contract.input_shape", {"found": "(None, 7)", "expected": "(None, 6)"}),
    ("wrong_input.h5", Verdict.REJECTED, "contract.input_shape", {"found": "(None, 7)", "expected": "(None, 6)"}),
    ("wrong_output.keras", Verdict.REJECTED, "contract.output_shape", {"found": "(None, 4)", "expected": "(None, 3)"}),
    ("wrong_output.h5", Verdict.REJECTED, "contract.output_shape", {"found": "(None, 4)", "expected": "(None, 3)"}),
    ("two_inputs.keras", Verdict.REJECTED, "contract.input_count", {"found": 2, "expected": 1}),
    ("two_outputs.h5", Verdict.REJECTED, "contract.output_count", {"found": 2, "expected": 1}),
    ("forbidden.keras", Verdict.REJECTED, "layer.forbidden", {"name": "BatchNormalization"}),
    ("forbidden.h5", Verdict.REJECTED, "layer.forbidden", {"name": "BatchNormalization"}),
    ("lambda.keras", Verdict.REJECTED, "layer.lambda", {"name": "twice"}),
    ("lambda.h5", Verdict.REJECTED, "layer.lambda", {"name": "twice"}),
    ("text.h5", Verdict.REJECTED, "file.not_a_model", {}),
    ("empty.keras", Verdict.REJECTED, "file.empty", {}),
    ("honest.weights.h5", Verdict.REJECTED, "file.weights_only", {}),
    ("too_large.h5", Verdict.REJECTED, "file.too_large", {"found": 9 * 1024 * 1024, "limit": 8 * 1024 * 1024}),
    ("nan.keras", Verdict.FAILED, "model.not_finite", {}),
    ("raises.keras", Verdict.FAILED, "model.raised", {}),
    ("hog.keras", Verdict.OUT_OF_MEMORY, "limit.memory", {}),
]


@pytest.mark.parametrize(("name", "verdict", "reason", "params"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_s9_each_wrong_file_gets_its_verdict_and_a_sentence(grader, bank, models, name, verdict, reason, params):
    report = graded(grader, bank, models / name)
    assert (report.verdict, report.reason, report.params) == (verdict, reason, params)
    assert (report.score, report.metric) == (None, None)
    assert describe(report.reason, report.params).endswith(".")
    shown = json.dumps(report.model_dump(mode="json"))
    assert [word for word in ("Traceback", "/box", "/job", str(models)) if word in shown] == []


def test_a_model_without_end_is_timed_out(grader, bank, models):
    report = graded(grader, bank, models / "slow.keras", form="hurried")
    assert (report.verdict, report.reason, report.params) == (Verdict.TIMED_OUT, "limit.time", {"limit": 5})
    assert 5_000 <= report.timings_ms["loading"] + report.timings_ms["predicting"] < 9_000


def test_weights_that_do_not_fit_the_layers_cannot_be_loaded(grader, bank, models, tmp_path):
    with h5py.File(tmp_path / "none.h5", "w") as weights:
        weights.create_group("layers")
    with zipfile.ZipFile(models / "honest.keras") as honest, zipfile.ZipFile(tmp_path / "bare.keras", "w") as bare:
        bare.writestr("config.json", honest.read("config.json"))
        bare.writestr("metadata.json", honest.read("metadata.json"))
        bare.write(tmp_path / "none.h5", "model.weights.h5")
    report = graded(grader, bank, tmp_path / "bare.keras")
    assert (report.verdict, report.reason) == (Verdict.FAILED, "model.not_loadable")


def test_x3_the_same_file_gets_the_same_report(grader, bank, models, tmp_path):
    first = graded(grader, bank, models / "always_first.h5")
    shutil.copy(models / "always_first.h5", tmp_path / "again.keras")
    second = graded(grader, bank, tmp_path / "again.keras")
    assert first.model_copy(update={"timings_ms": {}}) == second.model_copy(update={"timings_ms": {}})


def test_the_digest_follows_what_scores_and_nothing_else(task):
    digest = grader_digest(task, "a" * 64)
    assert digest == grader_digest(task.model_copy(update={"title": {"en": "Another title"}}), "a" * 64)
    assert digest != grader_digest(task, "b" * 64)
    assert digest != grader_digest(task.model_copy(update={"thresholds": (0.1, 0.2, 0.3, 0.4, 0.5)}), "a" * 64)


def test_x3_a_lone_layer_is_no_model_whose_weights_would_be_drawn_anew_each_time(grader, bank, models, tmp_path):
    with zipfile.ZipFile(models / "honest.keras") as honest, zipfile.ZipFile(tmp_path / "layer.keras", "w") as lone:
        config = json.loads(honest.read("config.json"))
        layer = next(layer for layer in config["config"]["layers"] if layer["class_name"] == "Dense")
        for name in honest.namelist():
            lone.writestr(name, json.dumps(layer) if name == "config.json" else honest.read(name))
    report = graded(grader, bank, tmp_path / "layer.keras")
    assert (report.verdict, report.reason) == (Verdict.FAILED, "model.not_loadable")
