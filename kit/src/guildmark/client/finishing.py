"""Finishing an exam without leaving behind, unasked, what was handed in.

What waits is sent first. Then nothing may come into the outbox between the look at it and the portal's answer, so its lock is
held over both; and a file that any tool is copying into it at this moment is waited for.
"""

import time
from collections.abc import Callable
from typing import Final

from guildmark.client.drafts import Draft
from guildmark.client.elapsed import elapsed_s
from guildmark.client.outbox import Waiting
from guildmark.client.progress import WaitingProgress
from guildmark.client.sending import Emptied, Sender
from guildmark.client.still_here import not_taken, still_waiting
from guildmark.errors import AttemptClosed, SignInRequired
from guildmark.protocol import AttemptState

_COPYING_S: Final = 30.0
"""So long a file that is being copied is waited for."""
_LOOK_S: Final = 0.1
_SAID_ELSEWHERE: Final = (AttemptClosed().code, "superseded")
"""Refusals that stop no finish: the portal says the first again, and the second is of a file that would not count."""


def finish(
    sender: Sender,
    end: Callable[[], AttemptState],
    *,
    leave_waiting: bool,
    progress: WaitingProgress,
    held_up: Callable[[], object],
) -> AttemptState:
    """Send what waits, then `end` the exam while nothing is handed in.

    Unless `leave_waiting`, raises `StillWaiting` where files wait that could not be sent, are being copied for long, or were
    refused just now.
    """
    while True:
        known = {one.ticket for one in sender.outbox.waiting()}
        emptied = sender.send_waiting(progress, patient=True, held_up=held_up)
        if isinstance(emptied.stopped_by, SignInRequired):
            raise emptied.stopped_by
        if leave_waiting:
            return end()
        if unseen := sender.outbox.unreadable():
            raise unseen
        require_taken(emptied)
        with sender.outbox.alone():
            left, drafts = sender.outbox.waiting(), sender.outbox.drafts()
            if not left and not drafts:
                return end()
        is_stuck = any(one.ticket in known for one in left)
        if is_stuck or (drafts and not _are_copied(sender, drafts, held_up)):
            raise still_waiting(left, sender.outbox.drafts(), emptied.stopped_by)


def require_taken(emptied: Emptied) -> None:
    """Raise `StillWaiting` where something was refused just now that nobody has been told of."""
    if refused := tuple(one for one in emptied.refused if _is_news(one)):
        raise not_taken(refused)


def _is_news(item: Waiting) -> bool:
    return item.refused is not None and item.refused.code not in _SAID_ELSEWHERE


def _are_copied(sender: Sender, drafts: tuple[Draft, ...], held_up: Callable[[], object]) -> bool:
    """Wait until `drafts` are in the outbox, or given up; False where that takes too long."""
    held_up()
    until, paths = elapsed_s() + _COPYING_S, {one.path for one in drafts}
    while paths & {one.path for one in sender.outbox.drafts()}:
        if elapsed_s() > until:
            return False
        time.sleep(_LOOK_S)
    return True
