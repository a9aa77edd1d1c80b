"""The practitioner pack: it builds, keeps its hidden rows to itself, and says of its tasks what task.toml says."""

import ast
import csv
import importlib.util
import io
import json
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from guildmark.packs.bundle import iter_zip
from guildmark.packs.model import text_in
from guildmark.packs.reader import Form, load_manifest, read_pack
from guildmark.rules.contract import shape_text
from guildmark_grader.authoring.check import pack_problems

ROOT = Path(__file__).parents[3]
PACK = ROOT / "packs" / "practitioner"
READ = read_pack(PACK)
FORMS = [pytest.param(form, id=form.task.id) for form in READ.forms]
every_form = pytest.mark.parametrize("form", FORMS)

Arrays = dict[str, np.ndarray]


def public_files(bank: Path, form: str, variant: int) -> dict[str, bytes]:
    digest = load_manifest(bank / "bank.json").form(form).variants[variant].public.sha256
    return {str(path): content for path, content in iter_zip((bank / "public" / f"{digest}.zip").read_bytes())}


def hidden_arrays(bank: Path, form: str, variant: int) -> Arrays:
    digest = load_manifest(bank / "bank.json").form(form).variants[variant].hidden.sha256
    archive = (bank / "hidden" / f"{digest}.zip").read_bytes()
    return {path.stem: np.load(io.BytesIO(content), allow_pickle=False) for path, content in iter_zip(archive)}


def build_script(form: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"build_{form}".replace("-", "_"), READ.form(form).folder / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode())))


def given_houses(files: dict[str, bytes]) -> np.ndarray:
    return np.array([[float(cell) for cell in row[:-1]] for row in table(files["houses.csv"])[1:]])


def given_clothes(files: dict[str, bytes]) -> np.ndarray:
    with np.load(io.BytesIO(files["train.npz"]), allow_pickle=False) as archive:
        images: np.ndarray = archive["images"]
    return images.astype(np.float32) / 255


def given_objects(files: dict[str, bytes]) -> np.ndarray:
    pictures = [Image.open(io.BytesIO(content)) for name, content in files.items() if name.endswith(".jpg")]
    small = [np.asarray(p.convert("RGB").resize((80, 80), Image.Resampling.BILINEAR), dtype=np.float32) for p in pictures]
    return np.stack(small) / np.float32(255)


def given_definitions(files: dict[str, bytes]) -> np.ndarray:
    vocabulary = {word: k for k, word in enumerate(files["vocabulary.txt"].decode().splitlines())}
    encode = build_script("definitions").encode
    return np.array([encode(text, vocabulary) for text, _label in table(files["definitions.csv"])[1:]])


def given_hours(files: dict[str, bytes]) -> np.ndarray:
    """Single hours: if no hidden window holds one of them, none overlaps with a public one."""
    scaling = json.loads(files["scaling.json"])
    hours = np.array([[float(cell or "nan") for cell in row[1:]] for row in table(files["power.csv"])[1:]])
    return (hours[~np.isnan(hours).any(axis=1)] - scaling["mean"]) / scaling["deviation"]


GIVEN = {
    "house-prices": given_houses,
    "fashion": given_clothes,
    "objects-in-folders": given_objects,
    "definitions": given_definitions,
    "household-power": given_hours,
}


@every_form
@pytest.mark.parametrize("variant", [0, 1])
def test_no_byte_that_a_candidate_gets_holds_a_hidden_row(practitioner_bank: Path, form: Form, variant: int) -> None:
    files = public_files(practitioner_bank, form.task.id, variant)
    inputs = hidden_arrays(practitioner_bank, form.task.id, variant)["inputs"]
    rows = inputs.reshape(-1, 7) if form.task.id == "household-power" else inputs
    given = GIVEN[form.task.id](files).astype(inputs.dtype)
    hidden_rows, given_rows = ({row.tobytes() for row in block} for block in (rows, given))
    assert len(given_rows) > 300
    # Two hours of a house at rest may have the same seven values; windows of 24 do not (the build looks for those).
    allowed = 0.001 * len(hidden_rows) if form.task.id == "household-power" else 0
    assert len(hidden_rows & given_rows) <= allowed
    everything = b"".join(files.values())
    assert [k for k, row in enumerate(inputs[:: max(1, len(inputs) // 20)]) if row.tobytes() in everything] == []


@every_form
def test_a_candidate_never_gets_scripts_references_or_hidden_arrays(practitioner_bank: Path, form: Form) -> None:
    files = public_files(practitioner_bank, form.task.id, 0)
    assert {"instructions.en.md", "starter.py", "task.json", "LICENCE.txt"} <= set(files)
    names = {Path(name).name for name in files}
    assert names & {"build.py", "solution.py", "baseline.py", "reference.toml", "inputs.npy", "targets.npy"} == set()
    authors = [form.folder / "build.py", *(form.folder / "reference").iterdir()]
    assert [path.name for path in authors if path.read_bytes() in files.values()] == []


@every_form
def test_another_variant_has_other_rows_and_another_order(practitioner_bank: Path, form: Form) -> None:
    first, second = (hidden_arrays(practitioner_bank, form.task.id, variant)["inputs"] for variant in (0, 1))
    assert {row.tobytes() for row in first} != {row.tobytes() for row in second}
    orders = {
        "house-prices": "houses.csv",
        "fashion": "classes.txt",
        "objects-in-folders": "train/person/object01-01.jpg",
        "definitions": "vocabulary.txt",
        "household-power": "scaling.json",
    }
    name = orders[form.task.id]
    one, other = (public_files(practitioner_bank, form.task.id, variant)[name] for variant in (0, 1))
    assert one.splitlines()[:10] != other.splitlines()[:10]


@pytest.mark.parametrize("form", [param for param in FORMS if param.values[0].task.metric.name == "accuracy"])
def test_every_class_is_asked_for(practitioner_bank: Path, form: Form) -> None:
    targets = hidden_arrays(practitioner_bank, form.task.id, 0)["targets"]
    classes, counts = np.unique(targets, return_counts=True)
    assert list(classes) == list(range(max(form.task.output.shape[-1], 2)))
    assert counts.min() * 4 > counts.max()


def test_hidden_hours_come_later_than_the_public_ones_with_a_week_between(practitioner_bank: Path) -> None:
    files = public_files(practitioner_bank, "household-power", 0)
    inputs = hidden_arrays(practitioner_bank, "household-power", 0)["inputs"]
    given = {row.tobytes() for row in given_hours(files)[-24 * 30 :].astype(np.float32)}
    assert len(given & {row.tobytes() for row in inputs.reshape(-1, 7)}) <= 1
    build = build_script("household-power")
    assert build.GAP >= build.PAST + build.FUTURE


def test_the_hidden_objects_are_no_views_of_public_ones(practitioner_bank: Path) -> None:
    files = public_files(practitioner_bank, "objects-in-folders", 0)
    objects = PACK / "data" / "objects"
    kept_back = list((objects / "kept_back").rglob("*.jpg"))
    sources = {path.read_bytes(): path for path in objects.rglob("*.jpg")}
    given = [sources[content] for name, content in files.items() if name.endswith(".jpg")]
    assert sorted(given) == sorted((objects / "given").rglob("*.jpg"))
    assert {object_of(path) for path in given} & {object_of(path) for path in kept_back} == set()
    assert len(hidden_arrays(practitioner_bank, "objects-in-folders", 0)["inputs"]) == len(kept_back)


def test_the_sources_are_listed_with_the_folders_and_their_images() -> None:
    text = (PACK / "SOURCES.md").read_text()
    counts = {name: len(list((PACK / "data" / "objects" / name).rglob("*.jpg"))) for name in ("given", "kept_back")}
    assert f"| `objects/given/` ({counts['given']} images), `objects/kept_back/` ({counts['kept_back']}) |" in text
    listed = set(re.findall(r"`([\w.]+\.(?:csv|npz|csv\.gz))`", text))
    assert listed == {path.name for path in (PACK / "data").iterdir() if path.is_file()}


def object_of(path: Path) -> str:
    """The object that a rendering shows; versions of one model that differ in little but their colour are one."""
    return re.sub(r"(v[0-9]+)?-[0-9]+$", "", path.stem)


@every_form
def test_the_instructions_say_what_the_task_says(form: Form) -> None:
    text, task = form.instructions["en"], form.task
    assert text.startswith(f"# Category {form.category[-1]}: {text_in(task.title, 'en')}\n")
    assert f"| input | `{shape_text(task.inputs[0].shape)}` | {task.inputs[0].dtype} |" in text
    assert f"| output | `{shape_text(task.output.shape)}` | float32 |" in text
    bands = re.search(r"^\| at (least|most) \| (.+) \|$", text, re.MULTILINE)
    assert bands is not None
    assert tuple(float(band) for band in bands[2].split(" | ")) == task.thresholds
    assert (bands[1] == "least") == (task.metric.direction.value == "higher")
    assert f"at most {task.size_limit_mib} MiB" in text
    forbidden = re.findall(r"The layer `(\w+)` is forbidden", text)
    assert tuple(forbidden) == task.forbidden_layers
    assert {"LICENCE.txt", "starter.py"} <= set(re.findall(r"`([\w.]+)`", text))


@every_form
def test_the_starter_keeps_the_contract_and_imports_only_what_is_pinned(form: Form) -> None:
    tree = ast.parse((form.folder / "starter.py").read_text())
    constants = {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Constant)
    }
    assert constants["CATEGORY"] == f"Category {form.category[-1]}: {text_in(form.task.title, 'en')}"
    imported = {alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported - {"csv", "json", "re", "sys", "pathlib"} <= {"numpy", "tensorflow", "keras", "PIL", "scipy"}
    assert {"solution_model", "checkpoint", "resume", "save"} <= {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}


@every_form
def test_the_starter_loads_data_like_the_solution(form: Form) -> None:
    texts = [(form.folder / name).read_text() for name in ("starter.py", "reference/solution.py")]
    loaders = [text[text.index("def load_data") : text.index("def solution_model")] for text in texts]
    assert loaders[0] == loaders[1]


def test_the_encoding_of_the_starter_is_that_of_the_hidden_definitions() -> None:
    source = (READ.form("definitions").folder / "starter.py").read_text()
    tree = ast.parse(source)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "encode")
    scope: dict[str, object] = {"re": re, "LENGTH": 20}
    exec(compile(ast.Module([function], []), "starter.py", "exec"), scope)  # noqa: S102 - our own starter, without TensorFlow
    numbers = {"a": 2, "person": 3, "who": 4}
    encode = scope["encode"]
    assert callable(encode)
    for text in ("a person who bakes", "A PERSON, who (1931)", "a " * 30, ""):
        assert tuple(encode(text, numbers)) == build_script("definitions").encode(text, numbers)


def test_requirements_are_those_that_the_exam_was_locked_with() -> None:
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements" / "exam.txt").read_text(), re.MULTILINE))
    pinned = dict(re.findall(r"^([a-z0-9-]+)==([^;\s]+)", READ.requirements, re.MULTILINE))
    assert pinned.pop("tensorflow") == locked["tensorflow-cpu"]
    assert {name: locked[name] for name in pinned} == pinned


def test_weights_and_titles_rise_to_one_hundred() -> None:
    assert list(READ.exam.weights.values()) == [10, 15, 20, 25, 30]
    assert READ.exam.pass_mark == 90
    assert READ.exam.visibility == "public"


def test_the_pack_has_no_problem_and_every_form_builds() -> None:
    assert pack_problems(PACK) == ()


def test_every_public_archive_carries_the_notice_of_its_data(practitioner_bank: Path) -> None:
    notices = {form.task.id: public_files(practitioner_bank, form.task.id, 0)["LICENCE.txt"].decode() for form in READ.forms}
    assert "WordNet 3.0 Copyright 2006 by Princeton University" in notices["definitions"]
    assert "Zalando SE" in notices["fashion"]
    assert "Kator" in notices["objects-in-folders"]
    assert "Creative Commons Attribution 4.0" in notices["household-power"]
    assert "MIT License" in notices["house-prices"]
