"""Threads that speak the language of whoever makes them."""

import contextvars
import threading
from collections.abc import Callable


def thread(run: Callable[[], None], name: str) -> threading.Thread:
    """A thread of `run` that ends with the process, not started yet."""
    return threading.Thread(target=contextvars.copy_context().run, args=(run,), name=name, daemon=True)
