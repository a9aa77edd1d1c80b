import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from guildmark.errors import PackUnreadable, UsageError
from guildmark.packs.bank import VariantEntry
from guildmark.packs.bundle import iter_zip
from guildmark.packs.reader import load_manifest, read_pack
from guildmark_grader.authoring.build import bank_digest, build_bank
from guildmark_grader.authoring.trial import derived_seed

SECRET = b"0123456789abcdef0123456789abcdef"
OTHER = b"another secret, of 32 bytes ....."


def archive(bank: Path, part: str, variant: VariantEntry) -> dict[str, bytes]:
    content = (bank / part / f"{getattr(variant, part).sha256}.zip").read_bytes()
    return {str(path): data for path, data in iter_zip(content)}


def variants(bank: Path) -> Iterator[VariantEntry]:
    for form in load_manifest(bank / "bank.json").forms:
        yield from form.variants


def test_the_same_secret_makes_the_same_bank_and_another_one_makes_another(pack: Path, tmp_path: Path) -> None:
    banks = [
        build_bank(pack, tmp_path / name, variants=2, secret=key) for name, key in (("a", SECRET), ("b", SECRET), ("c", OTHER))
    ]
    first, again, other = (bank_digest(bank) for bank in banks)
    assert first == again
    assert first != other
    hidden = [[variant.hidden.sha256 for variant in variants(bank)] for bank in banks]
    assert hidden[0] == hidden[1]
    assert len({*hidden[0], *hidden[2]}) == 4


def test_a_bank_holds_its_archives_by_digest_and_nothing_else(pack: Path, tmp_path: Path) -> None:
    bank = build_bank(pack, tmp_path / "bank", variants=3, secret=SECRET)
    blobs = {f"{part}/{getattr(v, part).sha256}.zip": getattr(v, part) for v in variants(bank) for part in ("public", "hidden")}
    assert {str(p.relative_to(bank)) for p in bank.rglob("*") if p.is_file()} == {"bank.json", *blobs}
    for name, blob in blobs.items():
        content = (bank / name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (blob.sha256, blob.size)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_candidate_gets_instructions_starter_task_and_data_alone(pack: Path, tmp_path: Path) -> None:
    bank = build_bank(pack, tmp_path / "bank", variants=1, secret=SECRET)
    public = archive(bank, "public", next(variants(bank)))
    assert set(public) == {"instructions.en.md", "starter.py", "task.json", "numbers.npy", "process.txt"}
    assert json.loads(public["task.json"]) == {
        "category": "category1",
        "number": 1,
        "form": "sums",
        "title": "Sums",
        "contract": {
            "formats": ["keras"],
            "size_limit": 1024 * 1024,
            "inputs": [{"shape": [2], "dtype": "float32", "name": ""}],
            "output": {"shape": [1], "dtype": "float32", "name": ""},
            "forbidden_layers": [],
            "either": False,
            "predict_ms": None,
        },
    }


def test_the_script_learns_neither_the_secret_nor_the_environment(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUILDMARK_SECRET", "of the host")
    bank = build_bank(pack, tmp_path / "bank", variants=1, secret=SECRET)
    known = archive(bank, "public", next(variants(bank)))["process.txt"].decode()
    names = set(known.split())
    assert "GUILDMARK_SECRET" not in names
    assert SECRET.decode() not in known
    assert {"PATH", "PYTHONHASHSEED"} <= names


def test_every_form_and_variant_has_a_seed_of_its_own(pack: Path) -> None:
    exam = read_pack(pack).exam
    seeds = {derived_seed(secret, exam, form, k) for secret in (SECRET, OTHER) for form in ("sums", "signs") for k in range(3)}
    assert len(seeds) == 12
    assert {len(seed) for seed in seeds} == {32}


def test_the_hidden_arrays_are_plain_and_rows_match(pack: Path, tmp_path: Path) -> None:
    bank = build_bank(pack, tmp_path / "bank", variants=1, secret=SECRET)
    hidden = archive(bank, "hidden", next(variants(bank)))
    assert set(hidden) == {"inputs.npy", "targets.npy"}
    inputs, targets = (np.load(io.BytesIO(hidden[f"{name}.npy"]), allow_pickle=False) for name in ("inputs", "targets"))
    assert (inputs.shape, inputs.dtype.name) == ((10, 2), "float32")
    np.testing.assert_allclose(inputs.sum(axis=1, keepdims=True), targets, rtol=1e-6)


def test_a_bank_that_exists_is_never_written_over(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank" / "keep").write_text("me")
    with pytest.raises(UsageError, match="exists already"):
        build_bank(pack, tmp_path / "bank", variants=1, secret=SECRET)
    assert [path.name for path in (tmp_path / "bank").iterdir()] == ["keep"]


def test_it_builds_the_chosen_forms_alone_and_knows_no_others(pack: Path, tmp_path: Path) -> None:
    done: list[tuple[str, int]] = []
    build_bank(
        pack, tmp_path / "bank", variants=2, secret=SECRET, forms={"sums"}, progress=lambda form, k: done.append((form, k))
    )
    assert sorted(done) == [("sums", 0), ("sums", 1)]
    with pytest.raises(UsageError, match="no form products"):
        build_bank(pack, tmp_path / "other", variants=1, secret=SECRET, forms={"products"})
    with pytest.raises(UsageError, match="at least one variant"):
        build_bank(pack, tmp_path / "other", variants=0, secret=SECRET)


LEAK = 'np.save(public / "numbers.npy", numbers[:31])'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('np.save(public / "numbers.npy", numbers[:30])', LEAK, "1 hidden row(s) also stand in numbers.npy."),
        (", keepdims=True", "", "targets.npy has shape (10,); the task asks for (10, 1)."),
        (".astype(np.float32)", "", "inputs.npy holds float64; the task asks for float32."),
        ("size=(40, 2)", "size=(40, 3)", "inputs.npy has shape (10, 3); the task asks for (10, 2)."),
        ("    np.save(hidden", "    numbers[35] = np.nan\n    np.save(hidden", "inputs.npy holds values that are not finite."),
        ("inputs.npy", "input.npy", "It made no inputs.npy in the hidden folder."),
        ("numbers[30:])\n", "np.array([{}], dtype=object))\n", "inputs.npy is not an array of plain numbers or text."),
        ('"numbers.npy"', '"starter.py"', "The public file starter.py has a name that is taken."),
        ("numbers = rng", "numbers = sources / rng", "TypeError"),
    ],
)  # fmt: skip
def test_what_a_script_builds_wrongly_is_refused(pack: Path, tmp_path: Path, old: str, new: str, message: str) -> None:
    script = pack / "category1" / "sums" / "build.py"
    changed = (
        script.read_text()
        .replace(old, new, 1)
        .replace('np.save(public / "starter.py", numbers[:30])', '(public / "starter.py").touch()')
    )
    assert changed != script.read_text()
    script.write_text(changed)
    with pytest.raises(PackUnreadable) as refused:
        build_bank(pack, tmp_path / "bank", variants=1, secret=SECRET)
    assert [p.message for p in refused.value.problems if message in p.message] != []
    assert {p.file for p in refused.value.problems} == {"category1/sums/build.py"}
    assert not (tmp_path / "bank").exists()


def test_an_error_in_a_script_is_named_with_its_line(pack: Path, tmp_path: Path) -> None:
    script = pack / "category1" / "sums" / "build.py"
    script.write_text("def build(rng, sources, public, hidden):\n    x = 1\n    return x / 0\n")
    with pytest.raises(PackUnreadable) as refused:
        build_bank(pack, tmp_path / "bank", variants=1, secret=SECRET)
    assert [str(p) for p in refused.value.problems] == ["category1/sums/build.py:3: ZeroDivisionError: division by zero"]


NOSY = """\
from pathlib import Path

import numpy as np
import words


def build(rng, sources, public, hidden):
    near = [path for folder in (Path(__file__).parent, Path(words.__file__).parent, sources) for path in folder.rglob("*")]
    (public / "near.txt").write_text("\\n".join(sorted(path.name for path in near)))
    (sources / "seen.csv").write_text("written over")
    (sources / "new.csv").write_text("new")
    numbers = rng.normal(size=(40, 2)).astype(np.float32)
    np.save(hidden / "inputs.npy", numbers)
    np.save(hidden / "targets.npy", numbers[:, :1])
"""


def test_a_build_sees_what_it_is_bound_to_and_cannot_change_the_pack(pack: Path, tmp_path: Path) -> None:
    form = pack / "category1" / "sums"
    (form / "build.py").write_text(NOSY)
    (form / "task.toml").write_text('data = ["seen.csv"]\n' + (form / "task.toml").read_text())
    for name in ("data/seen.csv", "data/unseen.csv", "lib/words.py", "lib/unused.py"):
        (pack / name).parent.mkdir(exist_ok=True)
        (pack / name).write_text("#")
    bank = build_bank(pack, tmp_path / "bank", variants=1, secret=SECRET)
    (entry,) = variants(bank)
    assert archive(bank, "public", entry)["near.txt"].split() == [b"build.py", b"seen.csv", b"words.py"]
    assert {path.name: path.read_text() for path in (pack / "data").iterdir()} == {"seen.csv": "#", "unseen.csv": "#"}


def test_an_earlier_version_draws_again_what_it_drew(pack: Path, tmp_path: Path) -> None:
    before = build_bank(pack, tmp_path / "before", variants=1, secret=SECRET)
    (pack / "exam.toml").write_text((pack / "exam.toml").read_text().replace("2026.1", "2026.2"))
    now = build_bank(pack, tmp_path / "now", variants=1, secret=SECRET)
    again = build_bank(pack, tmp_path / "again", variants=1, secret=SECRET, drawn_as="2026.1")
    hidden = [next(variants(bank)).hidden for bank in (before, now, again)]
    assert hidden[0] == hidden[2] != hidden[1]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("import shutil; shutil.rmtree(public); public.symlink_to('/etc')", "in the place of the folder public"),
        ("import shutil; shutil.rmtree(hidden)", "in the place of the folder hidden"),
        ("for path in public.iterdir(): path.unlink()", "It made no public file."),
        ("raise ValueError('y' * 100_000_000)", "y …"),
    ],
    ids=["a link for a folder", "no folder", "nothing public", "a long error"],
)
def test_what_a_script_does_to_its_folders_is_told_in_a_line(pack: Path, tmp_path: Path, more: str, message: str) -> None:
    script = pack / "category1" / "sums" / "build.py"
    script.write_text(script.read_text() + f"    {more}\n")
    (pack / "public").mkdir()
    (pack / "public" / "shared.txt").write_text("for everybody")
    with pytest.raises(PackUnreadable) as refused:
        build_bank(pack, tmp_path / "bank", variants=1, secret=SECRET)
    (problem,) = refused.value.problems
    assert message in problem.message
    assert len(problem.message) < 400


def test_a_build_does_not_wait_for_what_its_script_leaves_running(pack: Path, tmp_path: Path) -> None:
    script = pack / "category1" / "sums" / "build.py"
    left = 'import subprocess; (public / "left.txt").write_text(str(subprocess.Popen(["sleep", "600"]).pid))'
    script.write_text(script.read_text() + f"    {left}\n")
    bank = build_bank(pack, tmp_path / "bank", variants=1, secret=SECRET)
    process = Path("/proc", archive(bank, "public", next(variants(bank)))["left.txt"].decode())
    assert not process.exists() or "\nState:\tZ" in (process / "status").read_text()
