import os
import re
import stat
from pathlib import Path

import pytest

from guildmark.errors import UsageError
from guildmark.packs.model import Role
from guildmark.packs.reader import read_pack
from guildmark_grader.authoring.check import pack_problems
from guildmark_grader.authoring.new import LANGUAGES, new_pack
from guildmark_grader.authoring.prove import proofs

SECRET = b"0123456789abcdef0123456789abcdef"
PUBLIC = Path(__file__).parents[3] / "packs" / "practitioner" / "public"


def test_a_new_pack_is_private_of_one_task_and_named_after_its_folder(tmp_path: Path) -> None:
    new_pack(tmp_path / "Image basics!")
    pack = read_pack(tmp_path / "Image basics!")
    assert (pack.exam.id, pack.exam.visibility, pack.exam.languages) == ("image-basics", "private", ("en",))
    assert pack.exam.weights == {"category1": 100}
    assert [form.task.id for form in pack.forms] == ["waveforms"]
    assert [reference.role for reference in pack.forms[0].references] == [
        Role.FULL,
        Role.PARTIAL,
        Role.BASELINE,
        Role.REFUSED,
        Role.REFUSED,
    ]


@pytest.mark.parametrize("languages", [("en",), LANGUAGES])
def test_a_new_pack_has_no_problem(tmp_path: Path, languages: tuple[str, ...]) -> None:
    new_pack(tmp_path / "exam", exam_id="basics", title='The "basics"', languages=languages)
    assert pack_problems(tmp_path / "exam") == ()
    exam = read_pack(tmp_path / "exam").exam
    assert exam.id == "basics"
    assert exam.title == dict.fromkeys(languages, 'The "basics"')


def test_languages_that_were_not_asked_for_leave_no_trace(tmp_path: Path) -> None:
    written = new_pack(tmp_path / "exam", languages=["zh-Hans"])
    names = {path.relative_to(tmp_path / "exam").as_posix() for path in written}
    assert {name for name in names if "instructions" in name} == {
        "category1/waveforms/instructions.en.md",
        "category1/waveforms/instructions.zh-Hans.md",
    }
    assert not any(re.search("[\uac00-\ud7a3]", path.read_text(encoding="utf-8")) for path in written)


@pytest.mark.parametrize(
    ("folder", "options", "message"),
    [
        ("taken", {}, "taken exists already and is not empty. Name a new folder, or an empty one."),
        ("taken/file", {}, "file exists and is no folder. Name a new folder, or an empty one."),
        ("fresh", {"languages": ["fr"]}, "There is no skeleton in fr. Choose among en, ko, zh-Hans, and add other languages"),
        ("fresh", {"exam_id": "Not an id"}, "'Not an id' is no id of an exam. Give one of small letters, digits and hyphens"),
        ("---", {}, "'' is no id of an exam."),
    ],
)
def test_what_cannot_be_made_is_refused_and_nothing_is_written(
    tmp_path: Path, folder: str, options: dict[str, object], message: str
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").write_text("mine")
    with pytest.raises(UsageError, match=re.escape(message)):
        new_pack(tmp_path / folder, **options)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "taken"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "exam").mkdir()
    assert new_pack(tmp_path / "exam") != ()


def test_its_way_of_keeping_checkpoints_is_that_of_the_practitioner_exam(tmp_path: Path) -> None:
    new_pack(tmp_path / "exam")
    copied = (tmp_path / "exam" / "public" / "checkpoints.py").read_bytes()
    assert copied == (PUBLIC / "checkpoints.py").read_bytes()


@pytest.mark.timeout(300)
def test_a_new_pack_is_proven_as_it_is(tmp_path: Path) -> None:
    new_pack(tmp_path / "exam")
    pack = read_pack(tmp_path / "exam")
    made = list(proofs(pack, pack.forms, secret=SECRET))
    assert [(proof.reference.solution, proof.report.score) for proof in made if not proof.holds] == []
    assert len(made) == 5


def test_the_umask_says_who_may_read_a_new_pack(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        written = new_pack(tmp_path / "exam")
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o640}
    assert {stat.S_IMODE(path.parent.stat().st_mode) for path in written} == {0o750}
