"""What stands in `exam.toml`, `task.toml` and `reference.toml`, as frozen types."""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, model_validator

from guildmark.packs.metric import MetricSpec
from guildmark.packs.names import inputs_names
from guildmark.packs.spec import Number, Spec, Whole, YesOrNo
from guildmark.protocol import CategoryId, FormId, Score
from guildmark.rules.contract import Contract, ModelFormat, TensorContract
from guildmark.rules.counting import Counts
from guildmark.rules.feedback import Feedback
from guildmark.rules.reasons import REASONS
from guildmark.rules.scoring import MAX_SCORE, Bands, Direction, PassRule
from guildmark.rules.verdict import Verdict

if TYPE_CHECKING:
    from typing_extensions import Self  # in `typing` from Python 3.11 on

WEIGHTS_TOTAL = 100

Language = Annotated[str, Field(pattern=r"^[a-z]{2}(-[A-Z][a-z]{3})?$")]
Text = dict[Language, str]
"""A sentence in every language of the exam; English is always there."""

DataPath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$")]
"""A file or folder below `data/`, with forward slashes."""

SkillId = Annotated[str, Field(pattern=r"^[A-E][0-9]{1,2}$")]


def text_in(text: Text, language: str) -> str:
    """`text` in `language`, or in English where it is not translated."""
    return text.get(language, text["en"])


class CategorySpec(Spec):
    """A category of the exam: its title, published with its weight, tells no question."""

    id: CategoryId
    title: Text
    weight: Annotated[Whole, Field(gt=0, le=100)]

    @property
    def number(self) -> int:
        """The number in the id, from 1."""
        return int(self.id.removeprefix("category"))

    @property
    def folder(self) -> str:
        """The folder in the candidate's workspace, `Category1`."""
        return f"Category{self.number}"


class ExamSpec(Spec):
    """`exam.toml`: the exam as it is published. Weights are in points and sum to 100."""

    format: Literal[1]
    id: FormId
    version: Annotated[str, Field(pattern=r"^[0-9]{4}\.[0-9]{1,3}$")]
    title: Text
    level: str
    framework: str
    visibility: Literal["public", "private"]
    languages: tuple[Language, ...]
    duration_minutes: Annotated[Whole, Field(gt=0, le=30 * 24 * 60)]
    grace_minutes: Annotated[Whole, Field(ge=0, le=24 * 60)]
    pass_rule: PassRule
    pass_mark: Annotated[Whole, Field(gt=0, le=100)]
    validity_months: Annotated[Whole, Field(gt=0, le=50 * 12)]
    counts: Counts = Counts.BEST
    feedback: Feedback = Feedback.FULL
    categories: tuple[CategorySpec, ...]

    @model_validator(mode="after")
    def _is_consistent(self) -> "Self":
        numbers = [category.number for category in self.categories]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError("categories must be category1, category2, … in order")
        if (total := sum(category.weight for category in self.categories)) != WEIGHTS_TOTAL:
            raise ValueError(f"the weights of the categories must sum to {WEIGHTS_TOTAL}, not {total}")
        if "en" not in self.languages:
            raise ValueError('languages must include "en"')
        return self

    @property
    def weights(self) -> dict[str, int]:
        """Points by category."""
        return {category.id: category.weight for category in self.categories}


Dimensions = tuple[Annotated[Whole, Field(gt=0)], ...]


class OutputSpec(Spec):
    """The output: shape without the batch, element type, and what the numbers mean."""

    shape: Dimensions
    dtype: Literal["float32", "int32"] = "float32"
    meaning: Text

    @property
    def contract(self) -> TensorContract:
        """The part that is checked."""
        return TensorContract(shape=self.shape, dtype=self.dtype)


class InputSpec(Spec):
    """An input: shape without the batch, element type, and what it means. `name` tells several apart.

    Text has the dtype `string`: one text a row with shape `[]`, or `k` of them with `[k]`.
    """

    name: Annotated[str, Field(pattern=r"^([A-Za-z][A-Za-z0-9_]{0,63})?$")] = ""
    shape: Dimensions
    dtype: Literal["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "string"] = "float32"
    meaning: Text

    @model_validator(mode="after")
    def _has_rows_of_text(self) -> "Self":
        if self.dtype == "string" and len(self.shape) > 1:
            raise ValueError("an input of text has the shape [] or [k]")
        return self

    @property
    def contract(self) -> TensorContract:
        """The part that is checked."""
        return TensorContract(shape=self.shape, dtype=self.dtype, name=self.name)


def _listed(found: object) -> object:
    """One `[input]` as a list of one."""
    return found if isinstance(found, list | tuple) else [found]


def _told_apart(inputs: tuple[InputSpec, ...]) -> tuple[InputSpec, ...]:
    # Letter case does not count: it makes no difference between the files of a bank on every system.
    names = {entry.name.lower() for entry in inputs}
    if not inputs:
        raise ValueError("a task has at least one input")
    if len(inputs) > 1 and ("" in names or len(names) < len(inputs)):
        raise ValueError("several inputs need names, and no two the same")
    return inputs


class HintSpec(Spec):
    """A hint that a report shows when the score is at most `up_to`."""

    up_to: Annotated[Score, Field(strict=True)]
    text: Text


class LimitsSpec(Spec):
    """What a grading may use: seconds of wall clock, MiB of memory.

    `predict_ms` is there where speed counts: the milliseconds of processor time in which a model must predict 1,000 rows, on a
    processor as fast as the grader's yardstick says. Other tasks are not timed.
    """

    wall_s: Annotated[Whole, Field(gt=0, le=120)] = 30
    memory_mib: Annotated[Whole, Field(ge=512, le=16384)] = 3072
    predict_ms: Annotated[Whole, Field(gt=0, le=60_000)] | None = None


class TaskSpec(Spec):
    """`task.toml`: one form of a category. `bands` are the thresholds for scores 1 to 5; `tips` stand beside the upload.

    An author writes one `[input]`, or several `[[input]]`. A manifest has `inputs`, and those of older banks one `input`.
    `either` makes several inputs alternatives: a model has one of them. `data` names what `build.py` reads below `data/`.
    The size of a file is limited in MiB, or in KiB where it has to be small.
    """

    id: FormId
    title: Text
    skills: tuple[SkillId, ...]
    formats: Annotated[tuple[ModelFormat, ...], Field(min_length=1)] = (ModelFormat.KERAS, ModelFormat.H5)
    size_limit_mib: Annotated[Whole, Field(gt=0, le=500)] | None = None
    size_limit_kib: Annotated[Whole, Field(gt=0, lt=1024 * 500)] | None = None
    forbidden_layers: tuple[str, ...] = ()
    data: tuple[DataPath, ...] = ()
    either: YesOrNo = False
    inputs: Annotated[
        tuple[InputSpec, ...],
        Field(validation_alias=AliasChoices("input", "inputs")),
        BeforeValidator(_listed),
        AfterValidator(_told_apart),
    ]
    output: OutputSpec
    metric: MetricSpec
    thresholds: tuple[Number, ...]
    limits: LimitsSpec = LimitsSpec()
    tips: tuple[Text, ...] = ()
    hints: tuple[HintSpec, ...] = ()

    @model_validator(mode="after")
    def _has_sound_bands(self) -> "Self":
        _ = self.bands  # raises ValueError, which pydantic reports
        if any(threshold < 0 for threshold in self.thresholds):
            raise ValueError("thresholds must not be negative")
        if self.metric.direction is Direction.HIGHER and max(self.thresholds) > 1:
            raise ValueError(f"thresholds of {self.metric.name} are shares from 0 to 1: write 0.9 for 90 %")
        return self

    @model_validator(mode="after")
    def _has_an_output_for_its_metric(self) -> "Self":
        if (problem := self.metric.misfit(self.output.shape)) is not None:
            raise ValueError(problem)
        return self

    @model_validator(mode="after")
    def _has_one_size_limit(self) -> "Self":
        if (self.size_limit_mib is None) == (self.size_limit_kib is None):
            raise ValueError("a task says either size_limit_mib or size_limit_kib")
        return self

    @model_validator(mode="after")
    def _has_alternatives(self) -> "Self":
        if self.either and len(self.inputs) == 1:
            raise ValueError("either = true needs several [[input]] to choose from")
        return self

    @property
    def bands(self) -> Bands:
        """The cut points with their direction."""
        return Bands(thresholds=self.thresholds, direction=self.metric.direction)

    @property
    def size_limit(self) -> int:
        """The largest size of a file, in bytes."""
        return (self.size_limit_kib or 1024 * (self.size_limit_mib or 0)) * 1024

    @property
    def contract(self) -> Contract:
        """What a file is checked against before it is graded."""
        return Contract(
            formats=self.formats,
            size_limit=self.size_limit,
            inputs=tuple(entry.contract for entry in self.inputs),
            output=self.output.contract,
            forbidden_layers=self.forbidden_layers,
            either=self.either,
            predict_ms=self.limits.predict_ms,
        )

    @property
    def inputs_files(self) -> tuple[str, ...]:
        """The names of the hidden arrays that are fed, in the order of `inputs`."""
        return inputs_names(tuple(entry.name for entry in self.inputs))

    def hint_for(self, score: int, language: str) -> str | None:
        """The hint of the lowest `up_to` that still covers `score`."""
        fitting = sorted((hint for hint in self.hints if score <= hint.up_to), key=lambda hint: hint.up_to)
        return text_in(fitting[0].text, language) if fitting else None


class Role(str, Enum):
    """What a reference is there to show, and so what it must get."""

    FULL = "full"
    PARTIAL = "partial"
    BASELINE = "baseline"
    REFUSED = "refused"


SCORES_OF: Mapping[Role, range] = {
    Role.FULL: range(MAX_SCORE, MAX_SCORE + 1),
    Role.PARTIAL: range(2, MAX_SCORE),
    Role.BASELINE: range(3),
}
"""The scores that a reference of each role may get: a full solution, a mediocre try, a naive guess."""


class ReferenceSpec(Spec):
    """One entry of `reference.toml`: a solution, and what its model must get.

    `solution` is a Python file beside it that trains and saves a model. A `role` says what score it must reach; one with the
    role `refused` shows a mistake, and names the `reason` for which it must be refused.
    """

    solution: Annotated[str, Field(pattern=r"^[a-z0-9_]+\.py$")]
    role: Role
    reason: str | None = None

    @model_validator(mode="after")
    def _names_a_reason_when_refused(self) -> "Self":
        if (self.role is Role.REFUSED) == (self.reason is None):
            raise ValueError("a reference with the role refused names the reason, and only such a one")
        if self.reason is not None and (self.reason not in REASONS or REASONS[self.reason].verdict is Verdict.GRADED):
            raise ValueError(f"{self.reason} is not a reason for which a model is refused")
        return self


class ReferencesSpec(Spec):
    """`reference.toml`."""

    reference: tuple[ReferenceSpec, ...]
