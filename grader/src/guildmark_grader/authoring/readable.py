"""The forms of a pack that can be read although something else in it is wrong, so that everything is reported at once."""

from collections.abc import Iterator
from pathlib import Path

from guildmark.packs.model import ExamSpec, ReferencesSpec, TaskSpec
from guildmark.packs.reader import Form, Pack, shared_files
from guildmark.packs.toml import read_spec


def readable_exam(folder: Path) -> ExamSpec | None:
    """`exam.toml`, if nothing is wrong with it."""
    return read_spec(folder / "exam.toml", "exam.toml", ExamSpec)[0]


def readable_forms(folder: Path) -> tuple[Form, ...]:
    """Every form whose `task.toml` and `reference.toml` can be read, whatever else is wrong with it."""
    places = sorted(path.parent for path in folder.glob("category*/*/task.toml"))
    return tuple(form for place in places if (form := _form(place)) is not None)


def readable_pack(folder: Path) -> Pack | None:
    """The pack with the forms that can be read; None where `exam.toml` cannot."""
    exam = readable_exam(folder)
    if exam is None:
        return None
    return Pack(
        folder=folder,
        exam=exam,
        requirements=_text(folder / "requirements.txt"),
        forms=readable_forms(folder),
        public={path.name: path.read_bytes() for path in shared_files(folder) if path.is_file()},
    )


def _form(place: Path) -> Form | None:
    task = read_spec(place / "task.toml", "task.toml", TaskSpec)[0]
    references = read_spec(place / "reference" / "reference.toml", "reference.toml", ReferencesSpec)[0]
    if task is None:
        return None
    return Form(
        folder=place,
        category=place.parent.name,
        task=task,
        references=references.reference if references is not None else (),
        instructions=dict(_instructions(place)),
    )


def _instructions(place: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(place.glob("instructions.*.md")):
        yield path.name.removeprefix("instructions.").removesuffix(".md"), _text(path)


def _text(path: Path) -> str:
    """The text of a file; none where there is none, which is reported elsewhere."""
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return ""
