"""Proves a pack: every reference is trained on fresh variants, graded in the box, and must get what its role says."""

from collections.abc import Iterator
from dataclasses import dataclass

from guildmark.packs.model import SCORES_OF, ReferenceSpec, Role
from guildmark.packs.reader import Form, Pack
from guildmark.protocol import GradeReport
from guildmark.rules.verdict import Verdict
from guildmark_grader.authoring.bench import Trial, bench

Place = tuple[str, int, ReferenceSpec]


@dataclass(frozen=True)
class Proof:
    """What one reference should get, and what it got."""

    form: str
    variant: int
    reference: ReferenceSpec
    report: GradeReport
    training_s: float

    @property
    def place(self) -> Place:
        """Which of the trials this is the proof of."""
        return self.form, self.variant, self.reference

    @property
    def holds(self) -> bool:
        """Whether the grading ended as the role of the reference says."""
        return is_as_expected(self.reference, self.report)


def is_as_expected(reference: ReferenceSpec, report: GradeReport) -> bool:
    """Whether `report` is what a model of `reference` must get."""
    if reference.role is Role.REFUSED:
        return report.reason == reference.reason
    return report.verdict is Verdict.GRADED and report.score in SCORES_OF[reference.role]


def trials_of(forms: tuple[Form, ...], *, variants: int) -> list[Trial]:
    """Every reference of `forms` on each of `variants` variants."""
    return [Trial(form, variant, reference) for form in forms for variant in range(variants) for reference in form.references]


def place_of(trial: Trial) -> Place:
    """What a proof of `trial` has as its place."""
    return trial.form.task.id, trial.variant, trial.reference


def proofs(pack: Pack, forms: tuple[Form, ...], *, secret: bytes, variants: int = 1) -> Iterator[Proof]:
    """Train and grade every reference of `forms` on `variants` variants each; a proof comes when it is ready.

    Raises `PackUnreadable` if a form cannot be built or a reference leaves no model.
    """
    with bench(pack, forms, secret=secret, variants=variants) as made:
        for result in made.results(trials_of(forms, variants=variants)):
            trial = result.trial
            yield Proof(trial.form.task.id, trial.variant, trial.reference, result.report, result.training_s)
