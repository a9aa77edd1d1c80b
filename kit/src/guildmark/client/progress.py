"""Who hears how far a file is."""

from collections.abc import Callable
from contextlib import suppress

from guildmark.client.outbox import Waiting
from guildmark.client.tus import Progress

WaitingProgress = Callable[[Waiting, int, int], object]


def nobody() -> None:
    """Nobody is told."""


def silent(_done: int, _total: int) -> None:
    """No progress is shown."""


def unshown(_item: Waiting, _done: int, _total: int) -> None:
    """No progress is shown, of whatever file."""


def of(item: Waiting, progress: WaitingProgress) -> Progress:
    """`progress` of `item`."""

    def report(done: int, total: int) -> None:
        progress(item, done, total)

    return report


def quiet(progress: Progress) -> Progress:
    """`progress`, whose errors stop no file: a window that is gone cannot show anything any more."""

    def report(done: int, total: int) -> None:
        with suppress(Exception):
            progress(done, total)

    return report
