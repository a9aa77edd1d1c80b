"""The packs that ship: they build, keep their hidden rows to themselves, speak three languages, and are calibrated.

That they have no problem and that every reference gets what it must is what `make prove` shows.
"""

import io
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from guildmark.packs.bundle import iter_zip
from guildmark.packs.calibration import FormCalibration, shortfalls
from guildmark.packs.model import Role, text_in
from guildmark.packs.reader import Form, load_manifest, read_pack
from guildmark_grader.authoring.digests import form_digests, script_digest
from guildmark_grader.authoring.records import read_record

from .conftest import ROOT, SHIPPED

pytestmark = pytest.mark.xdist_group("shipped packs")  # their bank is built once

READ = {name: read_pack(ROOT / "packs" / name) for name in SHIPPED}
FORMS = [(name, form) for name, pack in READ.items() for form in pack.forms]
every_form = pytest.mark.parametrize(("pack", "form"), [pytest.param(*one, id=one[1].task.id) for one in FORMS])
every_pack = pytest.mark.parametrize("pack", SHIPPED)

SHIPPED_BYTES = 40 * 1000 * 1000
LANGUAGES = ("en", "ko", "zh-Hans")
SEES_CLASSES = {form.task.id for _name, form in FORMS if form.task.metric.name == "accuracy"}


def files_of(bank: Path, part: str, form: Form, variant: int) -> dict[str, bytes]:
    blob = getattr(load_manifest(bank / "bank.json").form(form.task.id).variants[variant], part)
    return {str(path): content for path, content in iter_zip((bank / part / f"{blob.sha256}.zip").read_bytes())}


def arrays_of(bank: Path, form: Form, variant: int) -> dict[str, np.ndarray]:
    hidden = files_of(bank, "hidden", form, variant)
    return {Path(name).stem: np.load(io.BytesIO(content), allow_pickle=False) for name, content in hidden.items()}


def inputs_of(bank: Path, form: Form, variant: int) -> np.ndarray:
    return arrays_of(bank, form, variant)[form.task.inputs_files[0].removesuffix(".npy")]


@every_form
@pytest.mark.parametrize("variant", [0, 1])
def test_x15_no_byte_that_a_candidate_gets_holds_a_hidden_row(
    shipped_banks: dict[str, Path], pack: str, form: Form, variant: int
) -> None:
    everything = b"".join(files_of(shipped_banks[pack], "public", form, variant).values())
    for array in arrays_of(shipped_banks[pack], form, variant).values():
        rows = [row.tobytes() for row in array[:: max(1, len(array) // 40)]]
        # A class number or a price stands everywhere; what has more bytes than that does not.
        assert [k for k, row in enumerate(rows) if len(row) > 32 and any(row) and row in everything] == []


@every_form
def test_a_candidate_never_gets_scripts_references_or_hidden_arrays(
    shipped_banks: dict[str, Path], pack: str, form: Form
) -> None:
    files = files_of(shipped_banks[pack], "public", form, 0)
    texts = {f"instructions.{language}.md" for language in LANGUAGES}
    assert texts | {"starter.py", "task.json", "checkpoints.py"} <= set(files)
    authors = [form.folder / "build.py", *(form.folder / "reference").glob("*.*"), *READ[pack].modules.glob("*.py")]
    names = {Path(name).name for name in files}
    assert names & {*(path.name for path in authors), "inputs.npy", "targets.npy"} == set()
    assert [path.name for path in authors if path.read_bytes() in files.values()] == []


@every_form
def test_x15_another_variant_has_other_rows_and_other_files(shipped_banks: dict[str, Path], pack: str, form: Form) -> None:
    first, second = (inputs_of(shipped_banks[pack], form, variant) for variant in (0, 1))
    assert {row.tobytes() for row in first} != {row.tobytes() for row in second}
    one, other = (files_of(shipped_banks[pack], "public", form, variant) for variant in (0, 1))
    assert [name for name in one if name not in other or one[name] != other[name]] != []


@every_form
def test_every_class_is_asked_for(shipped_banks: dict[str, Path], pack: str, form: Form) -> None:
    if form.task.id not in SEES_CLASSES:
        return
    targets = arrays_of(shipped_banks[pack], form, 0)["targets"]
    classes, counts = np.unique(targets, return_counts=True)
    assert list(classes) == list(range(max(form.task.output.shape[-1], 2)))
    assert counts.min() * 4 > counts.max()


@every_form
def test_the_notice_of_the_data_goes_with_the_data(shipped_banks: dict[str, Path], pack: str, form: Form) -> None:
    files = files_of(shipped_banks[pack], "public", form, 0)
    notices = [path for path in form.task.data if path.startswith("licences/")]
    of_others = [path for path in form.task.data if not path.endswith(".py")]  # scripts are our own
    assert (notices != []) == (of_others != [])
    for notice in notices:
        assert (READ[pack].sources / notice).read_bytes().strip() in files["LICENCE.txt"]


@every_form
def test_every_statement_stands_in_three_languages_with_its_contract(
    shipped_banks: dict[str, Path], pack: str, form: Form
) -> None:
    files = files_of(shipped_banks[pack], "public", form, 0)
    for language in LANGUAGES:
        text = files[f"instructions.{language}.md"].decode()
        assert text.startswith("# ")
        assert text_in(form.task.title, language) in text.splitlines()[0]
        assert "{{" not in text
        assert str(form.task.output.shape[-1]) in text


@every_form
def test_x20_every_form_is_calibrated_as_it_is_now(pack: str, form: Form) -> None:
    record = read_record(READ[pack], form)
    found = FormCalibration(digests=form_digests(READ[pack], form), record=record)
    assert shortfalls(found) == ()
    assert record is not None
    scripts = {one.solution: one.script for one in record.observations}
    calibrated = [reference for reference in form.references if reference.role is not Role.REFUSED]
    assert scripts == {reference.solution: script_digest(READ[pack], form, reference) for reference in calibrated}
    assert (READ[pack].folder / "calibration" / f"{form.task.id}.png").read_bytes().startswith(b"\x89PNG")


@every_form
def test_references_train_in_the_time_that_a_pack_allows_itself(pack: str, form: Form) -> None:
    record = read_record(READ[pack], form)
    assert record is not None
    seconds = [one.training_s for one in record.of(Role.FULL)]
    assert float(np.median(seconds)) <= {"practitioner": 25, "advanced": 90}[pack]  # of one processor


@every_form
def test_every_form_shows_all_roles(pack: str, form: Form) -> None:
    roles = [reference.role for reference in form.references]
    assert set(roles) == set(Role)
    assert roles.count(Role.REFUSED) >= 2


def test_p2a_every_category_has_two_forms_and_one_that_owns_no_data() -> None:
    for category in READ["practitioner"].exam.categories:
        forms = [form for form in READ["practitioner"].forms if form.category == category.id]
        assert len(forms) >= 2
        assert [form.task.id for form in forms if not form.task.data] != [], category.id


def test_p2a_the_categories_are_the_five_of_the_program_and_each_names_its_area_of_skills() -> None:
    areas = {"category1": "B", "category2": "C", "category3": "C", "category4": "D", "category5": "E"}
    for form in READ["practitioner"].forms:
        named = {skill[0] for skill in form.task.skills}
        assert areas[form.category] in named, form.task.id
    assert list(READ["practitioner"].exam.weights.values()) == [10, 15, 20, 25, 30]


def test_p2a_category_3_loads_class_folders_with_the_generator() -> None:
    for form in READ["practitioner"].forms:
        if form.category == "category3":
            assert "ImageDataGenerator" in (form.folder / "starter.py").read_text()


def test_p2b_the_practitioner_exam_takes_keras_and_h5() -> None:
    formats = {form.task.id: [one.value for one in form.task.formats] for form in READ["practitioner"].forms}
    assert set(map(tuple, formats.values())) == {("keras", "h5")}
    assert READ["practitioner"].exam.framework == "TensorFlow"


def test_s5_a_task_forbids_layers_and_says_so_beside_the_button() -> None:
    forbidding = [form for form in READ["practitioner"].forms if form.task.forbidden_layers]
    assert forbidding != []
    for form in READ["practitioner"].forms:
        assert [sorted(tip) for tip in form.task.tips] == [sorted(LANGUAGES)] * len(form.task.tips)
        assert len(form.task.tips) >= 2


def test_p9_x17_the_second_level_tests_cleaning_analysis_and_more_than_basics() -> None:
    advanced = READ["advanced"]
    assert len(advanced.exam.categories) == 5
    metrics = {form.task.metric.name for form in advanced.forms}
    assert {"quantile_loss", "mean_average_precision", "macro_f1"} <= metrics


@every_pack
def test_the_packs_are_public_and_say_where_their_data_come_from(pack: str) -> None:
    assert READ[pack].exam.visibility == "public"
    text = (READ[pack].folder / "SOURCES.md").read_text()
    named = re.findall(r"`([\w./]+)`", text)
    sources = READ[pack].sources
    for path in sources.rglob("*"):
        if path.is_file():
            place = path.relative_to(sources).as_posix()
            assert any(place == name or place.startswith(name.rstrip("/") + "/") for name in named), place


@every_pack
def test_every_data_file_is_used(pack: str) -> None:
    used = {name for form in READ[pack].forms for name in form.task.data}
    sources = READ[pack].sources
    for path in sources.rglob("*"):
        if path.is_file():
            place = path.relative_to(sources).as_posix()
            assert any(place == name or place.startswith(name + "/") for name in used), place


def test_what_ships_is_at_most_40_mb() -> None:
    listed = subprocess.run(["git", "ls-files", "-z", "packs"], cwd=ROOT, capture_output=True, check=True).stdout
    sizes = [(ROOT / name.decode()).stat().st_size for name in listed.split(b"\0") if name]
    assert sum(sizes) <= SHIPPED_BYTES


@every_pack
def test_requirements_are_those_that_the_exam_was_locked_with(pack: str) -> None:
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements" / "exam.txt").read_text(), re.MULTILINE))
    pinned = dict(re.findall(r"^([a-z0-9-]+)==([^;\s]+)", READ[pack].requirements, re.MULTILINE))
    assert pinned.pop("tensorflow") == locked["tensorflow-cpu"]
    assert {name: locked[name] for name in pinned} == pinned
