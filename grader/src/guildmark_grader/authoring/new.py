"""Makes a new pack from the skeleton: private, of one task, and whole, so that an author always edits something that works.

The skeleton (`skeleton/`) is written in several languages. Those that are not asked for are taken out: the instructions file
by file, the texts of TOML entry by entry, which is why each of them stands on one line there.
"""

import re
from collections.abc import Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from pydantic import TypeAdapter, ValidationError

from guildmark.errors import UsageError
from guildmark.i18n import _
from guildmark.protocol import FormId

LANGUAGES = ("en", "ko", "zh-Hans")
_INSTRUCTIONS = re.compile(r"instructions\.(?P<language>.+)\.md")
_LEFT_OUT = ("__pycache__", "__init__.py")


def new_pack(
    folder: Path, *, exam_id: str | None = None, title: str | None = None, languages: Sequence[str] = ("en",)
) -> tuple[Path, ...]:
    """Write a pack to `folder` and return its files. The id is taken from the folder's name, if none is given.

    Raises `UsageError` if the folder holds anything, the id is none, or the skeleton has no such language.
    """
    chosen = _chosen(languages)
    name = _checked_id(exam_id if exam_id is not None else _id_from(folder.resolve().name))
    _refuse_taken(folder)
    written = []
    for place, content in _skeleton(files("guildmark_grader.authoring") / "skeleton", PurePosixPath()):
        instructions = _INSTRUCTIONS.fullmatch(place.name)
        if instructions and instructions["language"] not in chosen:
            continue
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        text = _in_languages(content, chosen) if place.suffix == ".toml" else content
        path.write_text(_named(text, name, title) if place.name == "exam.toml" else text, encoding="utf-8")
        written.append(path)
    return tuple(written)


def _chosen(languages: Sequence[str]) -> tuple[str, ...]:
    wanted = dict.fromkeys(("en", *languages))
    unknown = [language for language in wanted if language not in LANGUAGES]
    if unknown:
        raise UsageError(
            _("There is no skeleton in {languages}.").format(languages=", ".join(unknown)),
            next_step=_("Choose among {known}, and add other languages to the files yourself.").format(
                known=", ".join(LANGUAGES)
            ),
        )
    return tuple(wanted)


def _id_from(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _checked_id(name: str) -> str:
    try:
        return TypeAdapter(FormId).validate_python(name)
    except ValidationError as error:
        raise UsageError(
            _("{name} is no id of an exam.").format(name=repr(name)),
            next_step=_("Give one of small letters, digits and hyphens, such as --id image-basics"),
        ) from error


def _refuse_taken(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists() or folder.is_symlink():
        message = _("{folder} exists already and is not empty.") if folder.is_dir() else _("{folder} exists and is no folder.")
        raise UsageError(message.format(folder=folder), next_step=_("Name a new folder, or an empty one."))


def _skeleton(folder: Traversable, place: PurePosixPath) -> Iterator[tuple[PurePosixPath, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name in _LEFT_OUT:
            continue
        if entry.is_dir():
            yield from _skeleton(entry, place / entry.name)
        else:
            yield place / entry.name, entry.read_text(encoding="utf-8")


def _in_languages(text: str, languages: tuple[str, ...]) -> str:
    for language in LANGUAGES:
        if language not in languages:
            text = re.sub(rf', {re.escape(language)} = "[^"\n]*"', "", text)
    listed = ", ".join(f'"{language}"' for language in languages)
    return re.sub(r"(?m)^languages = .*$", f"languages = [{listed}]", text)


def _named(text: str, exam_id: str, title: str | None) -> str:
    """`exam.toml` with the author's id, and their title in every language until it is translated."""
    text = re.sub(r'(?m)^id = ".*"$', f'id = "{exam_id}"', text, count=1)
    if title is None:
        return text
    quoted = re.sub(r'[\x00-\x1f\x7f"\\]', lambda found: f"\\u{ord(found[0]):04X}", title)
    first, line, rest = re.split(r"(?m)^(title = .*)$", text, maxsplit=1)
    return first + re.sub(r'"[^"]*"', lambda _found: f'"{quoted}"', line) + rest
