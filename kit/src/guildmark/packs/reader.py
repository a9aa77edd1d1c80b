"""Reads a pack as its author wrote it, and a bank's manifest as the build wrote it.

A pack is read to the end whatever is wrong: `PackUnreadable.problems` holds everything, with file and line, so that an
author mends a pack in one round. What can only be known by running `build.py` is left to the grader's authoring tools.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from guildmark.errors import PackProblem, PackUnreadable
from guildmark.i18n import _
from guildmark.packs.bank import BankManifest
from guildmark.packs.model import ExamSpec, ReferenceSpec, ReferencesSpec, Role, TaskSpec, Text
from guildmark.packs.names import is_reserved_name
from guildmark.packs.scripts import script_problems
from guildmark.packs.skills import SKILLS
from guildmark.packs.toml import read_spec
from guildmark.rules.contract import ModelFormat

__all__ = ["Form", "Pack", "PackProblem", "PackUnreadable", "load_manifest", "read_pack", "shared_files"]

_PINNED = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9,._-]+\])?==[A-Za-z0-9.!+_-]+(\s*;.*)?$")
_WITH_LAYERS = (ModelFormat.KERAS, ModelFormat.H5)
_HASH = re.compile(r"\s*--hash=\S+|\s*\\$")


@dataclass(frozen=True)
class Form:
    """One task form: `folder` holds its files, `instructions` its Markdown by language."""

    folder: Path
    category: str
    task: TaskSpec
    references: tuple[ReferenceSpec, ...]
    instructions: Mapping[str, str]


@dataclass(frozen=True)
class Pack:
    """A pack without a problem. `requirements` is the text of that file; forms stand by category and id.

    `public` are the files that every candidate gets in every category, by name.
    """

    folder: Path
    exam: ExamSpec
    requirements: str
    forms: tuple[Form, ...]
    public: Mapping[str, bytes]

    @property
    def sources(self) -> Path:
        """The folder with the files that a task names in `data`."""
        return self.folder / "data"

    @property
    def modules(self) -> Path:
        """The folder with the modules that several `build.py` import; it need not be there."""
        return self.folder / "lib"

    def form(self, form_id: str) -> Form:
        """The form `form_id`. Raises `KeyError` if the pack has none."""
        for form in self.forms:
            if form.task.id == form_id:
                return form
        raise KeyError(form_id)


def read_pack(folder: Path) -> Pack:
    """The pack in `folder`. Raises `PackUnreadable` with every problem found."""
    if not (folder / "exam.toml").is_file():
        message = _("{folder} is not an exam pack: it has no exam.toml.").format(folder=folder.name or folder)
        missing = PackProblem("exam.toml", None, _("The file is missing."))
        raise PackUnreadable(message, next_step=_("Name the folder that holds exam.toml."), problems=(missing,))
    return _Reading(folder).pack()


def shared_files(folder: Path) -> list[Path]:
    """What stands in `public/` of the pack in `folder`, but for what systems and Python leave behind."""
    paths = (folder / "public").glob("*")
    return sorted(path for path in paths if path.name != "__pycache__" and not path.name.startswith("."))


def load_manifest(path: Path) -> BankManifest:
    """The manifest of a bank; `path` is its `bank.json`. Raises `PackUnreadable` if it is missing or not one."""
    rebuild = _("Build the bank again with: guildmark-grader pack build PACK --out BANK --variants N")
    try:
        return BankManifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise PackUnreadable(_("There is no bank here: bank.json is missing."), next_step=rebuild) from error
    except ValidationError as error:
        problems = tuple(
            PackProblem(path.name, None, f"{'.'.join(str(step) for step in e['loc'])}: {e['msg']}") for e in error.errors()
        )
        raise PackUnreadable(_("bank.json is not a manifest of this version."), next_step=rebuild, problems=problems) from error


@dataclass
class _Reading:
    """One reading of a pack: collects problems on the way."""

    folder: Path
    problems: list[PackProblem] = field(default_factory=list)

    def pack(self) -> Pack:
        exam, found = read_spec(self.folder / "exam.toml", "exam.toml", ExamSpec)
        self.problems += found
        requirements = self._requirements()
        self._text("SOURCES.md")
        public = self._public()
        self._modules()
        languages = exam.languages if exam else ("en",)
        if exam:
            self._translations("exam.toml", languages, [exam.title, *(category.title for category in exam.categories)])
        forms = [form for category in self._categories(exam) for form in self._forms(category, languages)]
        self._ids_are_unique(forms)
        if exam is None or self.problems:
            count = len(self.problems)
            message = _("The pack {pack} has {count} problem(s).").format(pack=self.folder.resolve().name, count=count)
            raise PackUnreadable(message, problems=tuple(self.problems))
        return Pack(folder=self.folder, exam=exam, requirements=requirements, forms=tuple(forms), public=public)

    def _report(self, file: str, message: str, line: int | None = None) -> None:
        self.problems.append(PackProblem(file, line, message))

    def _text(self, name: str) -> str:
        """The text of a file that must be there and say something."""
        try:
            text = (self.folder / name).read_bytes().decode()
        except OSError:
            self._report(name, _("The file is missing."))
            return ""
        except UnicodeDecodeError:
            self._report(name, _("The file is not text in UTF-8."))
            return ""
        if not text.strip():
            self._report(name, _("The file is empty."))
        return text

    def _public(self) -> dict[str, bytes]:
        """The files of `public/`; scripts among them must be Python."""
        paths = shared_files(self.folder)
        for path in paths:
            if not path.is_file() or path.is_symlink():
                self._report(f"public/{path.name}", _("Only plain files stand here; folders and links are not handed out."))
            elif is_reserved_name(path.name):
                self._report(f"public/{path.name}", _("This name is taken; call the file something else."))
            elif path.suffix == ".py":
                self.problems += script_problems(self._text(f"public/{path.name}"), f"public/{path.name}")
        return {path.name: path.read_bytes() for path in paths if path.is_file()}

    def _modules(self) -> None:
        for path in sorted((self.folder / "lib").glob("*.py")):
            self.problems += script_problems(self._text(f"lib/{path.name}"), f"lib/{path.name}")

    def _requirements(self) -> str:
        text = self._text("requirements.txt")
        for number, line in enumerate(text.splitlines(), start=1):
            requirement = _HASH.sub("", line.split("#", 1)[0]).strip()
            if requirement and not _PINNED.match(requirement):
                message = _("{requirement} is not pinned; write NAME==VERSION, and no address of an index.")
                self._report("requirements.txt", message.format(requirement=requirement), number)
        return text

    def _translations(self, name: str, languages: Iterable[str], texts: Iterable[Text]) -> None:
        for language in languages:
            for text in texts:
                if language not in text:
                    shown = next(iter(text.values()), "")[:40]
                    self._report(name, _("A text has no {language}: {text}").format(language=language, text=repr(shown)))

    def _categories(self, exam: ExamSpec | None) -> Iterator[str]:
        """The categories to read forms of: those of the exam, or every folder of one where the exam cannot be read."""
        there = sorted(path.name for path in self.folder.glob("category*") if path.is_dir())
        if exam is None:
            yield from there
            return
        expected = [category.id for category in exam.categories]
        for surplus in sorted(set(there) - set(expected)):
            self._report(surplus, _("exam.toml has no such category."))
        yield from expected

    def _forms(self, category: str, languages: tuple[str, ...]) -> Iterator[Form]:
        folders = sorted(path for path in (self.folder / category).glob("*") if path.is_dir() and path.name != "__pycache__")
        if not folders:
            self._report(category, _("The category has no task form."))
        for folder in folders:
            form = self._form(folder, category, languages)
            if form is not None:
                yield form

    def _form(self, folder: Path, category: str, languages: tuple[str, ...]) -> Form | None:
        place = f"{category}/{folder.name}"
        task, found = read_spec(folder / "task.toml", f"{place}/task.toml", TaskSpec)
        self.problems += found
        instructions = {language: self._text(f"{place}/instructions.{language}.md") for language in languages}
        for script, function, arity in (("starter.py", "solution_model", 0), ("build.py", "build", 4)):
            self.problems += script_problems(self._text(f"{place}/{script}"), f"{place}/{script}", function, arity)
        references = self._references(folder / "reference", f"{place}/reference")
        if task is None:
            return None
        self._task(task, f"{place}/task.toml", folder.name, languages)
        return Form(folder, category, task, references, instructions)

    def _task(self, task: TaskSpec, name: str, folder_name: str, languages: tuple[str, ...]) -> None:
        if task.id != folder_name:
            message = _("The id is {id}, but the folder is called {folder}; give both the same name.")
            self._report(name, message.format(id=task.id, folder=folder_name))
        self._data(task, name)
        for skill in task.skills:
            if skill not in SKILLS:
                self._report(name, _("{skill} is not a skill of the checklist.").format(skill=skill))
        if task.forbidden_layers and (without := [f.value for f in task.formats if f not in _WITH_LAYERS]):
            message = _(
                "A file of {formats} does not tell its layers, so forbidden_layers cannot be held to; drop one of the two."
            )
            self._report(name, message.format(formats=" / ".join(without)))
        meanings = [*(entry.meaning for entry in task.inputs), task.output.meaning]
        texts = [task.title, *meanings, *task.tips, *(hint.text for hint in task.hints)]
        self._translations(name, languages, texts)

    def _data(self, task: TaskSpec, name: str) -> None:
        """Every entry of `data` is there, in the pack, and stands for itself."""
        entries = [PurePosixPath(entry) for entry in task.data]
        for k, entry in enumerate(entries):
            place = self.folder / "data" / entry
            holders = [other for other in entries[:k] + entries[k + 1 :] if entry.is_relative_to(other) and entry != other]
            if not place.exists():
                self._report(name, _("data names {path}, but there is no data/{path}.").format(path=entry))
            elif holders:
                message = _("data names {path}, which {folder} holds already; drop one.")
                self._report(name, message.format(path=entry, folder=holders[0]))
            elif entry in entries[:k]:
                self._report(name, _("data names {path} twice; drop one.").format(path=entry))
            for link in self._links_out(place):
                message = _("{path} is a link out of the pack, which nobody else has; put the file itself there.")
                self._report(link.relative_to(self.folder).as_posix(), message.format(path=link.name))

    def _links_out(self, place: Path) -> Iterator[Path]:
        """The links at `place` and below it that lead out of the pack."""
        inside = Path(os.path.realpath(self.folder))
        if not Path(os.path.realpath(place)).is_relative_to(inside):
            yield place
            return
        yield from (path for path in sorted(place.rglob("*")) if not Path(os.path.realpath(path)).is_relative_to(inside))

    def _references(self, folder: Path, place: str) -> tuple[ReferenceSpec, ...]:
        name = f"{place}/reference.toml"
        references, found = read_spec(folder / "reference.toml", name, ReferencesSpec)
        self.problems += found
        if references is None:
            return ()
        for reference in references.reference:
            script = f"{place}/{reference.solution}"
            if (folder / reference.solution).is_file():
                self.problems += script_problems(self._text(script), script)
            else:
                self._report(name, _("{solution} does not exist.").format(solution=reference.solution))
        if not any(reference.role is Role.FULL for reference in references.reference):
            self._report(name, _("No reference has the role full, so nothing shows that the full score can be reached."))
        return references.reference

    def _ids_are_unique(self, forms: Iterable[Form]) -> None:
        seen: dict[str, str] = {}
        for form in forms:
            place = f"{form.category}/{form.folder.name}"
            if form.task.id in seen:
                self._report(f"{place}/task.toml", _("{other} has the same id.").format(other=seen[form.task.id]))
            seen.setdefault(form.task.id, place)
