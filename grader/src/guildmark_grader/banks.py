"""Banks of variants on the grading side: the manifest, and the hidden data of a form and variant."""

import hashlib
import shutil
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from guildmark.errors import PackUnreadable, UsageError
from guildmark.i18n import _
from guildmark.packs.bank import BankManifest, Blob, FormEntry
from guildmark.packs.names import TARGETS
from guildmark.packs.reader import load_manifest

_MANIFEST = "bank.json"
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Bank:
    """A bank in `folder`. `digest` is the SHA-256 of its manifest."""

    folder: Path
    digest: str
    manifest: BankManifest

    def form(self, task: str) -> FormEntry:
        """The form with the id `task`, or the first form of the category `task`. Raises `UsageError` if there is none."""
        found = next((entry for entry in self.manifest.forms if task in (entry.task.id, entry.category)), None)
        if found is None:
            known = ", ".join(f"{entry.category} ({entry.task.id})" for entry in self.manifest.forms)
            raise UsageError(
                _("There is no task {task} here.").format(task=task), next_step=_("Name one of: {known}").format(known=known)
            )
        return found

    def hidden_blob(self, form: FormEntry, variant: int) -> Blob:
        """The hidden archive of a variant. Raises `UsageError` if there is none."""
        if not 0 <= variant < len(form.variants):
            raise UsageError(
                _("{form} has no variant {variant}.").format(form=form.task.id, variant=variant),
                next_step=_("Name a variant from 0 to {last}.").format(last=len(form.variants) - 1),
            )
        return form.variants[variant].hidden


def open_bank(folder: Path, *, digest: str | None = None) -> Bank:
    """The bank in `folder`. Raises `PackUnreadable` if it is none, or not the one with `digest`."""
    manifest = load_manifest(folder / _MANIFEST)
    found = hashlib.sha256((folder / _MANIFEST).read_bytes()).hexdigest()
    if digest is not None and digest != found:
        raise _unreadable(_("bank.json is not the one that its digest names."))
    return Bank(folder, found, manifest)


@dataclass(frozen=True)
class Hidden:
    """Hidden data: `inputs` are files, for the box, in the order of the contract's; `targets` never leave this process.

    `rows` are those of all of them.
    """

    inputs: tuple[Path, ...]
    targets: NDArray[np.generic]

    @property
    def rows(self) -> int:
        """How many predictions the model is asked for."""
        return len(self.targets)


@dataclass(frozen=True)
class _Unpacked:
    """An archive on disk. Forms may share one and name its inputs in another order, so the files are kept by name."""

    inputs: Mapping[str, Path]
    targets: NDArray[np.generic]


class HiddenStore:
    """Hidden data as it is needed, kept unpacked in `folder` for the next job on the same variant. Safe for threads."""

    def __init__(self, folder: Path, *, kept: int = 32) -> None:
        self._folder = folder
        self._kept = kept
        self._store: OrderedDict[str, _Unpacked] = OrderedDict()
        self._lock = threading.Lock()

    def hidden(self, bank: Bank, form: FormEntry, variant: int) -> Hidden:
        """The hidden data of a variant, checked against its digest. Raises `PackUnreadable` if it is not whole."""
        blob = bank.hidden_blob(form, variant)
        with self._lock:
            if blob.sha256 not in self._store:
                self._store[blob.sha256] = self._unpacked(bank, form, blob)
            found = self._store[blob.sha256]
            self._store.move_to_end(blob.sha256)
            while len(self._store) > self._kept:
                _remove(self._store.popitem(last=False)[1].inputs.values())
        if set(form.task.inputs_files) != set(found.inputs):
            raise _unreadable(_("The hidden data {name} has other inputs than its task.").format(name=f"{blob.sha256}.zip"))
        return Hidden(tuple(found.inputs[name] for name in form.task.inputs_files), found.targets)

    def _unpacked(self, bank: Bank, form: FormEntry, blob: Blob) -> _Unpacked:
        path = bank.folder / "hidden" / f"{blob.sha256}.zip"
        inputs = {name: self._folder / f"{blob.sha256}.{name}" for name in form.task.inputs_files}
        try:
            if _digest(path) != blob.sha256:
                raise _unreadable(_("The hidden data {name} is damaged.").format(name=path.name))
            targets = _extracted(path, inputs)
            rows = {len(np.load(file, mmap_mode="r", allow_pickle=False)) for file in inputs.values()}
            if rows != {len(targets)}:
                raise _unreadable(_("The hidden data {name} has not one target a row.").format(name=path.name))
        except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
            _remove(inputs.values())
            raise _unreadable(_("The hidden data {name} cannot be read.").format(name=path.name)) from error
        except PackUnreadable:
            _remove(inputs.values())
            raise
        return _Unpacked(inputs, targets)


def _extracted(path: Path, inputs: Mapping[str, Path]) -> NDArray[np.generic]:
    """Write the inputs out, by name, and return the targets."""
    with zipfile.ZipFile(path) as archive:
        for name, file in inputs.items():
            with archive.open(name) as packed, file.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked, _CHUNK)
            file.chmod(0o444)
        with archive.open(TARGETS) as packed:
            targets: NDArray[np.generic] = np.lib.format.read_array(packed, allow_pickle=False)
    return targets


def _remove(files: Iterable[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unreadable(message: str) -> PackUnreadable:
    return PackUnreadable(
        message, next_step=_("Build the bank again with: guildmark-grader pack build PACK --out BANK --variants N")
    )
