"""The practitioner's starters at work: training that goes on another day, and data to validate on."""

import ast
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

PACK = Path(__file__).parents[3] / "packs" / "practitioner"
READ = read_pack(PACK)
every_form = pytest.mark.parametrize("form", [pytest.param(form, id=form.task.id) for form in READ.forms])

# One run of a candidate: small random data, a model that begins as argv says, and the starter's recipe as its comment tells it.
# With a rate of 0 nothing is learned, so that a run which starts badly stays bad. Losses are of the same data in every run.
RUN = """\
import json, sys
import numpy as np
import starter
import tensorflow as tf

run = json.loads(sys.argv[1])
drawn = np.random.default_rng(5)
inputs = drawn.random((32, *starter.INPUT_SHAPE)).astype("float32")
targets = drawn.random((32, 1)).astype("float32")
normalise = tf.keras.layers.Normalization(axis=None)
normalise.adapt(inputs)
first = [tf.keras.Input(starter.INPUT_SHAPE)] if run["input"] else []
ending = [tf.keras.layers.Flatten(), tf.keras.layers.Dense(run.get("units", 3)), tf.keras.layers.Dense(1)]
model = tf.keras.Sequential([*first, normalise, *ending])
model.compile(tf.keras.optimizers.SGD(0.0), loss="mae")
if run["resume"]:
    starter.resume(model)
else:
    model.build((None, *starter.INPUT_SHAPE))
    model.layers[-1].bias.assign([run["bias"]])
validation = {"validation_data": (inputs, targets)} if run.get("validate", True) else {}
history = model.fit(inputs, targets, epochs=2, verbose=0, callbacks=[starter.checkpoint()], **validation).history
starter.resume(model)
print(json.dumps({"fitted": min(history["val_loss"]), "after": model.evaluate(inputs, targets, verbose=0)}))
"""


def run_starter(folder: Path, form: Form, **run: object) -> subprocess.CompletedProcess[str]:
    (folder / "starter.py").write_bytes((form.folder / "starter.py").read_bytes())
    (folder / "run.py").write_text(RUN)
    return python(folder, "run.py", json.dumps(run))


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-B", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False)


def losses(done: subprocess.CompletedProcess[str]) -> dict[str, float]:
    assert done.returncode == 0, done.stderr
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_second_run_goes_on_from_the_first_also_without_an_input_layer(tmp_path: Path) -> None:
    form = READ.form("house-prices")
    first = run_starter(tmp_path, form, input=False, resume=True)
    assert "There is no checkpoint yet" in first.stdout
    second = run_starter(tmp_path, form, input=False, resume=True)
    assert losses(second)["fitted"] == pytest.approx(losses(first)["fitted"])
    assert "The model has the weights of checkpoint.npz now" in second.stdout


def test_the_best_checkpoint_survives_a_worse_run(tmp_path: Path) -> None:
    form = READ.form("definitions")
    good = losses(run_starter(tmp_path, form, input=True, resume=False, bias=3.0))
    kept = (tmp_path / "checkpoint.npz").read_bytes()
    worse = losses(run_starter(tmp_path, form, input=True, resume=False, bias=500.0))
    assert worse["fitted"] > good["fitted"] + 400
    assert worse["after"] == pytest.approx(good["after"])
    assert (tmp_path / "checkpoint.npz").read_bytes() == kept


def test_a_checkpoint_of_other_layers_is_set_aside_and_not_lost(tmp_path: Path) -> None:
    form = READ.form("house-prices")
    losses(run_starter(tmp_path, form, input=True, resume=False, bias=3.0))
    kept = (tmp_path / "checkpoint.npz").read_bytes()
    other = run_starter(tmp_path, form, input=True, resume=True, units=5)
    assert "of a model with other layers" in other.stdout
    assert [path.read_bytes() == kept for path in tmp_path.glob("checkpoint-*.npz")] == [True]
    with np.load(tmp_path / "checkpoint.npz") as archive:
        assert float(archive["arr_0"]) == pytest.approx(losses(other)["after"])


def test_a_checkpoint_without_validation_data_is_refused(tmp_path: Path) -> None:
    done = run_starter(tmp_path, READ.form("house-prices"), input=True, resume=True, validate=False)
    assert done.returncode == 1
    assert "checkpoint() needs validation data in every epoch" in done.stderr
    assert list(tmp_path.glob("checkpoint.*")) == []


def recipe(form: Form) -> list[str]:
    """What all starters share: the names of files, the comment for the candidate, and all from the checkpoint on."""
    text = (form.folder / "starter.py").read_text()
    names = re.search(r"^FOLDER = .*?^CHECKPOINT = [^\n]+\n", text, re.DOTALL | re.MULTILINE)
    assert names is not None
    return [
        names[0],
        text[text.index("    # YOUR CODE") : text.index("    return model")],
        text[text.index("class Checkpoint") :],
    ]


@every_form
def test_every_starter_has_the_same_recipe(form: Form) -> None:
    assert recipe(form) == recipe(READ.form("house-prices"))


@every_form
def test_the_starter_builds_models_of_the_shape_that_the_task_asks_for(form: Form) -> None:
    scope: dict[str, object] = {}
    for node in ast.parse((form.folder / "starter.py").read_text()).body:
        names = ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""
        if names in {"SIDE", "LENGTH", "(PAST, FUTURE)", "INPUT_SHAPE"}:
            exec(ast.unparse(node), scope)  # noqa: S102 - the constants of our own starter, without TensorFlow
    assert scope["INPUT_SHAPE"] == form.task.inputs[0].shape


# Which views of which objects each part of the data holds, told by their pixels.
VIEWS = """\
import json
import numpy as np
import starter

def views(part):
    images = starter.load_data(part)
    return [row.tobytes() for k in range(len(images)) for row in images[k][0]]

classes = (starter.FOLDER / "classes.txt").read_text().split()
folders = starter.ImageDataGenerator(rescale=1 / 255).flow_from_directory(
    str(starter.FOLDER / "train"), target_size=(80, 80), interpolation="bilinear", classes=classes, batch_size=400,
    shuffle=False,
)
names = dict(zip([row.tobytes() for row in folders[0][0]], folders.filenames, strict=True))
print(json.dumps({part: sorted(names[view] for view in views(part)) for part in ("train", "validation", "all")}))
for wrong in ({"objects": "test"}, {"validation_split": 0.2}):
    try:
        starter.load_data(**wrong)
    except ValueError as error:
        print(error)
"""


def test_validation_holds_out_whole_objects_of_both_classes(tmp_path: Path, practitioner_bank: Path) -> None:
    digest = load_manifest(practitioner_bank / "bank.json").form("objects-in-folders").variants[0].public.sha256
    for path, content in iter_zip((practitioner_bank / "public" / f"{digest}.zip").read_bytes()):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    done = python(tmp_path, "-c", VIEWS)
    assert done.returncode == 0, done.stderr
    parts: dict[str, list[str]] = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    every = sorted(str(path.relative_to(tmp_path / "train")) for path in (tmp_path / "train").rglob("*.jpg"))
    assert parts["all"] == every == sorted(parts["train"] + parts["validation"])
    objects = {part: {name.rsplit("-", 1)[0] for name in names} for part, names in parts.items()}
    assert objects["train"] & objects["validation"] == set()
    fifths = {"person": (5, 10, 15, 20), "vehicle": (5, 10)}
    assert objects["validation"] == {f"{kind}/object{number:02}" for kind, numbers in fifths.items() for number in numbers}
    assert "validation_split would part views of one object" in done.stdout
    assert 'objects is "train", "validation" or "all"' in done.stdout


@every_form
def test_tips_are_about_the_file_and_repeat_nothing_of_the_instructions(form: Form) -> None:
    advice = form.instructions["en"].partition("## Advice\n")[2]
    assert advice.count("\n- ") >= 3
    tips = [text_in(tip, "en") for tip in form.task.tips]
    assert [len(tip) < 130 and (" in" in tip or " out" in tip) for tip in tips] == [True, True]
    assert shared_runs([*tips, advice]) == set()


def shared_runs(texts: list[str], length: int = 6) -> set[tuple[str, ...]]:
    """Runs of `length` words that stand in more than one of the texts."""
    seen: set[tuple[str, ...]] = set()
    shared: set[tuple[str, ...]] = set()
    for text in texts:
        words = re.findall(r"\w+", text.lower())
        runs = {tuple(words[k : k + length]) for k in range(len(words) - length + 1)}
        shared |= seen & runs
        seen |= runs
    return shared


def test_p5_the_starters_and_the_requirements_name_the_same_oldest_tensorflow() -> None:
    first_lines = READ.requirements.partition("numpy")[0]
    assert re.findall(r"TensorFlow ([0-9.]+) or later", first_lines) == ["2.4"]
    for form in READ.forms:
        text = (form.folder / "starter.py").read_text()
        assert re.findall(r"version < \(([0-9]), ([0-9]+)\)", text) == [("2", "4")]
        assert "is older than 2.4, " in text
