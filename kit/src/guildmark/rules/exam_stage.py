"""The stages of an exam version (rule P2): who may sit it at each, and which step leads where.

    draft ──> proven ──> pilot ──> live ──> retired
      │         │ └────────│────────^  ^       │ │
      │         │ <────────┘           └───────┘ │      a pilot may be stopped; what was live may be brought back
      └─────────┴──────────────────────────────> ┘      what never went live is given up

A step is a fact with its instant; the stage is the one that was entered last. Attempts stay on the version that they began
with, whatever becomes of it.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final


class Stage(str, Enum):
    """How far an exam version has come."""

    DRAFT = "draft"
    PROVEN = "proven"
    PILOT = "pilot"
    LIVE = "live"
    RETIRED = "retired"


class Audience(str, Enum):
    """Who may open a new attempt at a version."""

    NOBODY = "nobody"
    INVITED = "invited"
    EVERYBODY = "everybody"


_STEPS: Final[Mapping[Stage, tuple[Stage, ...]]] = {
    Stage.DRAFT: (Stage.PROVEN, Stage.RETIRED),
    Stage.PROVEN: (Stage.PILOT, Stage.LIVE, Stage.RETIRED),
    Stage.PILOT: (Stage.LIVE, Stage.PROVEN, Stage.RETIRED),
    Stage.LIVE: (Stage.RETIRED,),
    Stage.RETIRED: (),
}
_AUDIENCES: Final[Mapping[Stage, Audience]] = {Stage.PILOT: Audience.INVITED, Stage.LIVE: Audience.EVERYBODY}


def steps_from(stage: Stage, *, was_live: bool = False) -> tuple[Stage, ...]:
    """The stages that may follow, the one that is meant to first. What was live once may be brought back."""
    return (Stage.LIVE,) if stage is Stage.RETIRED and was_live else _STEPS[stage]


def may_step(stage: Stage, to: Stage, *, was_live: bool = False) -> bool:
    """Whether `to` may follow on `stage`."""
    return to in steps_from(stage, was_live=was_live)


def audience(stage: Stage) -> Audience:
    """Who may open an attempt at a version of that stage."""
    return _AUDIENCES.get(stage, Audience.NOBODY)


def way_to_live(stage: Stage) -> tuple[Stage, ...]:
    """The steps that a version takes which is published at once, without a pilot; none where it is live, or was retired."""
    return {
        Stage.DRAFT: (Stage.PROVEN, Stage.LIVE),
        Stage.PROVEN: (Stage.LIVE,),
        Stage.PILOT: (Stage.LIVE,),
    }.get(stage, ())


def way_to_pilot(stage: Stage) -> tuple[Stage, ...]:
    """The steps to a pilot; none where it is there, or beyond."""
    return {Stage.DRAFT: (Stage.PROVEN, Stage.PILOT), Stage.PROVEN: (Stage.PILOT,)}.get(stage, ())
