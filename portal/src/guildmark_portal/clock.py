"""What time it is. The only module that reads the system's clock; everyone else asks `now()` or is given `now`.

Tests put another clock in place at this boundary with `stopped_at` (one that stands still) or `use` (any callable). The
source is one for the whole process, not one a thread, so that runner threads live in the same time as the test.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

Source = Callable[[], datetime]


def _system() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock


_source: Source = _system


def now() -> datetime:
    """The present instant, timezone-aware and in UTC."""
    return _source()


@contextmanager
def use(source: Source) -> Iterator[None]:
    """Ask `source` for the time inside the block."""
    global _source  # noqa: PLW0603 - the process has one clock
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before


@contextmanager
def stopped_at(instant: datetime) -> Iterator[None]:
    """Let the clock stand still at `instant`, which must be timezone-aware, inside the block."""
    if instant.tzinfo is None:
        raise ValueError("The clock needs a timezone-aware instant.")
    with use(lambda: instant.astimezone(UTC)):
        yield
