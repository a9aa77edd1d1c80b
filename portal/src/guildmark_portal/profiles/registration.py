"""Which steps of registration somebody has still to take.

Name, residence and terms are known here. Applications above answer for their own steps, once, when they are ready:

    registration.register(Step.IDENTITY, lambda user, program: identity.is_approved(user))

A step that a program asks for and nobody answers for stays open: no exam is opened because something was left out.
"""

from collections.abc import Callable
from datetime import datetime

from guildmark.rules import registration as rules
from guildmark.rules.registration import RegistrationPolicy, Step
from guildmark_portal.accounts.models import User
from guildmark_portal.profiles import queries

Answer = Callable[[User, str], bool]
"""Whether somebody has taken a step, for the program of that name; an empty name is none in particular."""

_answers: dict[Step, Answer] = {}


def register(step: Step, answer: Answer) -> None:
    """Ask `answer` about `step` from now on."""
    _answers[step] = answer


def steps_missing(
    *, user: User, policy: RegistrationPolicy, now: datetime, program: str = "", sitting: bool = False
) -> tuple[Step, ...]:
    """The steps that `policy` asks for and that somebody has not taken, in order; none while they are sitting an exam."""
    done = frozenset(step for step in policy.steps if _is_done(step, user, program, now))
    return rules.steps_missing(policy, done=done, sitting=sitting)


def profile_is_complete(user: User) -> bool:
    """Whether name, residence and the statement of being a person are all there."""
    return bool(queries.legal_name(user) and queries.residence(user) and queries.person_statement(user))


def is_eligible(user: User) -> bool:
    """Whether a residence is known, and lies in no embargoed place."""
    return queries.residence(user) is not None and not queries.residence_refusals(user)


def _is_done(step: Step, user: User, program: str, now: datetime) -> bool:
    if step is Step.PROFILE:
        return profile_is_complete(user)
    if step is Step.ELIGIBILITY:
        return is_eligible(user)
    if step is Step.TERMS:
        return not queries.terms_to_accept(user, now=now)
    return step in _answers and _answers[step](user, program)
