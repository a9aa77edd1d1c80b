"""Which steps lead to an exam, and which of them are still open (rule G1). Each step can be switched off by a program."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Step(str, Enum):
    """A step of registration, in the order in which they are asked."""

    PROFILE = "profile"
    ELIGIBILITY = "eligibility"
    TERMS = "terms"
    IDENTITY = "identity"
    HANDBOOK = "handbook"


@dataclass(frozen=True)
class RegistrationPolicy:
    """What a program asks for before its exam may be taken: everything, unless it says otherwise."""

    profile: bool = True
    """Legal name, residence, and that the candidate is a natural person."""
    eligibility: bool = True
    """A residence outside of every embargoed place."""
    terms: bool = True
    """The newest terms and privacy notice, accepted."""
    identity: bool = True
    """Papers that a reviewer, or a provider, has found good."""
    handbook: bool = True
    """The newest candidate handbook, acknowledged."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is asked, in order."""
        return tuple(step for step in Step if getattr(self, step.value))


def together(policies: Iterable[RegistrationPolicy]) -> RegistrationPolicy:
    """What several programs ask for, put together: a step that one of them asks for is asked."""
    asked = {step for policy in policies for step in policy.steps}
    return RegistrationPolicy(**{step.value: step in asked for step in Step})


def steps_missing(policy: RegistrationPolicy, *, done: frozenset[Step], sitting: bool = False) -> tuple[Step, ...]:
    """The steps that are asked and not `done`, in order.

    Nothing is asked of who is `sitting`, the clock running: terms that change in mid-attempt are put before the next one.
    """
    return () if sitting else tuple(step for step in policy.steps if step not in done)
