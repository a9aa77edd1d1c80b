"""From a pack to a bank of variants, ahead of the exam.

The same pack, secret and number of variants give the same bank, byte for byte: seeds are derived, archives carry no times.
A bank appears whole or not at all: it is made in a folder beside its place and renamed.
"""

import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from guildmark.errors import PackUnreadable, UsageError
from guildmark.i18n import _
from guildmark.packs.bank import BankManifest, Blob, FormEntry, VariantEntry
from guildmark.packs.bundle import pack_zip
from guildmark.packs.model import CategorySpec, text_in
from guildmark.packs.names import TARGETS
from guildmark.packs.reader import Form, Pack, read_pack
from guildmark.rules.contract import Contract
from guildmark.rules.counting import Counts
from guildmark_grader.authoring.readiness import form_calibration
from guildmark_grader.authoring.records import FOLDER
from guildmark_grader.authoring.statements import statement
from guildmark_grader.authoring.trial import Variant, built_variant

MANIFEST = "bank.json"
Progress = Callable[[str, int], None]
"""Told the form and variant that has just been built."""


def build_bank(  # noqa: PLR0913 - two folders, and the choices that make a bank
    pack: Path,
    out: Path,
    *,
    variants: int,
    secret: bytes,
    forms: Collection[str] | None = None,
    drawn_as: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Build `variants` variants of every form of `pack` (or of `forms` alone) into the new folder `out`, and return it.

    With `drawn_as`, an earlier version of the exam, they are those that the secret gave then. Raises `PackUnreadable` with the
    problems of the pack or of what its scripts make, `UsageError` if `out` exists.
    """
    if variants < 1:
        raise UsageError(_("A bank needs at least one variant."))
    if out.exists():
        raise UsageError(_("{out} exists already.").format(out=out), next_step=_("Name a new folder, or remove that one."))
    if pack.resolve() in out.resolve().parents:
        raise UsageError(_("{out} lies in the pack.").format(out=out), next_step=_("Name a folder outside of it for the bank."))
    read = read_pack(pack)
    chosen = _chosen(read, forms)
    out.parent.mkdir(parents=True, exist_ok=True)
    # mkdtemp makes a folder that its owner alone can enter: right for hidden data, and kept by the rename.
    scratch = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        bank = _Bank(read, scratch, secret, drawn_as, progress)
        manifest = bank.manifest(chosen, variants)
        (scratch / MANIFEST).write_bytes(manifest.model_dump_json(indent=2).encode() + b"\n")
        scratch.replace(out)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return out


def bank_digest(bank: Path) -> str:
    """The SHA-256 of the bank's manifest, which names everything else by digest."""
    return hashlib.sha256((bank / MANIFEST).read_bytes()).hexdigest()


def pack_digest(pack: Path) -> str:
    """One SHA-256 over the names and contents of all files of a pack that an author writes."""
    whole = hashlib.sha256()
    for path in sorted(path for path in pack.rglob("*") if path.is_file()):
        place = path.relative_to(pack)
        if place.parts[0] != FOLDER and not any(part == "__pycache__" or part.startswith(".") for part in place.parts):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            whole.update(f"{place.as_posix()}\0{content}\n".encode())
    return whole.hexdigest()


def candidate_files(category: CategorySpec, form: Form, variant: Variant, *, counts: Counts = Counts.BEST) -> dict[str, bytes]:
    """What a candidate gets of `variant`, named one by one: build.py, references and hidden rows have no way in."""
    instructions = {
        f"instructions.{language}.md": statement(form.task, text, language, counts=counts).encode()
        for language, text in form.instructions.items()
    }
    starter = (form.folder / "starter.py").read_bytes()
    return {**variant.public, **instructions, "starter.py": starter, "task.json": task_json(category, form)}


def task_json(category: CategorySpec, form: Form) -> bytes:
    """`task.json`: what an offline check of a model needs to know of the task."""
    task = form.task
    content = {
        "category": category.id,
        "number": category.number,
        "form": task.id,
        "title": text_in(task.title, "en"),
        "contract": TypeAdapter(Contract).dump_python(task.contract, mode="json"),
    }
    return json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n"


def _chosen(pack: Pack, forms: Collection[str] | None) -> tuple[Form, ...]:
    if forms is None:
        return pack.forms
    unknown = sorted(set(forms) - {form.task.id for form in pack.forms})
    if unknown:
        raise UsageError(_("The pack has no form {forms}.").format(forms=", ".join(unknown)))
    return tuple(form for form in pack.forms if form.task.id in forms)


class _Bank:
    """A bank in the making, in `folder`."""

    def __init__(self, pack: Pack, folder: Path, secret: bytes, drawn_as: str | None, progress: Progress | None) -> None:
        self.pack, self.folder, self.secret, self.drawn_as, self.progress = pack, folder, secret, drawn_as, progress
        self.categories = {category.id: category for category in pack.exam.categories}
        (folder / "public").mkdir()
        (folder / "hidden").mkdir()

    def manifest(self, forms: tuple[Form, ...], variants: int) -> BankManifest:
        """Build everything, side by side. Raises `PackUnreadable` with the problems of every form."""
        calibrations = {form.task.id: form_calibration(self.pack, form) for form in forms}  # a damaged one is told at once
        builders = ThreadPoolExecutor(max_workers=os.cpu_count())
        try:
            running = [(form, [builders.submit(self._entry, form, k) for k in range(variants)]) for form in forms]
            wait([future for _form, futures in running for future in futures])
        finally:  # who is stopped waits for the builds that run, not for those that have not begun
            builders.shutdown(cancel_futures=True)
        failures = [failure for _form, futures in running if (failure := _first_failure(futures))]
        if failures:
            problems = tuple(problem for failure in failures for problem in failure.problems)
            raise PackUnreadable(_("The pack cannot be built."), problems=problems)
        entries = tuple(
            FormEntry(
                category=form.category,
                task=form.task,
                variants=tuple(future.result() for future in futures),
                calibration=calibrations[form.task.id],
            )
            for form, futures in running
        )
        return BankManifest(
            format=1,
            exam=self.pack.exam,
            pack_sha256=pack_digest(self.pack.folder),
            requirements=self.pack.requirements,
            forms=entries,
        )

    def _entry(self, form: Form, number: int) -> VariantEntry:
        variant = built_variant(self.pack, form, number, secret=self.secret, drawn_as=self.drawn_as)
        arrays = zip((*form.task.inputs_files, TARGETS), (*variant.hidden.inputs, variant.hidden.targets), strict=True)
        entry = VariantEntry(
            public=self._stored("public", self._files(form, variant)),
            hidden=self._stored("hidden", {name: _npy(array) for name, array in arrays}),
        )
        if self.progress:
            self.progress(form.task.id, number)
        return entry

    def _files(self, form: Form, variant: Variant) -> dict[str, bytes]:
        return candidate_files(self.categories[form.category], form, variant, counts=self.pack.exam.counts)

    def _stored(self, part: str, files: dict[str, bytes]) -> Blob:
        content = pack_zip(files)
        digest = hashlib.sha256(content).hexdigest()
        (self.folder / part / f"{digest}.zip").write_bytes(content)
        return Blob(sha256=digest, size=len(content))


def _first_failure(futures: Iterable[Future[VariantEntry]]) -> PackUnreadable | None:
    """The failure of the first variant that has one: other variants of the form mostly fail for the same reason."""
    for future in futures:
        error = future.exception()
        if isinstance(error, PackUnreadable):
            return error
        if error is not None:
            raise error
    return None


def _npy(array: NDArray[np.generic]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()
