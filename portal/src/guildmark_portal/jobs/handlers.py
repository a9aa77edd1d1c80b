"""Which function does which kind of job. Apps register theirs when they start, by importing them in `ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from guildmark_portal.jobs.models import Job

Handle = Callable[[Job], None]


class Later(Exception):
    """Raised by a handler whose time has not come: the job waits until `run_at`, and no attempt is counted."""

    def __init__(self, run_at: datetime) -> None:
        self.run_at = run_at
        super().__init__(f"not before {run_at.isoformat()}")


class Hopeless(Exception):
    """Raised by a handler that no later attempt could help: the job is given up at once."""


@dataclass(frozen=True)
class Handler:
    """A function and how patiently it is tried. `attempts` of None: never given up."""

    handle: Handle
    attempts: int | None
    longest_wait_s: float
    forget_payload: bool

    def wait_s(self, attempts: int) -> float:
        """Seconds to wait after so many failed attempts: 1, 2, 4 … up to the longest."""
        return min(2.0 ** min(attempts - 1, 30), self.longest_wait_s)


_handlers: Final[dict[str, Handler]] = {}


def handler(
    kind: str, *, attempts: int | None = 10, longest_wait_s: float = 300, forget_payload: bool = False
) -> Callable[[Handle], Handle]:
    """Register the decorated function for jobs of `kind`. It takes the job, and raises if the attempt failed.

    `forget_payload` empties the payload once the job is done, for what should not be kept.
    """

    def register(handle: Handle) -> Handle:
        known = _handlers.get(kind)
        if known and (known.handle.__module__, known.handle.__qualname__) != (handle.__module__, handle.__qualname__):
            raise ValueError(f"Jobs of kind {kind!r} have a handler already: {known.handle!r}")
        _handlers[kind] = Handler(handle, attempts, longest_wait_s, forget_payload)
        return handle

    return register


def handler_of(kind: str) -> Handler | None:
    """The handler of a kind, or None."""
    return _handlers.get(kind)
