"""The time left as a board has it: what the portal said last, counted on; how pressing that is."""

from pydantic import AwareDatetime

from guildmark.client import wording
from guildmark.client.facts import Facts
from guildmark.client.notices import Document, Level
from guildmark.rules.attempt import Phase

MINUTE_S = 60
CAUTION_S = 60 * MINUTE_S
URGENT_S = 15 * MINUTE_S


class Clock(Document):
    """The time left when the board was made, in seconds; None before anything is known. `stands_still`: none passes now.

    It runs until the portal says otherwise, also when nothing is left by this machine's clock: an outage of ours may have
    moved the deadline since it was heard.
    """

    time_left_s: float | None
    is_running: bool
    stands_still: bool
    deadline: AwareDatetime | None
    duration_s: int
    text: str
    level: Level


def clock_of(facts: Facts) -> Clock:
    """The clock of `facts`."""
    state = facts.state
    if state is None:
        return Clock(
            time_left_s=None, is_running=False, stands_still=False, deadline=None, duration_s=0, text="", level=Level.INFO
        )
    is_running, stands_still = state.phase is Phase.RUNNING, state.outage_since is not None
    left: float = state.duration_s + state.extra_s if state.started_at is None else state.time_left_s
    if is_running and not stands_still:
        left = max(0.0, left - facts.age_s)
    return Clock(
        time_left_s=left,
        is_running=is_running,
        stands_still=stands_still,
        deadline=state.deadline,
        duration_s=state.duration_s,
        text=wording.clock(left),
        level=_urgency(left) if is_running else Level.INFO,
    )


def _urgency(left_s: float) -> Level:
    return Level.URGENT if left_s < URGENT_S else Level.CAUTION if left_s < CAUTION_S else Level.INFO
