"""What an attempt comes to: the decision by category and by skill, and its changes."""

from pydantic import AwareDatetime

from guildmark.protocol.submission import MetricView
from guildmark.protocol.wire import CategoryId, Reply, Score
from guildmark.rules.scoring import PassRule


class CategoryResult(Reply):
    """A category in the result: nothing submitted, or nothing graded, is zero points."""

    id: CategoryId
    number: int
    title: str
    weight: int
    score: Score
    points: float
    metric: MetricView | None
    submitted: bool


class SkillResult(Reply):
    """A skill of the checklist: the `points` reached, of the `points_possible` ones of the categories that ask for it."""

    id: str
    title: str
    points: float
    points_possible: int

    @property
    def hundredths(self) -> int:
        """The share that was reached, of 100; only the whole of it is 100."""
        return int(100 * self.points / self.points_possible + 1e-9) if self.points_possible else 0


class AreaResult(SkillResult):
    """An area of the checklist, with its skills that were asked for. A category counts once in it."""

    skills: tuple[SkillResult, ...]


class ScoreChange(Reply):
    """A category whose score a revision changed."""

    number: int
    title: str
    before: Score
    after: Score


class RevisionView(Reply):
    """A change of the result after the decision. `reason` is an examiner's; empty where a file was graded again and rose."""

    recorded_at: AwareDatetime
    reason: str
    passed_before: bool
    passed: bool
    points_before: float
    points: float
    changes: tuple[ScoreChange, ...]


class Result(Reply):
    """The decision, as its newest revision has it. `points` of `points_possible`; `certificate_url` once there is one.

    `practise` names skills of `skills`, where most points are missing first. `retake_from` is the first instant at which
    another attempt may be opened, while that lies ahead. Until `appeal_until` an appeal against the result is taken.
    """

    passed: bool
    points: float
    points_possible: int
    pass_rule: PassRule
    pass_mark: int
    decided_at: AwareDatetime
    categories: tuple[CategoryResult, ...]
    certificate: str | None
    certificate_url: str | None
    skills: tuple[AreaResult, ...] = ()
    practise: tuple[str, ...] = ()
    retake_from: AwareDatetime | None = None
    appeal_until: AwareDatetime | None = None
    revisions: tuple[RevisionView, ...] = ()
