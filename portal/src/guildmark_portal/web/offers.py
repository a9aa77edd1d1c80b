"""What is open to whom: each program with the attempt that is under way at it."""

from dataclasses import dataclass
from datetime import datetime

from guildmark.protocol import AttemptSummary, ProgramView
from guildmark.rules.attempt import Phase
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import queries
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.policy import ProgramPolicy


@dataclass(frozen=True)
class Offer:
    """An open program with its settings. With an attempt under way, there is nothing to register for: one goes on with that."""

    program: ProgramView
    policy: ProgramPolicy
    under_way: AttemptSummary | None


def offers_to(attempts: tuple[AttemptSummary, ...]) -> tuple[Offer, ...]:
    """The open programs for a person with these `attempts`; a visitor has none."""
    under_way = {attempt.program: attempt for attempt in attempts if attempt.phase is not Phase.DECIDED}
    policies = {program.slug: program.policy for program in Program.objects.all()}
    return tuple(Offer(program, policies[program.slug], under_way.get(program.slug)) for program in queries.open_programs())


def attempts_of(user: object, *, now: datetime) -> tuple[AttemptSummary, ...]:
    """The attempts of whoever asks; none of somebody who is not signed in."""
    return queries.attempts_of(user=user, now=now) if isinstance(user, User) else ()
