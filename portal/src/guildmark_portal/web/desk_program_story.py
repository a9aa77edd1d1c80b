"""What happened to an exam version and to the settings of a program, in words and in order."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from django.utils.translation import gettext as _

from guildmark.rules.exam_stage import Stage
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import ExamStage, ExamVersion, PolicyVersion, Program
from guildmark_portal.exams.policies import differences
from guildmark_portal.exams.policy_names import in_words
from guildmark_portal.exams.stages import name_of
from guildmark_portal.web.wording import Saying

_TONES: Final = {
    Stage.DRAFT: "plain",
    Stage.PROVEN: "waiting",
    Stage.PILOT: "waiting",
    Stage.LIVE: "good",
    Stage.RETIRED: "caution",
}


@dataclass(frozen=True)
class Entered:
    """A stage that was entered: when, by whom, why, and what an owner overrode."""

    at: datetime
    saying: Saying
    who: str
    why: str
    overridden: tuple[str, ...]


@dataclass(frozen=True)
class Settled:
    """A version of a policy, with what it changed."""

    version: PolicyVersion
    who: str
    changes: tuple[str, ...]


def saying_of(stage: Stage) -> Saying:
    """A stage in a word, with the tone of its icon."""
    return Saying(name_of(stage), _TONES[stage])


def course_of(version: ExamVersion) -> list[Entered]:
    """Every stage of a version, the first on top."""
    rows = list(version.stages.select_related("successor"))
    names = _names(row.actor for row in rows)
    return [Entered(row.entered_at, saying_of(row.value), names[row.actor], _why(row), tuple(row.overridden)) for row in rows]


def _why(row: ExamStage) -> str:
    if row.successor is not None:
        return _("Version {version} went live in its place.").format(version=row.successor.version)
    return row.reason


def settled_in(program: Program) -> list[Settled]:
    """Every version of the program's policy, the newest on top."""
    rows = list(program.policy_versions.select_related("program"))
    names = _names(row.settled_by for row in rows)
    return [Settled(row, names[row.settled_by], changes) for row, changes in _changes(rows)]


def _changes(rows: list[PolicyVersion]) -> Iterator[tuple[PolicyVersion, tuple[str, ...]]]:
    for row, before in pairwise([*rows, None]):
        if row is not None:
            changed = () if before is None else differences(before.policy, row.policy)
            yield row, tuple(map(in_words, changed))


def _names(actors: Iterable[str]) -> Mapping[str, str]:
    """Who that was, by what a row says; a command by its name."""
    found = set(actors)
    numbers = [int(actor.removeprefix("user:")) for actor in found if actor.startswith("user:")]
    people = {f"user:{user.pk}": user.get_full_name() for user in User.objects.filter(pk__in=numbers)}
    others = {"update": _("an update of the portal"), "system": _("the portal itself")}
    gone = _("an account that was deleted")
    return {actor: people.get(actor, gone) if actor.startswith("user:") else others.get(actor, actor) for actor in found}
