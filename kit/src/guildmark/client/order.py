"""Which of the files that wait goes first.

In a category they go as they were handed in. Only where the older ones may take all the time that is left does the newest go
first: a file counts if its upload is opened before the deadline, and in a category one upload is open at a time.
"""

from collections.abc import Collection, Iterable
from itertools import takewhile
from typing import Final

from guildmark.client.kept import last_heard, this_machines_time
from guildmark.client.outbox import Outbox, Waiting
from guildmark.client.workspace import Workspace

_SLOW_BYTES_PER_S: Final = 128 * 1024
"""A slow line. To take a fast one for it costs no file: the older ones are sent too, after the newest."""
_SPARE_S: Final = 30.0


class Order:
    """The order of what waits in one outbox, by what the portal said last of the time. `tried` are tickets that had a turn."""

    def __init__(self, workspace: Workspace, outbox: Outbox) -> None:
        self._workspace = workspace
        self._outbox = outbox

    def firsts(self, items: Iterable[Waiting]) -> list[Waiting]:
        """The first of `items` in each category, in the order in which they were handed in."""
        categories: dict[str, list[Waiting]] = {}
        for one in items:
            categories.setdefault(one.category, []).append(one)
        return sorted((self._sorted(those)[0] for those in categories.values()), key=_number)

    def before(self, item: Waiting, tried: Collection[str]) -> list[Waiting]:
        """What goes before `item` in its category."""
        waiting = [one for one in self._outbox.waiting(item.category) if one.ticket not in tried]
        if item.ticket not in {one.ticket for one in waiting}:
            return []
        return list(takewhile(lambda one: one.ticket != item.ticket, self._sorted(waiting)))

    def is_in_the_way(self, item: Waiting, left: int, tried: Collection[str]) -> bool:
        """Whether something newer than `item`, of which `left` bytes are not sent, could miss the deadline behind it."""
        mine = self._outbox.waiting(item.category)
        newer = any(one.number > item.number and one.ticket not in tried for one in mine)
        return newer and not self._fits(left)

    def _sorted(self, items: Iterable[Waiting]) -> list[Waiting]:
        as_handed_in = sorted(items, key=_number)
        return as_handed_in if self._fits(sum(one.size for one in as_handed_in[:-1])) else as_handed_in[::-1]

    def _fits(self, size: int) -> bool:
        """Whether `size` bytes can be sent and another upload be opened before the deadline, as far as that is known."""
        last = last_heard(self._workspace)
        return last is None or last.time_left_s(this_machines_time()) > size / _SLOW_BYTES_PER_S + _SPARE_S


def _number(item: Waiting) -> int:
    return item.number
