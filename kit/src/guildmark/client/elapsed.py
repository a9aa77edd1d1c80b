"""How much time has passed, on a clock that counts the sleep of the machine too, and that nobody sets.

`time.monotonic` stands still on Linux and macOS while a laptop is closed, and an exam's clock does not. The kernels have one
that goes on: CLOCK_BOOTTIME on Linux, CLOCK_MONOTONIC as the C library of macOS has it (Python's `monotonic` is another one
there). On Windows `monotonic` goes on by itself.
"""

import sys
import time


def _clock() -> int | None:
    names = {"linux": "CLOCK_BOOTTIME", "darwin": "CLOCK_MONOTONIC"}
    number = getattr(time, names.get(sys.platform, ""), None)
    if number is None:
        return None
    try:
        time.clock_gettime(number)
    except OSError:  # a sandbox may not let it through
        return None
    return int(number)


_CLOCK = _clock()


def elapsed_s() -> float:
    """Seconds since some moment in the past, the machine's sleep included. Only differences mean something."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)
