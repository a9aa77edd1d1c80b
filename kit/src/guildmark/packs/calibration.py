"""What a calibration found of a form, and whether that is good enough for a live exam. Pure: no files, no clock.

A record is bound to three digests: of the data that `build.py` reads, of the build, and of the scoring. It says nothing of
the statements, so a better sentence never costs a calibration.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from guildmark.i18n import _
from guildmark.packs.model import SCORES_OF, Role
from guildmark.packs.roles import ROLE_TITLES
from guildmark.packs.spec import Spec
from guildmark.protocol import FormId, Score, Sha256
from guildmark.rules.scoring import Bands

VARIANTS_NEEDED = 10
FULL_SHARE_NEEDED = Fraction(95, 100)
SPREAD_ALLOWED = Fraction(3, 10)
CROSSED_AT_MOST = 1
"""The most that a model may earn on a variant with other labels."""
_LABELLED = 3


class Digests(Spec):
    """What a calibration is bound to."""

    data: Sha256
    build: Sha256
    scoring: Sha256


class Observation(Spec):
    """One model of a reference, trained and graded on one variant. `script` is the digest of the reference then.

    `training_s` is processor time without imports: what it takes on one processor that does nothing else.
    """

    solution: str
    script: Sha256
    role: Role
    variant: Annotated[int, Field(ge=0)]
    seed: Annotated[int, Field(ge=0)]
    score: Score | None
    metric: float | None
    reason: str | None = None
    training_s: Annotated[float, Field(ge=0)]


class Crossing(Spec):
    """What a full reference's model of one variant earns on another variant, whose classes are numbered otherwise or not."""

    solution: str
    trained_on: int
    graded_on: int
    score: Score | None
    metric: float | None = None
    has_same_labels: bool


_Scored = TypeVar("_Scored", Observation, Crossing)


class CalibrationRecord(Spec):
    """`calibration/FORM.json`. `versions` are those of the libraries that trained the models, all of them.

    The variants are those that the version `exam_version` of the exam draws, whatever its version is now. `measuring` is the
    digest of the scoring without its bands: while it stays, new bands only need the metrics again.
    """

    format: Literal[1]
    form: FormId
    exam_version: str
    digests: Digests
    measuring: Sha256
    classes: Annotated[int, Field(ge=0)]
    versions: dict[str, tuple[str, ...]]
    observations: tuple[Observation, ...] = ()
    crossings: tuple[Crossing, ...] = ()

    @property
    def variants(self) -> int:
        """How many variants were tried with every reference."""
        return len(self._complete)

    @property
    def _complete(self) -> set[int]:
        """The variants that every reference was tried on."""
        return set.intersection(*self.tried.values()) if self.observations else set()

    @property
    def tried(self) -> dict[str, set[int]]:
        """The variants that each reference was tried on."""
        found: dict[str, set[int]] = defaultdict(set)
        for one in self.observations:
            found[one.solution].add(one.variant)
        return dict(found)

    def of(self, role: Role) -> tuple[Observation, ...]:
        """The observations of references with `role`."""
        return tuple(one for one in self.observations if one.role is role)

    def with_bands(self, bands: Bands) -> "CalibrationRecord":
        """The same record as if its metrics had been held against `bands`. What was never graded stays without a score."""

        def scored(one: _Scored) -> _Scored:
            return one if one.metric is None else one.model_copy(update={"score": bands.score(one.metric)})

        return self.model_copy(
            update={
                "observations": tuple(scored(one) for one in self.observations),
                "crossings": tuple(scored(one) for one in self.crossings),
            }
        )

    @property
    def full_share(self) -> Fraction:
        """The share of full references that reached the full score; 0 if there are none."""
        return _share_within(self.of(Role.FULL), Role.FULL)

    @property
    def spread(self) -> Fraction:
        """The largest difference between the mean scores of two variants that every reference was tried on, over all seeds."""
        complete = self._complete
        scores: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for one in self.observations:
            if one.variant in complete:
                scores[one.variant][one.solution].append(one.score or 0)
        means = [_mean(_mean(of_one) for of_one in by_solution.values()) for by_solution in scores.values()]
        return max(means) - min(means) if means else Fraction()


class FormCalibration(Spec):
    """What a bank says of a form: the digests that it has, and the record that the author's pack held for it."""

    digests: Digests
    record: CalibrationRecord | None = None


def shortfalls(found: FormCalibration | None) -> tuple[str, ...]:
    """Every reason why a form is not ready for a live exam, as people read it; none if it is."""
    if found is None or found.record is None:
        return (_("it was never calibrated"),)
    return (*_changed(found.digests, found.record.digests), *record_shortfalls(found.record))


def record_shortfalls(record: CalibrationRecord) -> tuple[str, ...]:
    """What a record shows that a live exam must not have."""
    return tuple(_record_shortfalls(record))


def _changed(now: Digests, then: Digests) -> Iterator[str]:
    if now.data != then.data:
        yield _("the data changed after the calibration")
    if now.build != then.build:
        yield _("the build changed after the calibration")
    if now.scoring != then.scoring:
        yield _("the scoring changed after the calibration")


def _record_shortfalls(record: CalibrationRecord) -> Iterator[str]:
    if record.variants < VARIANTS_NEEDED:
        yield _("{found} variants were tried with every reference; {needed} are needed").format(
            found=record.variants, needed=VARIANTS_NEEDED
        )
    if not record.of(Role.FULL):
        yield _untried(Role.FULL)
    elif record.full_share < FULL_SHARE_NEEDED:
        yield _("full references reach {full} in {share:.0%} of the trials; {needed:.0%} are needed").format(
            full=max(SCORES_OF[Role.FULL]), share=float(record.full_share), needed=float(FULL_SHARE_NEEDED)
        )
    for role in (Role.PARTIAL, Role.BASELINE):
        yield from _outside(record, role)
    if record.spread > SPREAD_ALLOWED:
        yield _("the mean scores of two variants differ by {found:.2f}; {allowed:.1f} are allowed").format(
            found=float(record.spread), allowed=float(SPREAD_ALLOWED)
        )
    if record.classes >= _LABELLED:
        yield from _copied(record)


def _copied(record: CalibrationRecord) -> Iterator[str]:
    """What copied files earn where numbers mean other classes."""
    crossed = [one.score or 0 for one in record.crossings if not one.has_same_labels]
    if not crossed:
        yield _("no model was tried on a variant with other labels; let build.py draw which number means which class")
    elif max(crossed) > CROSSED_AT_MOST:
        yield _("a model of one variant earns {score} on another with other labels; {allowed} is allowed").format(
            score=max(crossed), allowed=CROSSED_AT_MOST
        )


def _untried(role: Role) -> str:
    return _("no reference with the role {role} was tried as it is now").format(role=_(ROLE_TITLES[role]))


def _outside(record: CalibrationRecord, role: Role) -> Iterator[str]:
    observed, expected = record.of(role), SCORES_OF[role]
    if not observed:
        yield _untried(role)
        return
    strange = sorted({-1 if one.score is None else one.score for one in observed} - set(expected))
    if strange:
        scores = ", ".join(_("none") if score < 0 else str(score) for score in strange)
        yield _("a reference with the role {role} got {scores}; it must get {lowest} to {highest}").format(
            role=_(ROLE_TITLES[role]), scores=scores, lowest=min(expected), highest=max(expected)
        )


def _share_within(observed: tuple[Observation, ...], role: Role) -> Fraction:
    held = sum(one.score in SCORES_OF[role] for one in observed)
    return Fraction(held, len(observed)) if observed else Fraction()


def _mean(values: Iterable[int | Fraction]) -> Fraction:
    every = list(values)
    return Fraction(sum(every), len(every))
