"""Calibrates forms: references trained and graded on many variants, with a record in the pack that grows as results come.

The record of a form is written after every result, so a calibration that was stopped goes on where it was. Observations are
dropped when what they are bound to has changed: data, build or scoring, or the reference itself.
"""

import importlib.metadata
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from guildmark.errors import PackUnreadable
from guildmark.i18n import _
from guildmark.packs.calibration import CalibrationRecord, Crossing, Observation
from guildmark.packs.model import Role
from guildmark.packs.reader import Form, Pack
from guildmark_grader.authoring.bench import Result, Trial, bench
from guildmark_grader.authoring.records import only_writer, read_record, write_record
from guildmark_grader.authoring.standing import scripts_of, still_true

_LIBRARIES = ("tensorflow-cpu", "tensorflow", "keras", "numpy")
_CALIBRATED = (Role.FULL, Role.PARTIAL, Role.BASELINE)

Told = Callable[[Result], None]
"""Told each result as it comes."""

Labels = Mapping[str, bytes]


def calibration_secret(pack: Pack) -> bytes:
    """What the variants of a calibration are drawn from: known to everybody, so never what those of an exam are drawn from."""
    return f"calibration of {pack.exam.id}".encode().ljust(32, b".")


@dataclass(frozen=True)
class Plan:
    """What a calibration still has to do for one form: `record` is what is known already, `trials` what is missing."""

    form: Form
    variants: int
    seeds: int
    record: CalibrationRecord
    trials: tuple[Trial, ...]

    @property
    def total(self) -> int:
        """How many trials there are, with those that are known already."""
        return self.variants * self.seeds * sum(reference.role in _CALIBRATED for reference in self.form.references)


def plan(pack: Pack, form: Form, *, variants: int, seeds: int) -> Plan:
    """Keep of the record what still holds, and list what is missing to `variants` variants with `seeds` trainings each."""
    record = still_true(pack, form, read_record(pack, form))
    known = {(one.solution, one.variant, one.seed) for one in record.observations}
    trials = [
        Trial(form, variant, reference, seed, crossed=_crossed(reference.role, variant, seed, variants))
        for seed in range(seeds)
        for variant in range(variants)
        for reference in form.references
        if reference.role in _CALIBRATED and (reference.solution, variant, seed) not in known
    ]
    return Plan(form, variants, seeds, record, tuple(trials))


def calibrate(pack: Pack, plans: Iterable[Plan], *, jobs: int | None, told: Told) -> None:
    """Run what the plans list and write each record as it grows.

    Raises `PackUnreadable` if a form cannot be built, a reference leaves no model, or files change meanwhile.
    """
    for one in plans:
        if one.trials or read_record(pack, one.form) != one.record:
            with only_writer(pack, one.form):
                # Somebody else may have written the record since the plan was made, and nothing of theirs may be lost.
                current = plan(pack, one.form, variants=one.variants, seeds=one.seeds)
                _calibrate(pack, current, jobs=jobs, told=told)


def _calibrate(pack: Pack, one: Plan, *, jobs: int | None, told: Told) -> None:
    record = one.record
    write_record(pack, one.form, _sorted(record))
    if not one.trials:
        return
    secret, version = calibration_secret(pack), record.exam_version
    record = record.model_copy(update={"versions": _with_present(record.versions)})
    scripts = scripts_of(pack, one.form)
    with bench(pack, [one.form], secret=secret, variants=one.variants, jobs=jobs, drawn_as=version) as made:
        built = made.bank.form(one.form.task.id).calibration
        if built is None or built.digests != record.digests:
            raise _changed(one.form)
        labels = [_labels(made.public(one.form, variant)) for variant in range(one.variants)]
        for result in made.results(one.trials):
            if scripts_of(pack, one.form) != scripts:
                raise _changed(one.form)
            observations = (*record.observations, _observation(result, scripts))
            crossings = (*record.crossings, *_crossings(result, labels, record.classes))
            record = record.model_copy(update={"observations": observations, "crossings": crossings})
            write_record(pack, one.form, _sorted(record))
            told(result)


def _changed(form: Form) -> PackUnreadable:
    return PackUnreadable(
        _("Files of {form} changed while it was being calibrated, so what was trained last is of no use.").format(
            form=form.task.id
        ),
        next_step=_("Run the same command again: it keeps what still holds."),
    )


def _crossed(role: Role, variant: int, seed: int, variants: int) -> tuple[int, ...]:
    """Full references are tried on the next variant too, to see what a copied file earns there."""
    return ((variant + 1) % variants,) if role is Role.FULL and seed == 0 and variants > 1 else ()


def _observation(result: Result, scripts: Mapping[str, str]) -> Observation:
    trial, report = result.trial, result.report
    return Observation(
        solution=trial.reference.solution,
        script=scripts[trial.reference.solution],
        role=trial.reference.role,
        variant=trial.variant,
        seed=trial.seed,
        score=report.score,
        metric=report.metric.value if report.metric else None,
        reason=report.reason,
        training_s=round(result.training_s, 1),
    )


def _crossings(result: Result, labels: list[Labels], classes: int) -> Iterator[Crossing]:
    trial = result.trial
    for variant, report in zip(trial.crossed, result.crossed, strict=True):
        yield Crossing(
            solution=trial.reference.solution,
            trained_on=trial.variant,
            graded_on=variant,
            score=report.score,
            metric=report.metric.value if report.metric else None,
            has_same_labels=have_same_labels(labels[trial.variant], labels[variant], classes),
        )


def have_same_labels(one: Labels, other: Labels, classes: int) -> bool:
    """Whether numbers mean the same classes in two variants. Where no file names the classes, every variant has its own."""
    return not classes or (one == other != {})


def _labels(public: Mapping[str, bytes]) -> Labels:
    """What numbers the classes of a variant: `classes.txt`, `classes.json` and their like."""
    return {name: content for name, content in public.items() if PurePosixPath(name).stem == "classes"}


def _with_present(versions: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The versions that trained so far, and those that train now."""
    installed = {one.metadata["Name"].lower().replace("_", "-") for one in importlib.metadata.distributions()}
    present = {name: importlib.metadata.version(name) for name in _LIBRARIES if name in installed}
    present["python"] = platform.python_version()
    return {name: tuple(sorted({*versions.get(name, ()), version})) for name, version in sorted(present.items())}


def _sorted(record: CalibrationRecord) -> CalibrationRecord:
    """The record in an order that does not depend on what ended first, so that two versions of it compare well."""
    return record.model_copy(
        update={
            "observations": tuple(sorted(record.observations, key=lambda one: (one.role, one.solution, one.seed, one.variant))),
            "crossings": tuple(sorted(record.crossings, key=lambda one: (one.solution, one.trained_on, one.graded_on))),
        }
    )


def median_training_s(record: CalibrationRecord, role: Role) -> float | None:
    """The median seconds that references with `role` trained; None if none did."""
    seconds = [one.training_s for one in record.of(role)]
    return round(float(np.median(seconds)), 1) if seconds else None
