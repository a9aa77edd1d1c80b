"""What is open to whom: each program with the attempt that is under way at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from guildmark.protocol import AttemptSummary, ProgramView
from guildmark.rules.attempt import Phase
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import queries
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.policy import ProgramPolicy
from guildmark_portal.exams.retakes import waits_that_run


@dataclass(frozen=True)
class Offer:
    """An open program with its settings. With an attempt under way, there is nothing to register for: one goes on with that.

    Nor is there before `again`, the end of the wait after a failure.
    """

    program: ProgramView
    policy: ProgramPolicy
    under_way: AttemptSummary | None
    again: datetime | None = None


def offers_to(attempts: tuple[AttemptSummary, ...], waits: Mapping[str, datetime] = MappingProxyType({})) -> tuple[Offer, ...]:
    """The open programs for a person with these `attempts`, and `waits` by program; a visitor has none."""
    under_way = {attempt.program: attempt for attempt in attempts if attempt.phase is not Phase.DECIDED}
    policies = {program.slug: program.policy for program in Program.objects.all()}
    return tuple(
        Offer(program, policies[program.slug], under_way.get(program.slug), waits.get(program.slug))
        for program in queries.open_programs()
    )


def attempts_of(user: object, *, now: datetime) -> tuple[AttemptSummary, ...]:
    """The attempts of whoever asks; none of somebody who is not signed in."""
    return queries.attempts_of(user=user, now=now) if isinstance(user, User) else ()


def waits_of(user: object, *, now: datetime) -> Mapping[str, datetime]:
    """Until when whoever asks has to wait, by program; nobody who is not signed in."""
    if not isinstance(user, User):
        return {}
    return {program.slug: again for program, again in waits_that_run(user=user, now=now)}
