"""A bench to try references on: a bank of fresh variants, training, and grading in the box, several at once."""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from guildmark.packs.bundle import iter_zip
from guildmark.packs.model import ReferenceSpec
from guildmark.packs.reader import Form, Pack
from guildmark.protocol import GradeReport
from guildmark_grader.authoring.build import Progress, build_bank
from guildmark_grader.authoring.training import trained
from guildmark_grader.banks import Bank, HiddenStore, open_bank
from guildmark_grader.grade import Grader
from guildmark_grader.pool import Pool
from guildmark_grader.sandbox import Box


@dataclass(frozen=True)
class Trial:
    """One reference, to be trained on one variant with one seed. Its model is graded there, and on the variants `crossed`."""

    form: Form
    variant: int
    reference: ReferenceSpec
    seed: int = 0
    crossed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Result:
    """How a trial ended: the report, those on the crossed variants, and the processor time that the training took."""

    trial: Trial
    report: GradeReport
    crossed: tuple[GradeReport, ...]
    training_s: float


@dataclass(frozen=True)
class Bench:
    """Trains and grades on the variants of `bank`, `jobs` at a time."""

    bank: Bank
    grader: Grader
    jobs: int

    def results(self, trials: Iterable[Trial]) -> Iterator[Result]:
        """Every result as it comes. Raises `PackUnreadable` for the first reference that leaves no model."""
        with ThreadPoolExecutor(max_workers=self.jobs) as workers:
            running = [workers.submit(self._result, trial) for trial in trials]
            try:
                for future in as_completed(running):
                    yield future.result()
            finally:
                workers.shutdown(wait=True, cancel_futures=True)

    def _result(self, trial: Trial) -> Result:
        entry = self.bank.form(trial.form.task.id)
        public = self.public(trial.form, trial.variant)
        threads = max(1, (os.cpu_count() or 1) // self.jobs)
        with trained(trial.form, trial.reference, public, seed=trial.seed, threads=threads) as made:
            reports = [self.grader.grade(self.bank, entry, variant, made.model) for variant in (trial.variant, *trial.crossed)]
        return Result(trial, reports[0], tuple(reports[1:]), made.cpu_seconds)

    def public(self, form: Form, variant: int) -> dict[str, bytes]:
        """The files that a candidate gets for `variant` of `form`, by path."""
        blob = self.bank.form(form.task.id).variants[variant].public
        archive = (self.bank.folder / "public" / f"{blob.sha256}.zip").read_bytes()
        return {path.as_posix(): content for path, content in iter_zip(archive)}


@contextmanager
def bench(  # noqa: PLR0913 - the choices that make a bench
    pack: Pack,
    forms: Collection[Form],
    *,
    secret: bytes,
    variants: int,
    jobs: int | None = None,
    drawn_as: str | None = None,
    progress: Progress | None = None,
) -> Iterator[Bench]:
    """A bench with `variants` variants of each of `forms`, drawn as in the version `drawn_as` of the exam, if not the present.

    `jobs` is the number of processors if not given.

    Raises `PackUnreadable` if a form cannot be built.
    """
    at_once = jobs or os.cpu_count() or 1
    folder = Path(tempfile.mkdtemp(prefix="guildmark-bench-"))
    try:
        chosen = {form.task.id for form in forms}
        built = build_bank(
            pack.folder,
            folder / "bank",
            variants=variants,
            secret=secret,
            forms=chosen,
            drawn_as=drawn_as,
            progress=progress,
        )
        scratch = folder / "hidden"
        scratch.mkdir()
        with Pool(Box(), threads=1) as pool:
            yield Bench(open_bank(built), Grader(pool, HiddenStore(scratch)), at_once)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
