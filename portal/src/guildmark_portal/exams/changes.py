"""Who wants to know that an attempt or a program changed: the layers above listen, so that nothing here has to know them."""

from uuid import UUID

from django.db import transaction
from django.dispatch import Signal

changed = Signal()
"""Sent after the commit, with `attempt_id`."""

program_changed = Signal()
"""Sent within the transaction, with `program` and `now`: what follows from it is written with it, or not at all."""

granted = Signal()
"""Sent within the transaction, with `right`, whenever somebody's account gets a right to sit; `now` too."""

credited = Signal()
"""Sent within the transaction, with `credit`: the letter to its candidate is written with it, or not at all."""


def announce(attempt_id: UUID) -> None:
    """Tell the listeners that this attempt changed, once the transaction under way is committed."""
    transaction.on_commit(lambda: _send(attempt_id))


def _send(attempt_id: UUID) -> None:
    changed.send_robust(sender=None, attempt_id=attempt_id)
