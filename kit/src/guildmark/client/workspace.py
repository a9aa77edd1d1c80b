"""The exam folder on the candidate's machine.

    Category1/ …            starter.py, instructions, data, task.json; the candidate works here
    requirements.txt
    .venv/                  the exam's environment, where one was made: see `environment`
    .guildmark/exam.json    which portal and which attempt this folder is for
    .guildmark/bundle.gmb   the sealed bundle, as downloaded
    .guildmark/requirements.txt     what the bundle pins, before it is opened; environment.log beside it
    .guildmark/uploads/     uploads under way, so that another process can go on with them
    .guildmark/receipts/    the portal's signed receipts
    .guildmark/command.py   the command, for an IDE

Nothing of the candidate's is ever overwritten: a file that differs from the bundle's is kept, and named. On a machine of
several users an exam folder that we make, and `.guildmark` in any, are readable by their owner alone.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from guildmark.client.files import write_atomically
from guildmark.errors import BundleDamaged, NoExamHere, NotStarted, UsageError, WorkspaceDamaged
from guildmark.i18n import _
from guildmark.packs.bundle import iter_zip
from guildmark.packs.names import model_names
from guildmark.protocol import CategoryId, FormId, Sha256
from guildmark.rules.contract import Contract, ModelFormat

STATE_FOLDER = ".guildmark"
_STATE_FORMAT = 1
_OWNER_ONLY = 0o700
_BUNDLE_INDEX = PurePosixPath("exam.json")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class BundleCategory(_Part):
    """A category in the bundle's index."""

    id: CategoryId
    number: int
    title: str
    folder: str


class BundleIndex(_Part):
    """`exam.json` of the bundle."""

    attempt: str
    exam_id: str
    exam_version: str
    title: str
    categories: tuple[BundleCategory, ...]


class ExamState(_Part):
    """What the folder is for. `index` is None until the bundle was opened."""

    server: str
    attempt: str
    program: str
    exam_title: str
    bundle_sha256: Sha256 | None = None
    index: BundleIndex | None = None


def _with_inputs(contract: object) -> object:
    """A contract from before there were several inputs has `input`; exams from then may still be sat."""
    if not isinstance(contract, dict) or "input" not in contract or "inputs" in contract:
        return contract
    return {"inputs": [contract["input"]], **{key: value for key, value in contract.items() if key != "input"}}


class Task(_Part):
    """`task.json` of a category: what can be checked without the portal."""

    category: CategoryId
    number: int
    form: FormId
    title: str
    contract: Annotated[Contract, BeforeValidator(_with_inputs)]


@dataclass(frozen=True)
class Unpacked:
    """What unpacking did. `kept` are files that differ from the bundle's and were left as they are, relative to the folder."""

    written: tuple[PurePosixPath, ...]
    kept: tuple[PurePosixPath, ...]


class Workspace:
    """An exam folder. `state` reads the state file anew each time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hidden = folder / STATE_FOLDER
        self.bundle_path = self.hidden / "bundle.gmb"
        self.receipts = self.hidden / "receipts"
        self.uploads = self.hidden / "uploads"

    @classmethod
    def containing(cls, place: Path) -> "Workspace":
        """The exam folder that `place` is or lies in. Raises `NoExamHere`."""
        here = place.resolve()
        for folder in (here, *here.parents):
            with suppress(PermissionError):
                if (folder / STATE_FOLDER / "exam.json").is_file():
                    _close_to_others(folder / STATE_FOLDER)
                    return cls(folder)
        raise NoExamHere

    @property
    def state(self) -> ExamState:
        """What this folder is for. Raises `NoExamHere` without a state file, `WorkspaceDamaged` for a broken or edited one."""
        try:
            document = json.loads((self.hidden / "exam.json").read_bytes())
            state = ExamState.model_validate(document["state"])
            is_ours = document["format"] == _STATE_FORMAT and document["sha256"] == _digest(state)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NoExamHere from error
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise self._damaged() from error
        if not is_ours:
            raise self._damaged()
        return state

    def _damaged(self) -> WorkspaceDamaged:
        return WorkspaceDamaged(_("{path} is damaged or was edited.").format(path=self.hidden / "exam.json"))

    def claim(self, state: ExamState) -> None:
        """Make this a new exam folder. Raises `UsageError` where it cannot be written."""
        try:
            self.folder.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
            self.save(state)
        except OSError as error:
            raise UsageError(
                _("{folder} cannot be the exam folder: {reason}.").format(folder=self.folder, reason=error.strerror),
                next_step=_("Name a folder that you may write to: guildmark start --folder DIR"),
            ) from error

    def save(self, state: ExamState) -> None:
        """Write `state`; its digest tells an edit."""
        document = {"format": _STATE_FORMAT, "sha256": _digest(state), "state": state.model_dump(mode="json")}
        self.hidden.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
        _close_to_others(self.hidden)
        write_atomically(self.hidden / "exam.json", json.dumps(document, indent=2, ensure_ascii=False).encode())

    def unpack(self, content: bytes) -> Unpacked:
        """Put the opened bundle in place, and its index into the state. Raises `BundleDamaged` before anything is written."""
        files = {path: data for path, data in iter_zip(content) if _is_portable(path)}
        state = self.state
        try:
            index = BundleIndex.model_validate_json(files.pop(_BUNDLE_INDEX))
        except (KeyError, ValidationError) as error:
            raise BundleDamaged from error
        if index.attempt != state.attempt:
            raise BundleDamaged
        written, kept = [], []
        for path, data in files.items():
            target = self.folder.joinpath(*path.parts)
            if not target.exists():
                write_atomically(target, data, durable=False)  # the clock runs
                written.append(path)
            elif target.is_dir() or target.read_bytes() != data:
                kept.append(path)
        self.save(state.model_copy(update={"index": index}))
        return Unpacked(tuple(written), tuple(kept))

    def categories(self) -> tuple[BundleCategory, ...]:
        """The categories of the opened bundle; none before the start."""
        index = self.state.index
        return () if index is None else index.categories

    def opened(self) -> tuple[BundleCategory, ...]:
        """Like `categories`, but raises `NotStarted` where the bundle has not been opened in this folder."""
        found = self.categories()
        if not found:
            raise NotStarted(_("The exam has not begun in this folder."))
        return found

    def category(self, name: str) -> BundleCategory:
        """The category that `name` means: `3`, `category3` or `Category3`. Raises `UsageError`, or `NotStarted`."""
        number = name.lower().removeprefix("category").strip()
        known = self.opened()
        for category in known:
            if str(category.number) == number:
                return category
        raise UsageError(
            _("There is no category {name} in this exam.").format(name=name),
            next_step=_("Name one of: {names}").format(names=", ".join(str(c.number) for c in known)),
        )

    def category_of(self, file: Path) -> BundleCategory | None:
        """The category in whose folder `file` lies, or None."""
        resolved = file.resolve()
        for category in self.categories():
            if resolved.is_relative_to((self.folder / category.folder).resolve()):
                return category
        return None

    def task(self, category: BundleCategory) -> Task:
        """The task of `category`, from its folder. Raises `WorkspaceDamaged`."""
        path = self.folder / category.folder / "task.json"
        try:
            return TypeAdapter(Task).validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise WorkspaceDamaged(
                _("{path} is missing, damaged or was edited.").format(path=path),
                next_step=_("Delete that file and run: guildmark start; it puts it back."),
            ) from error

    def contract_of(self, category: BundleCategory) -> Contract | None:
        """What the task of `category` asks of a model; None where its `task.json` does not tell."""
        try:
            return self.task(category).contract
        except WorkspaceDamaged:
            return None

    def default_model(self, category: BundleCategory) -> Path | None:
        """The newest model in the category's folder that is called as the task's formats are (`mymodel.keras`), or None."""
        folder = self.folder / category.folder
        saved = [path for name in self._model_names(category) if (path := folder / name).is_file()]
        return max(saved, key=lambda path: path.stat().st_mtime_ns, default=None)

    def model_of(self, category: BundleCategory) -> Path:
        """Like `default_model`, but raises `UsageError` where there is none."""
        path = self.default_model(category)
        if path is None:
            raise UsageError(
                _("There is no {names} in {folder}.").format(
                    names=" / ".join(self._model_names(category)), folder=category.folder
                ),
                next_step=_("Run {folder}/starter.py to train and save the model, or name the file.").format(
                    folder=category.folder
                ),
            )
        return path

    def _model_names(self, category: BundleCategory) -> tuple[str, ...]:
        try:
            return model_names(self.task(category).contract.formats)
        except WorkspaceDamaged:  # whoever needs the task says so; a model can be handed in without it
            return model_names((ModelFormat.KERAS, ModelFormat.H5))


def _close_to_others(folder: Path) -> None:
    """Keep `folder` to its owner; older releases left it open. Where it is somebody else's, it stays as it is."""
    with suppress(OSError):
        if folder.stat().st_mode & 0o077:
            folder.chmod(_OWNER_ONLY)


def _digest(state: ExamState) -> str:
    return hashlib.sha256(json.dumps(state.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()


def _is_portable(path: PurePosixPath) -> bool:
    # `C:name` leaves the folder on Windows although it looks relative; nor may a bundle write our own state.
    if any(":" in part for part in path.parts) or not path.parts or path.parts[0] == STATE_FOLDER:
        raise BundleDamaged
    return True
