"""The starters at work: they run as they are handed out, and training goes on another day."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from guildmark.packs.bundle import iter_zip
from guildmark.packs.model import text_in
from guildmark.packs.reader import Form, load_manifest, read_pack

from .conftest import ROOT, SHIPPED

pytestmark = pytest.mark.xdist_group("shipped packs")  # their bank is built once

READ = {name: read_pack(ROOT / "packs" / name) for name in SHIPPED}
FORMS = [form for pack in READ.values() for form in pack.forms]
CHECKPOINTS = ROOT / "packs" / "practitioner" / "public" / "checkpoints.py"
RUN_STARTERS = Path(__file__).with_name("run_starters.py")
every_form = pytest.mark.parametrize("form", [pytest.param(form, id=form.task.id) for form in FORMS])

# One run of a candidate: small random data, a model that begins as argv says, and the recipe of checkpoints.py.
# With a rate of 0 nothing is learned, so that a run which starts badly stays bad. Losses are of the same data in every run.
RUN = """\
import json, sys
import numpy as np
import tensorflow as tf
from checkpoints import checkpoint, resume

run = json.loads(sys.argv[1])
drawn = np.random.default_rng(5)
inputs = drawn.random((32, 4)).astype("float32")
targets = drawn.random((32, 1)).astype("float32")
normalise = tf.keras.layers.Normalization(axis=None)
normalise.adapt(inputs)
first = [tf.keras.Input((4,))] if run["input"] else []
ending = [tf.keras.layers.Dense(run.get("units", 3)), tf.keras.layers.Dense(1)]
model = tf.keras.Sequential([*first, normalise, *ending])
model.compile(tf.keras.optimizers.SGD(0.0), loss="mae")
if run["resume"]:
    resume(model)
else:
    model.layers[-1].bias.assign([run["bias"]])
validation = {"validation_data": (inputs, targets)} if run.get("validate", True) else {}
history = model.fit(inputs, targets, epochs=2, verbose=0, callbacks=[checkpoint()], **validation).history
resume(model)
print(json.dumps({"fitted": min(history["val_loss"]), "after": model.evaluate(inputs, targets, verbose=0)}))
"""


def run_training(folder: Path, **run: object) -> subprocess.CompletedProcess[str]:
    (folder / "checkpoints.py").write_bytes(CHECKPOINTS.read_bytes())
    (folder / "run.py").write_text(RUN)
    return python(folder, "run.py", json.dumps(run))


def python(folder: Path, *arguments: str, interpreter: str = sys.executable) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    command = [interpreter, "-B", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False)


def losses(done: subprocess.CompletedProcess[str]) -> dict[str, float]:
    assert done.returncode == 0, done.stderr
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_s2_a_second_run_goes_on_from_the_first(tmp_path: Path) -> None:
    first = run_training(tmp_path, input=True, resume=True)
    assert "There is no checkpoint yet" in first.stdout
    second = run_training(tmp_path, input=True, resume=True)
    assert losses(second)["fitted"] == pytest.approx(losses(first)["fitted"])
    assert "The model has the weights of checkpoint.npz now" in second.stdout


def test_a_model_without_weights_is_told_to_begin_with_an_input_layer(tmp_path: Path) -> None:
    losses(run_training(tmp_path, input=True, resume=True))
    done = run_training(tmp_path, input=False, resume=True)
    assert done.returncode == 1
    assert "begin it with an Input layer" in done.stderr


def test_the_best_checkpoint_survives_a_worse_run(tmp_path: Path) -> None:
    good = losses(run_training(tmp_path, input=True, resume=False, bias=3.0))
    kept = (tmp_path / "checkpoint.npz").read_bytes()
    worse = losses(run_training(tmp_path, input=True, resume=False, bias=500.0))
    assert worse["fitted"] > good["fitted"] + 400
    assert worse["after"] == pytest.approx(good["after"])
    assert (tmp_path / "checkpoint.npz").read_bytes() == kept


def test_a_checkpoint_of_other_layers_is_set_aside_and_not_lost(tmp_path: Path) -> None:
    losses(run_training(tmp_path, input=True, resume=False, bias=3.0))
    kept = (tmp_path / "checkpoint.npz").read_bytes()
    other = run_training(tmp_path, input=True, resume=True, units=5)
    assert "of a model with other layers" in other.stdout
    assert [path.read_bytes() == kept for path in tmp_path.glob("checkpoint-*.npz")] == [True]
    with np.load(tmp_path / "checkpoint.npz") as archive:
        assert float(archive["arr_0"]) == pytest.approx(losses(other)["after"])


def test_a_checkpoint_without_validation_data_is_refused(tmp_path: Path) -> None:
    done = run_training(tmp_path, input=True, resume=True, validate=False)
    assert done.returncode == 1
    assert "checkpoint() needs validation data in every epoch" in done.stderr
    assert list(tmp_path.glob("checkpoint.*")) == []


def category_folders(bank: Path, forms: list[Form], folder: Path) -> dict[str, Path]:
    """The folder of a candidate for the first variant of each form, by the id of the form."""
    places = {form.task.id: folder / form.task.id for form in forms}
    for form_id, place in places.items():
        digest = load_manifest(bank / "bank.json").form(form_id).variants[0].public.sha256
        for path, content in iter_zip((bank / "public" / f"{digest}.zip").read_bytes()):
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(content)
    return places


def started(interpreter: str, places: dict[str, Path]) -> dict[str, object]:
    """What every starter says, run unchanged by `interpreter`."""
    done = python(ROOT, str(RUN_STARTERS), *map(str, places.values()), interpreter=interpreter)
    assert done.returncode == 0, done.stderr
    said: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return said


def expected_starts(forms: list[Form], places: dict[str, Path], said: dict[str, object]) -> None:
    starters = said["starters"]
    assert isinstance(starters, dict)
    for form in forms:
        found = starters[str(places[form.task.id])]
        title = text_in(form.task.title, "en")
        assert found["printed"][0] == f"Category {form.category[-1]}: {title}", form.task.id
        assert "solution_model() returns no model yet" in found["ended"], (form.task.id, found)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("pack", SHIPPED)
def test_s2_every_starter_runs_unchanged_and_says_what_is_left_to_do(
    shipped_banks: dict[str, Path], tmp_path: Path, pack: str
) -> None:
    forms = list(READ[pack].forms)
    places = category_folders(shipped_banks[pack], forms, tmp_path)
    expected_starts(forms, places, started(sys.executable, places))


@pytest.mark.keras2
@pytest.mark.timeout(900)
@pytest.mark.parametrize("pack", SHIPPED)
def test_p5_every_starter_runs_unchanged_on_tensorflow_2_12(shipped_banks: dict[str, Path], tmp_path: Path, pack: str) -> None:
    interpreter = os.environ.get("GUILDMARK_KERAS2_ENVIRONMENT")
    assert interpreter, "GUILDMARK_KERAS2_ENVIRONMENT names the environment: make starters"
    forms = list(READ[pack].forms)
    places = category_folders(shipped_banks[pack], forms, tmp_path)
    said = started(f"{interpreter}/bin/python", places)
    assert str(said["version"]).startswith("2.12.")
    expected_starts(forms, places, said)


@every_form
def test_s2_every_starter_shows_how_to_keep_and_resume_a_training(form: Form) -> None:
    text = (form.folder / "starter.py").read_text()
    todo = text[text.index("YOUR CODE") :]
    assert "from checkpoints import checkpoint, resume, save" in text
    assert "resume(model)" in todo
    assert "callbacks=[checkpoint()]" in todo


@every_form
def test_tips_are_about_the_file_and_repeat_nothing_of_the_instructions(form: Form) -> None:
    advice = form.instructions["en"].partition("## Advice\n")[2]
    assert advice.count("\n- ") >= 2
    assert shared_runs([*(text_in(tip, "en") for tip in form.task.tips), advice]) == set()


def shared_runs(texts: list[str], length: int = 7) -> set[tuple[str, ...]]:
    """Runs of `length` words that stand in more than one of the texts."""
    seen: set[tuple[str, ...]] = set()
    shared: set[tuple[str, ...]] = set()
    for text in texts:
        words = re.findall(r"\w+", text.lower())
        runs = {tuple(words[k : k + length]) for k in range(len(words) - length + 1)}
        shared |= seen & runs
        seen |= runs
    return shared


def test_both_packs_hand_out_the_same_checkpoints() -> None:
    assert len({(ROOT / "packs" / name / "public" / "checkpoints.py").read_bytes() for name in SHIPPED}) == 1


def test_p5_the_requirements_and_the_saving_name_the_same_oldest_tensorflow() -> None:
    for pack in READ.values():
        first_lines = pack.requirements.partition("numpy")[0]
        assert re.findall(r"TensorFlow ([0-9.]+) or later", first_lines) == ["2.4"]
    text = CHECKPOINTS.read_text()
    assert re.findall(r"version < \(([0-9]), ([0-9]+)\)", text) == [("2", "4")]
    assert "is older than 2.4, " in text
