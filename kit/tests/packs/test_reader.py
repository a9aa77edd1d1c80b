import json
from collections.abc import Callable
from pathlib import Path

import pytest

from guildmark.errors import PackProblem, PackUnreadable
from guildmark.packs.bank import BankManifest, Blob, FormEntry, VariantEntry
from guildmark.packs.model import ExamSpec
from guildmark.packs.reader import load_manifest, read_pack
from guildmark.rules.contract import ModelFormat, TensorContract
from guildmark.rules.scoring import Direction


def problems_of(pack: Path) -> set[tuple[str, int | None, str]]:
    with pytest.raises(PackUnreadable) as refused:
        read_pack(pack)
    return {(problem.file, problem.line, problem.message) for problem in refused.value.problems}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_it_reads_a_sound_pack(pack: Path) -> None:
    read = read_pack(pack)
    assert read.exam.weights == {"category1": 40, "category2": 60}
    assert [(form.category, form.task.id) for form in read.forms] == [("category1", "sums"), ("category2", "signs")]
    assert read.requirements == "# pinned\nnumpy==2.4.6\n"
    assert read.sources == pack / "data"
    sums = read.form("sums")
    assert sums.folder == pack / "category1" / "sums"
    assert sums.instructions == {"en": "# sums\n"}
    assert sums.task.bands.direction is Direction.LOWER
    assert [reference.solution for reference in sums.references] == ["solution.py", "refused.py"]
    with pytest.raises(KeyError):
        read.form("products")


def test_it_reports_every_problem_at_once_with_file_and_line(pack: Path) -> None:
    edit(pack / "exam.toml", "weight = 60", "weight = 50")
    edit(pack / "exam.toml", "pass_mark = 90", "pass_mark = 90\ncolour = 3")
    (pack / "requirements.txt").write_text("numpy==2.4.6\nscipy>=1\n--index-url https://example.org\n")
    (pack / "SOURCES.md").unlink()
    sums, signs = pack / "category1" / "sums", pack / "category2" / "signs"
    edit(sums / "task.toml", '"B2"', '"B99"')
    edit(sums / "task.toml", "2.0, 1.0", "1.0, 2.0")
    (sums / "starter.py").write_text("def solution_model(:\n    pass\n")
    (sums / "build.py").write_text("x = 1\n\ndef build(rng):\n    return None\n")
    (signs / "instructions.en.md").unlink()
    (signs / "reference" / "refused.py").unlink()
    edit(signs / "task.toml", '[metric]\nname = "mae"', "[metric\nname")
    found = problems_of(pack)
    assert {(file, line) for file, line, _message in found} == {
        ("exam.toml", 13),
        ("exam.toml", None),
        ("requirements.txt", 2),
        ("requirements.txt", 3),
        ("SOURCES.md", None),
        ("category1/sums/task.toml", None),
        ("category1/sums/starter.py", 1),
        ("category1/sums/build.py", 3),
        ("category2/signs/task.toml", 16),
        ("category2/signs/instructions.en.md", None),
        ("category2/signs/reference/reference.toml", None),
    }
    assert ("exam.toml", 13, "colour is not a key that stands here.") in found
    assert ("exam.toml", None, "the weights of the categories must sum to 100, not 90") in found
    assert ("category2/signs/reference/reference.toml", None, "refused.py does not exist.") in found


def break_weights(pack: Path) -> None:
    edit(pack / "exam.toml", "weight = 60", "weight = 70")


def break_toml(pack: Path) -> None:
    edit(pack / "exam.toml", 'level = "practitioner"', "level = ")


def add_unknown_key(pack: Path) -> None:
    edit(pack / "category1" / "sums" / "task.toml", 'name = "mae"', 'name = "mae"\nround = 3')


def add_unknown_category_key(pack: Path) -> None:
    edit(pack / "exam.toml", "weight = 60", "weight = 60\nstars = 2")


def break_bands(pack: Path) -> None:
    edit(pack / "category1" / "sums" / "task.toml", "[4.0, 3.0, 2.0, 1.0, 0.5]", "[4.0, 3.0, 3.0, 1.0, 0.5]")


def name_an_unknown_skill(pack: Path) -> None:
    edit(pack / "category1" / "sums" / "task.toml", '"A1"', '"A8"')


def rename_the_folder(pack: Path) -> None:
    (pack / "category1" / "sums").rename(pack / "category1" / "totals")


def repeat_an_id(pack: Path) -> None:
    edit(pack / "category2" / "signs" / "task.toml", 'id = "signs"', 'id = "sums"')


def unpin(pack: Path) -> None:
    (pack / "requirements.txt").write_text("numpy\n")


def break_starter(pack: Path) -> None:
    (pack / "category1" / "sums" / "starter.py").write_text("x = 1\nif x\n")


def starter_without_a_model(pack: Path) -> None:
    (pack / "category1" / "sums" / "starter.py").write_text("x = 1\n")


def speak_korean(pack: Path) -> None:
    edit(pack / "exam.toml", 'languages = ["en"]', 'languages = ["en", "ko"]')
    for form in ("category1/sums", "category2/signs"):
        (pack / form / "instructions.ko.md").write_text("# 합\n")


def add_a_category(pack: Path) -> None:
    (pack / "category3" / "more").mkdir(parents=True)


def empty_a_category(pack: Path) -> None:
    (pack / "category1" / "sums").rename(pack / "elsewhere")


def expect_nothing_full(pack: Path) -> None:
    edit(pack / "category1" / "sums" / "reference" / "reference.toml", 'role = "full"', 'role = "partial"')


def expect_an_unknown_reason(pack: Path) -> None:
    edit(pack / "category1" / "sums" / "reference" / "reference.toml", "contract.input_shape", "contract.colour")


def break_a_reference(pack: Path) -> None:
    (pack / "category1" / "sums" / "reference" / "solution.py").write_text("print(\n")


def write_two_inputs(pack: Path, left: str, right: str) -> None:
    pair = "".join(f'[[input]]\n{lines}\nshape = [2]\nmeaning = {{ en = "Numbers." }}\n\n' for lines in (left, right))
    edit(pack / "category1" / "sums" / "task.toml", '[input]\nshape = [2]\nmeaning = { en = "Two numbers." }\n\n', pair)


def name_two_inputs_the_same(pack: Path) -> None:
    write_two_inputs(pack, 'name = "left"', 'name = "Left"')


def leave_an_input_without_a_name(pack: Path) -> None:
    write_two_inputs(pack, 'name = "left"', 'dtype = "int32"')


def name_an_input_like_a_path(pack: Path) -> None:
    write_two_inputs(pack, 'name = "left"', 'name = "../right"')


def colour_an_input(pack: Path) -> None:
    edit(pack / "category1" / "sums" / "task.toml", "shape = [2]", "shape = [2]\ncolour = 3")


def colour_the_second_input(pack: Path) -> None:
    write_two_inputs(pack, 'name = "left"', 'name = "right"\ncolour = 3')


def feed_a_table_of_text(pack: Path) -> None:
    edit(pack / "category1" / "sums" / "task.toml", "shape = [2]", 'shape = [2, 3]\ndtype = "string"')


def answer_with_text(pack: Path) -> None:
    edit(pack / "category1" / "sums" / "task.toml", "shape = [1]", 'shape = [1]\ndtype = "string"')


def forget_the_input(pack: Path) -> None:
    edit(pack / "category1" / "sums" / "task.toml", '[input]\nshape = [2]\nmeaning = { en = "Two numbers." }\n', "")


def take_no_format(pack: Path) -> None:
    edit(pack / "category1" / "sums" / "task.toml", '["keras", "h5"]', "[]")


def take_an_unknown_format(pack: Path) -> None:
    edit(pack / "category1" / "sums" / "task.toml", '["keras", "h5"]', '["keras", "pickle"]')


def forbid_layers_of_a_format_without_any(pack: Path) -> None:
    edit(pack / "category1" / "sums" / "task.toml", '["keras", "h5"]', '["keras", "onnx"]\nforbidden_layers = ["LSTM"]')


def name_data_twice(pack: Path) -> None:
    name_data(pack, "houses", "houses/a.csv", "houses")


def name_data_that_is_not_there(pack: Path) -> None:
    name_data(pack, "ships.csv")


def link_data_out_of_the_pack(pack: Path) -> None:
    (pack.parent / "ships.csv").write_text("a,b\n")
    name_data(pack, "ships.csv")
    (pack / "data" / "ships.csv").symlink_to(pack.parent / "ships.csv")


def link_a_part_of_the_data_out_of_the_pack(pack: Path) -> None:
    name_data(pack, "houses")
    (pack / "data" / "houses" / "more").symlink_to(pack.parent)


def name_data(pack: Path, *entries: str) -> None:
    (pack / "data" / "houses").mkdir(parents=True)
    (pack / "data" / "houses" / "a.csv").write_text("a,b\n")
    edit(pack / "category1" / "sums" / "task.toml", 'id = "sums"', f'id = "sums"\ndata = {json.dumps(entries)}')


SUMS = "category1/sums"


@pytest.mark.parametrize(
    ("damage", "file", "line", "fragment"),
    [
        (name_data_twice, f"{SUMS}/task.toml", None, "data names houses/a.csv, which houses holds already; drop one."),
        (name_data_twice, f"{SUMS}/task.toml", None, "data names houses twice; drop one."),
        (name_data_that_is_not_there, f"{SUMS}/task.toml", None, "data names ships.csv, but there is no data/ships.csv."),
        (link_data_out_of_the_pack, "data/ships.csv", None, "ships.csv is a link out of the pack"),
        (link_a_part_of_the_data_out_of_the_pack, "data/houses/more", None, "more is a link out of the pack"),
        (break_weights, "exam.toml", None, "must sum to 100, not 110"),
        (break_toml, "exam.toml", 5, "This is not TOML"),
        (add_unknown_key, f"{SUMS}/task.toml", 18, "metric.round is not a key that stands here."),
        (add_unknown_category_key, "exam.toml", 24, "categories.2.stars is not a key that stands here."),
        (break_bands, f"{SUMS}/task.toml", None, "thresholds must get harder from score 1 to 5"),
        (name_an_unknown_skill, f"{SUMS}/task.toml", None, "A8 is not a skill of the checklist."),
        (rename_the_folder, "category1/totals/task.toml", None, "The id is sums, but the folder is called totals"),
        (repeat_an_id, "category2/signs/task.toml", None, "category1/sums has the same id."),
        (unpin, "requirements.txt", 1, "numpy is not pinned"),
        (break_starter, f"{SUMS}/starter.py", 2, "This is not Python"),
        (starter_without_a_model, f"{SUMS}/starter.py", None, "It must define the function solution_model."),
        (speak_korean, "exam.toml", None, "A text has no ko: 'A tiny exam'"),
        (speak_korean, f"{SUMS}/task.toml", None, "A text has no ko: 'Two numbers.'"),
        (add_a_category, "category3", None, "exam.toml has no such category."),
        (empty_a_category, "category1", None, "The category has no task form."),
        (
            expect_nothing_full,
            f"{SUMS}/reference/reference.toml",
            None,
            "nothing shows that the full score can be reached",
        ),
        (expect_an_unknown_reason, f"{SUMS}/reference/reference.toml", 5, "contract.colour is not a reason"),
        (name_two_inputs_the_same, f"{SUMS}/task.toml", None, "input: several inputs need names, and no two the same"),
        (leave_an_input_without_a_name, f"{SUMS}/task.toml", None, "input: several inputs need names, and no two the same"),
        (name_an_input_like_a_path, f"{SUMS}/task.toml", 14, "input.2.name: "),
        (colour_an_input, f"{SUMS}/task.toml", 10, "input.colour is not a key that stands here."),
        (colour_the_second_input, f"{SUMS}/task.toml", 15, "input.2.colour is not a key that stands here."),
        (feed_a_table_of_text, f"{SUMS}/task.toml", 8, "input: an input of text has the shape [] or [k]"),
        (answer_with_text, f"{SUMS}/task.toml", 14, "output.dtype: "),
        (forget_the_input, f"{SUMS}/task.toml", None, "input is missing."),
        (take_no_format, f"{SUMS}/task.toml", 4, "formats: "),
        (take_an_unknown_format, f"{SUMS}/task.toml", 4, "formats.2: "),
        (forbid_layers_of_a_format_without_any, f"{SUMS}/task.toml", None, "A file of onnx does not tell its layers"),
        (break_a_reference, f"{SUMS}/reference/solution.py", 1, "This is not Python"),
    ],
)
def test_it_names_the_place_of_each_problem(
    pack: Path, damage: Callable[[Path], None], file: str, line: int | None, fragment: str
) -> None:
    damage(pack)
    assert [m for f, at, m in problems_of(pack) if (f, at) == (file, line) and fragment in m] != []


def test_a_task_has_one_input_or_several_with_names(pack: Path) -> None:
    write_two_inputs(pack, 'name = "left"\ndtype = "uint8"', 'name = "right"\ndtype = "string"')
    two, one = (form.task for form in read_pack(pack).forms)
    assert one.contract.inputs == (TensorContract((2,)),)
    assert one.inputs_files == ("inputs.npy",)
    assert two.contract.inputs == (TensorContract((2,), "uint8", "left"), TensorContract((2,), "string", "right"))
    assert two.inputs_files == ("inputs.left.npy", "inputs.right.npy")


def test_a_task_takes_every_format_that_it_names_and_else_those_of_keras(pack: Path) -> None:
    every = ["keras", "h5", "saved_model", "onnx", "tflite", "pt2"]
    edit(pack / "category1" / "sums" / "task.toml", '["keras", "h5"]', str(every).replace("'", '"'))
    edit(pack / "category2" / "signs" / "task.toml", 'formats = ["keras", "h5"]\n', "")
    formats = [form.task.contract.formats for form in read_pack(pack).forms]
    assert formats == [tuple(ModelFormat), (ModelFormat.KERAS, ModelFormat.H5)]


def test_a_manifest_from_before_there_were_several_inputs_is_still_read(pack: Path, tmp_path: Path) -> None:
    path = tmp_path / "bank.json"
    read = read_pack(pack)
    entry = FormEntry(category="category1", task=read.form("sums").task, variants=())
    written = BankManifest(format=1, exam=read.exam, pack_sha256="cd" * 32, requirements="", forms=(entry,))
    document = json.loads(written.model_dump_json())
    (old,) = document["forms"][0]["task"].pop("inputs")
    assert old.pop("name") == ""
    document["forms"][0]["task"]["input"] = old
    path.write_text(json.dumps(document))
    assert load_manifest(path) == written


def test_what_systems_leave_in_public_is_not_handed_out(pack: Path) -> None:
    (pack / "public" / "__pycache__").mkdir(parents=True)
    (pack / "public" / ".cache").mkdir()
    (pack / "public" / ".DS_Store").write_bytes(b"\0")
    (pack / "public" / ".swap.py").write_text("def (\n")
    (pack / "public" / "words.txt").write_text("one\n")
    assert read_pack(pack).public == {"words.txt": b"one\n"}


def test_data_may_be_linked_within_the_pack_and_the_pack_itself_from_anywhere(pack: Path) -> None:
    name_data(pack, "houses", "houses.csv", "houses-old")
    (pack / "data" / "houses-old").mkdir()
    (pack / "data" / "houses.csv").symlink_to("houses/a.csv")
    (pack.parent / "link").symlink_to(pack)
    assert read_pack(pack.parent / "link").form("sums").task.data == ("houses", "houses.csv", "houses-old")


def test_a_folder_without_an_exam_is_not_a_pack(tmp_path: Path) -> None:
    assert problems_of(tmp_path) == {("exam.toml", None, "The file is missing.")}


def test_a_problem_reads_as_file_line_and_message() -> None:
    assert str(PackProblem("exam.toml", 3, "It is wrong.")) == "exam.toml:3: It is wrong."
    assert str(PackProblem("exam.toml", None, "It is wrong.")) == "exam.toml: It is wrong."


def test_a_manifest_comes_back_as_it_was_written(pack: Path, tmp_path: Path) -> None:
    read = read_pack(pack)
    blob = Blob(sha256="ab" * 32, size=3)
    entry = FormEntry(category="category1", task=read.form("sums").task, variants=(VariantEntry(public=blob, hidden=blob),))
    written = BankManifest(format=1, exam=read.exam, pack_sha256="cd" * 32, requirements="", forms=(entry,))
    path = tmp_path / "bank.json"
    path.write_text(written.model_dump_json())
    assert load_manifest(path) == written
    assert isinstance(written.exam, ExamSpec)


def test_a_missing_or_foreign_manifest_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bank.json"
    with pytest.raises(PackUnreadable, match=r"bank\.json is missing"):
        load_manifest(path)
    path.write_text('{"format": 1, "colour": 2}')
    with pytest.raises(PackUnreadable, match="not a manifest") as refused:
        load_manifest(path)
    assert "colour" in {problem.message.split(":")[0] for problem in refused.value.problems}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("duration_minutes = 60", "duration_minutes = 100000000000000"),
        ("grace_minutes = 15", "grace_minutes = 10000"),
        ("validity_months = 36", "validity_months = 99999999999"),
        ("pass_mark = 90", "pass_mark = 0"),
    ],
)
def test_numbers_that_no_exam_has_are_problems(pack: Path, old: str, new: str) -> None:
    edit(pack / "exam.toml", old, new)
    ((file, _line, message),) = problems_of(pack)
    assert (file, new.split(maxsplit=1)[0] in message) == ("exam.toml", True)


def test_shares_have_thresholds_up_to_1(pack: Path) -> None:
    task = pack / "category1" / "sums" / "task.toml"
    edit(task, "[4.0, 3.0, 2.0, 1.0, 0.5]", "[40.0, 60.0, 80.0, 90.0, 95.0]")
    edit(task, 'name = "mae"', 'name = "accuracy"')
    messages = [message for file, _line, message in problems_of(pack) if file == "category1/sums/task.toml"]
    assert messages == ["thresholds of accuracy are shares from 0 to 1: write 0.9 for 90 %"]
