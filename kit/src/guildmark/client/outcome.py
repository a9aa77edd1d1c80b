"""The end of an exam: its result, once the last submissions are graded, and the certificate that a pass earns."""

import time
from collections.abc import Callable
from typing import Final

from guildmark.errors import NotStarted, Refused, ResultPending
from guildmark.i18n import _
from guildmark.protocol import AttemptState
from guildmark.rules.attempt import Phase

_POLL_S: Final = 1.0
_CERTIFICATE_S: Final = 10.0


def waited_for(ask: Callable[[], AttemptState], *, sleep: Callable[[float], None], wait_s: float) -> AttemptState:
    """The attempt with its `result`, from `ask`, which is asked again for up to `wait_s` seconds.

    A pass stands a moment before its certificate is written. Whoever waits gets both, but not for that waits long.
    Raises `ResultPending` while submissions are graded, `Refused` while the exam runs, `NotStarted` before.
    """

    def until(is_there: Callable[[AttemptState], bool], state: AttemptState, wait_s: float) -> AttemptState:
        end = time.monotonic() + wait_s
        while not is_there(state) and time.monotonic() < end:
            sleep(_POLL_S)
            state = ask()
        return state

    state = until(_is_graded, ask(), wait_s)
    if not _is_graded(state):
        raise ResultPending
    if state.phase is Phase.RUNNING:
        raise Refused(
            _("The exam still runs; its result comes when it ends."),
            next_step=_("Run: guildmark status; it tells the time left."),
            code="still_running",
        )
    if state.result is None:
        raise NotStarted
    return until(_is_whole, state, min(wait_s, _CERTIFICATE_S))


def _is_graded(state: AttemptState) -> bool:
    return not state.phase.is_over or state.result is not None


def _is_whole(state: AttemptState) -> bool:
    """Whether the certificate is there, or none is to come."""
    earned = state.kind.certifies and state.result is not None and state.result.passed
    return not earned or (state.result is not None and state.result.certificate is not None)
