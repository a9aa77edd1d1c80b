"""Proves a pack: every reference is trained on a fresh variant, graded in the box, and must get what its author says.

A solution runs as a candidate would run it, in a process of its own, with the public files in the folder that
`GUILDMARK_CATEGORY_DIR` names; the model that it leaves there is graded like any other.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from guildmark.errors import PackUnreadable
from guildmark.i18n import _
from guildmark.packs.bundle import iter_zip
from guildmark.packs.model import ReferenceSpec
from guildmark.packs.names import model_names
from guildmark.packs.reader import Form, Pack
from guildmark.protocol import GradeReport
from guildmark.rules.contract import ModelFormat
from guildmark.rules.verdict import Verdict
from guildmark_grader.authoring.build import build_bank
from guildmark_grader.banks import Bank, HiddenStore, open_bank
from guildmark_grader.grade import Grader
from guildmark_grader.pool import Pool
from guildmark_grader.sandbox import Box

TRAINING_LIMIT_S = 1200


@dataclass(frozen=True)
class Proof:
    """What one reference should get, and what it got."""

    form: str
    variant: int
    reference: ReferenceSpec
    report: GradeReport

    @property
    def holds(self) -> bool:
        """Whether the grading ended as the author says."""
        expected, report = self.reference, self.report
        if report.verdict is not expected.verdict:
            return False
        if report.verdict is Verdict.GRADED:
            return report.score is not None and expected.score_at_least <= report.score <= expected.score_at_most
        return report.reason == expected.reason


def proofs(pack: Pack, forms: tuple[Form, ...], *, secret: bytes, variants: int = 1) -> Iterator[Proof]:
    """Train and grade every reference of `forms` on `variants` variants each, one after the other.

    Raises `PackUnreadable` if a form cannot be built or a reference leaves no model.
    """
    with tempfile.TemporaryDirectory(prefix="guildmark-prove-") as folder:
        chosen = {form.task.id for form in forms}
        bank = open_bank(build_bank(pack.folder, Path(folder, "bank"), variants=variants, secret=secret, forms=chosen))
        scratch = Path(folder, "scratch")
        scratch.mkdir()
        with Pool(Box(), threads=min(2, os.cpu_count() or 1)) as pool:
            grader = Grader(pool, HiddenStore(scratch))
            for form, variant, reference in _all(forms, variants):
                model = trained_model(form, reference, bank, variant, Path(folder, "work"))
                report = grader.grade(bank, bank.form(form.task.id), variant, model)
                yield Proof(form.task.id, variant, reference, report)


def _all(forms: tuple[Form, ...], variants: int) -> Iterator[tuple[Form, int, ReferenceSpec]]:
    for form in forms:
        for variant in range(variants):
            for reference in form.references:
                yield form, variant, reference


def trained_model(form: Form, reference: ReferenceSpec, bank: Bank, variant: int, work: Path) -> Path:
    """The model that `reference` leaves in a fresh folder below `work` with the public files of `variant`."""
    folder = work / form.task.id / str(variant) / reference.solution.removesuffix(".py")
    archive = bank.form(form.task.id).variants[variant].public
    for path, content in iter_zip((bank.folder / "public" / f"{archive.sha256}.zip").read_bytes()):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    script = form.folder / "reference" / reference.solution
    environment = {**os.environ, "GUILDMARK_CATEGORY_DIR": str(folder), "TF_CPP_MIN_LOG_LEVEL": "2"}
    command = [sys.executable, "-B", str(script.resolve())]
    try:
        done = subprocess.run(
            command, env=environment, cwd=folder, timeout=TRAINING_LIMIT_S, capture_output=True, text=True, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _no_model(form, reference, _("it trained for more than {limit} s").format(limit=TRAINING_LIMIT_S)) from error
    # A reference may show that a format is refused, so all are looked for; those that the task takes come first.
    names = dict.fromkeys(model_names((*form.task.formats, *ModelFormat)))
    models = [folder / name for name in names if (folder / name).is_file()]
    if done.returncode != 0 or not models:
        last = done.stderr.strip().rsplit("\n", 1)[-1]
        raise _no_model(form, reference, last or _("it ended with status {status}").format(status=done.returncode))
    return models[0]


def _no_model(form: Form, reference: ReferenceSpec, reason: str) -> PackUnreadable:
    message = _("The reference {solution} of {form} left no model: {reason}.")
    return PackUnreadable(
        message.format(solution=reference.solution, form=form.task.id, reason=reason),
        next_step=_("Run it yourself with GUILDMARK_CATEGORY_DIR naming a folder of public files."),
    )
