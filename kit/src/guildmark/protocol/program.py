"""Programs, as they are offered."""

from enum import Enum
from typing import Final

from guildmark.protocol.wire import CategoryId, Reply
from guildmark.rules.scoring import PassRule

REHEARSAL_PROGRAM: Final = "practice-rehearsal"
"""The program of the practice exam that every portal has; it stands in no list."""


class ExamKind(str, Enum):
    """What an exam version is for. A demo certificate says DEMONSTRATION; a mock issues none.

    A rehearsal tries the way of a submission before a real attempt's clock runs: nothing of it is kept as a result.
    """

    DEMO = "demo"
    MOCK = "mock"
    LIVE = "live"
    REHEARSAL = "rehearsal"

    @property
    def certifies(self) -> bool:
        """Whether a pass earns a certificate, be it one of a demonstration."""
        return self in (ExamKind.DEMO, ExamKind.LIVE)


class CategoryHeading(Reply):
    """A category as it is published: no question can be guessed from it. `number` counts from 1."""

    id: CategoryId
    number: int
    title: str
    weight: int


class ProgramView(Reply):
    """A program that can be sat. `exam_version` is the version that a new attempt would get.

    `requirements` are the packages that this version was proven with, as pip reads them.
    """

    slug: str
    title: str
    level: str
    framework: str
    kind: ExamKind
    exam_version: str
    duration_s: int
    categories: tuple[CategoryHeading, ...]
    pass_rule: PassRule
    pass_mark: int
    requirements: str = ""
