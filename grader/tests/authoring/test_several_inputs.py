"""Packs with two named inputs and with text: built, checked and opened as banks."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from guildmark.errors import PackUnreadable
from guildmark.packs.bundle import iter_zip
from guildmark.packs.reader import read_pack
from guildmark_grader.authoring.build import build_bank
from guildmark_grader.authoring.check import pack_problems
from guildmark_grader.authoring.prove import proofs
from guildmark_grader.banks import Bank, HiddenStore, open_bank

from .packs_made import either_pack, text_pack, two_inputs_pack

SECRET = b"0123456789abcdef0123456789abcdef"


def bank_of(pack: Path, folder: Path) -> Bank:
    return open_bank(build_bank(pack, folder / "bank", variants=2, secret=SECRET))


def archived(bank: Bank, part: str, variant: int = 0) -> dict[str, bytes]:
    blob = getattr(bank.manifest.forms[0].variants[variant], part)
    return {str(path): content for path, content in iter_zip((bank.folder / part / f"{blob.sha256}.zip").read_bytes())}


def array(content: bytes) -> np.ndarray:
    return np.load(io.BytesIO(content), allow_pickle=False)


def test_a_pack_with_two_named_inputs_is_sound(tmp_path: Path) -> None:
    assert pack_problems(two_inputs_pack(tmp_path)) == ()


def test_each_input_has_an_array_of_its_own(tmp_path: Path) -> None:
    bank = bank_of(two_inputs_pack(tmp_path), tmp_path)
    hidden = {name: array(content) for name, content in archived(bank, "hidden").items()}
    assert {name: (found.shape, found.dtype.name) for name, found in hidden.items()} == {
        "inputs.picture.npy": ((100, 6, 6), "uint8"),
        "inputs.place.npy": ((100, 2), "float32"),
        "targets.npy": ((100, 1), "float32"),
    }


def test_the_candidate_reads_the_names_of_the_inputs(tmp_path: Path) -> None:
    bank = bank_of(two_inputs_pack(tmp_path), tmp_path)
    contract = json.loads(archived(bank, "public")["task.json"])["contract"]
    assert contract["formats"] == ["keras", "h5", "saved_model", "onnx", "tflite"]
    assert contract["inputs"] == [
        {"shape": [6, 6], "dtype": "uint8", "name": "picture"},
        {"shape": [2], "dtype": "float32", "name": "place"},
    ]


def test_a_bank_opens_with_its_inputs_in_the_order_of_the_contract(tmp_path: Path) -> None:
    bank = bank_of(two_inputs_pack(tmp_path), tmp_path)
    form = bank.form("brightness")
    hidden = HiddenStore(tmp_path).hidden(bank, form, 1)
    picture, place = (np.load(path, allow_pickle=False) for path in hidden.inputs)
    assert [one.name for one in form.task.contract.inputs] == ["picture", "place"]
    assert (picture.shape, place.shape, hidden.rows) == ((100, 6, 6), (100, 2), 100)
    answers = picture.mean(axis=(1, 2))[:, None] / 255 + place @ np.array([[2], [-3]])
    np.testing.assert_allclose(hidden.targets, answers, rtol=1e-5, atol=1e-5)


def test_a_pack_that_feeds_text_is_sound(tmp_path: Path) -> None:
    assert pack_problems(text_pack(tmp_path)) == ()


def test_text_travels_whole(tmp_path: Path) -> None:
    bank = bank_of(text_pack(tmp_path), tmp_path)
    form = bank.form("moods")
    (path,) = HiddenStore(tmp_path).hidden(bank, form, 0).inputs
    texts = np.load(path, allow_pickle=False)
    assert (texts.shape, texts.dtype.kind) == ((100,), "U")
    assert any("caf\u00e9" in text for text in texts)
    assert {len(text.split()) for text in texts} == {10}
    assert form.task.contract.inputs[0].dtype == "string"


def test_the_references_of_both_packs_are_read(tmp_path: Path) -> None:
    two, text = read_pack(two_inputs_pack(tmp_path)), read_pack(text_pack(tmp_path))
    endings = {reference.solution: reference.role.value for form in (*two.forms, *text.forms) for reference in form.references}
    assert endings == {
        "by_name.py": "full",
        "by_name_h5.py": "full",
        "in_order.py": "full",
        "swapped.py": "refused",
        "saved_model.py": "full",
        "tflite.py": "full",
        "onnx_graph.py": "full",
        "counted.py": "full",
        "contrary.py": "baseline",
    }


def problems_after(pack: Path, old: str, new: str) -> list[str]:
    (script,) = pack.glob("category1/*/build.py")
    assert old in script.read_text(encoding="utf-8")
    script.write_text(script.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return [problem.message for problem in pack_problems(pack)]


UNEQUAL, FOUND = "The inputs have not as many rows each", "hidden row(s) also stand in"
GIVEN = 'np.savez(public / "given.npz"'


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ("inputs.place.npy", "inputs.npy", ["It made no inputs.place.npy in the hidden folder."]),
        ("places[200:])", "places[201:])", [f"{UNEQUAL} (inputs.picture.npy: 100, inputs.place.npy: 99)."]),
        ("pictures[200:]", "pictures[200:].astype(int)", ["inputs.picture.npy holds int64; the task asks for uint8."]),
        ("places[200:])", "places[200:, :1])", ["inputs.place.npy has shape (100, 1); the task asks for (100, 2)."]),
        (GIVEN, f"{GIVEN}, old=pictures[290:]", [f"10 {FOUND} given.npz."]),
        (GIVEN, f"{GIVEN}, old=places[290:]", []),
    ],
)
def test_what_is_built_wrongly_of_two_inputs_is_named(tmp_path: Path, old: str, new: str, problems: list[str]) -> None:
    assert problems_after(two_inputs_pack(tmp_path), old, new) == problems


FED, NO_UTF8 = "np.array(texts[200:])", "inputs.npy holds text that is not UTF-8."


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        (FED, "np.array(texts[200:], object)", ["inputs.npy is not an array of plain numbers or text."]),
        (FED, "np.arange(100)", ["inputs.npy holds int64; the task asks for string."]),
        (FED, f"{FED}[:, None]", ["inputs.npy has shape (100, 1); the task asks for (100,)."]),
        (FED, "np.array([t.encode() for t in texts[200:]])", []),
        (FED, "np.array([t.encode('latin-1') for t in texts[200:]])", [NO_UTF8]),
        (FED, "np.array([chr(0xD800), *texts[201:]])", [NO_UTF8]),
        ("*zip(texts[:200]", "*zip([*texts[:197], *(t.upper() for t in texts[290:293])]", [f"3 {FOUND} given.csv."]),
    ],
)
def test_what_is_built_wrongly_of_text_is_named(tmp_path: Path, old: str, new: str, problems: list[str]) -> None:
    assert problems_after(text_pack(tmp_path), old, new) == problems


def test_a_public_file_may_not_be_called_like_an_input(tmp_path: Path) -> None:
    touched = 'np.save(public / "inputs.place.npy", np.zeros(1))'
    problems = problems_after(two_inputs_pack(tmp_path), GIVEN, f"{touched}\n    {GIVEN}")
    assert problems == ["The public file inputs.place.npy has a name that is taken."]


def test_two_inputs_are_evicted_together(tmp_path: Path) -> None:
    bank = bank_of(two_inputs_pack(tmp_path), tmp_path)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    store = HiddenStore(scratch, kept=1)
    first = store.hidden(bank, bank.form("brightness"), 0)
    second = store.hidden(bank, bank.form("brightness"), 1)
    assert sorted(scratch.iterdir()) == sorted(second.inputs)
    assert [path.exists() for path in first.inputs] == [False, False]


def test_hidden_data_with_an_input_missing_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    one, two = bank_of(text_pack(tmp_path), tmp_path / "text"), bank_of(two_inputs_pack(tmp_path), tmp_path / "two")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    wrong = two.form("brightness").model_copy(update={"variants": one.form("moods").variants})
    with pytest.raises(PackUnreadable, match="cannot be read"):
        HiddenStore(scratch).hidden(one, wrong, 0)
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("made", [two_inputs_pack, text_pack, either_pack])
def test_x11_every_reference_gets_what_its_author_says_in_the_box(tmp_path: Path, made: Callable[[Path], Path]) -> None:
    pack = read_pack(made(tmp_path))
    wrong = {proof.reference.solution: proof.report for proof in proofs(pack, pack.forms, secret=SECRET) if not proof.holds}
    assert wrong == {}
