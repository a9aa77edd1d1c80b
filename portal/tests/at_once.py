"""The same work in many threads at the same moment."""

import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connections

Found = TypeVar("Found")


def in_threads(count: int, work: Callable[[], Found]) -> list[Found]:
    """What `work` returned in each of `count` threads that began at the same moment."""
    gate, found = threading.Barrier(count), list[Found]()

    def run() -> None:
        gate.wait()
        try:
            found.append(work())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
