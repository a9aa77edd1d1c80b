"""What speaks against opening an attempt, or against beginning it, that this application cannot know.

Others say it, each by a registered function.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from guildmark.errors import Refused
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Attempt, Program

Condition = Callable[[User, Program, datetime], Refused | None]
BeginningCondition = Callable[[Attempt, datetime], Refused | None]
_conditions: Final[dict[str, Condition]] = {}
_of_beginning: Final[dict[str, BeginningCondition]] = {}


def condition(found: Condition) -> Condition:
    """Register the decorated function: what it answers keeps that person from opening an attempt at the program."""
    _conditions[f"{found.__module__}.{found.__qualname__}"] = found
    return found


def refusal_of(*, user: User, program: Program, now: datetime) -> Refused | None:
    """The first thing that speaks against it; None where nothing does."""
    found = (speaks_against(user, program, now) for speaks_against in _conditions.values())
    return next((refusal for refusal in found if refusal is not None), None)


def require_conditions(*, user: User, program: Program, now: datetime) -> None:
    """Raise the first thing that speaks against it."""
    refusal = refusal_of(user=user, program=program, now=now)
    if refusal is not None:
        raise refusal


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
