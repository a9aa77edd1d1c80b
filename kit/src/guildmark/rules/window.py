"""The window of an exam (rule P2): from when and until when it is begun, and until when somebody registers.

Each instant belongs to what comes after it: at the opening one may begin, at the close one may not any more. An attempt that
has begun runs to its own end, whatever the window.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Opening(str, Enum):
    """Where an instant lies."""

    EARLY = "early"
    OPEN = "open"
    OVER = "over"


@dataclass(frozen=True)
class Window:
    """Three instants, each of which may be missing. Registration ends with the window where it says nothing itself.

    Raises `ValueError` for a window that is never open, or a registration that outlasts it.
    """

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    registration_closes_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.opens_at is not None and self.closes_at is not None and self.closes_at <= self.opens_at:
            raise ValueError("a window closes after it opens")
        last = self.last_registration
        if last is not None and self.closes_at is not None and last > self.closes_at:
            raise ValueError("registration closes before the window does, or with it")

    @property
    def is_always_open(self) -> bool:
        """Whether nothing is settled."""
        return self.opens_at is None and self.closes_at is None and self.registration_closes_at is None

    def stands(self, *, now: datetime) -> Opening:
        """Whether an attempt may be begun at `now`."""
        if self.opens_at is not None and now < self.opens_at:
            return Opening.EARLY
        return Opening.OVER if self.closes_at is not None and now >= self.closes_at else Opening.OPEN

    @property
    def last_registration(self) -> datetime | None:
        """The first instant at which nobody can register any more; None: there is none."""
        return self.closes_at if self.registration_closes_at is None else self.registration_closes_at

    def takes_registrations(self, *, now: datetime) -> bool:
        """Whether somebody may register at `now`: before it opens too, so that they can prepare."""
        return self.last_registration is None or now < self.last_registration


def may_begin(windows: Iterable[Window], *, now: datetime) -> bool:
    """Whether an attempt may be begun: inside the window that it was opened under, or inside the one that holds now."""
    return any(window.stands(now=now) is Opening.OPEN for window in windows)
