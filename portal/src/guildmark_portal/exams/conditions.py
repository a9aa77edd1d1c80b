"""What speaks against getting a right to sit, opening an attempt, or beginning it, that this application cannot know.

Others say it, each by a registered function. Who holds a right already may open an attempt where nobody gets a right any more.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from guildmark.errors import Refused
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Attempt, Program

Condition = Callable[[User, Program, datetime], Refused | None]
BeginningCondition = Callable[[Attempt, datetime], Refused | None]
_of_getting: Final[dict[str, Condition]] = {}
_of_opening: Final[dict[str, Condition]] = {}
_of_beginning: Final[dict[str, BeginningCondition]] = {}


def condition(found: Condition) -> Condition:
    """Register the decorated function: its answer keeps that person from a right to sit the program, and from an attempt."""
    return condition_of_getting(condition_of_opening(found))


def condition_of_getting(found: Condition) -> Condition:
    """Register the decorated function: its answer keeps that person from buying, redeeming or accepting a right to sit."""
    _of_getting[f"{found.__module__}.{found.__qualname__}"] = found
    return found


def condition_of_opening(found: Condition) -> Condition:
    """Register the decorated function: its answer keeps that person from opening an attempt at the program."""
    _of_opening[f"{found.__module__}.{found.__qualname__}"] = found
    return found


def refusal_of(*, user: User, program: Program, now: datetime) -> Refused | None:
    """The first thing that speaks against opening an attempt; None where nothing does."""
    return _first(_of_opening, user, program, now)


def require_to_open(*, user: User, program: Program, now: datetime) -> None:
    """Raise the first thing that speaks against opening an attempt."""
    refusal = refusal_of(user=user, program=program, now=now)
    if refusal is not None:
        raise refusal


def require_conditions(*, user: User, program: Program, now: datetime) -> None:
    """Raise the first thing that speaks against getting a right to sit: buying, redeeming or accepting it."""
    refusal = _first(_of_getting, user, program, now)
    if refusal is not None:
        raise refusal


def _first(asked: dict[str, Condition], user: User, program: Program, now: datetime) -> Refused | None:
    found = (speaks_against(user, program, now) for speaks_against in asked.values())
    return next((refusal for refusal in found if refusal is not None), None)


def condition_of_beginning(found: BeginningCondition) -> BeginningCondition:
    """Register the decorated function: what it answers keeps the clock of that attempt from being started."""
    _of_beginning[f"{found.__module__}.{found.__qualname__}"] = found
    return found


def require_to_start(attempt: Attempt, *, now: datetime) -> None:
    """Raise the first thing that speaks against starting the clock; of one that runs, nothing ever does."""
    if attempt.started_at is not None:
        return
    for speaks_against in _of_beginning.values():
        if (refusal := speaks_against(attempt, now)) is not None:
            raise refusal
