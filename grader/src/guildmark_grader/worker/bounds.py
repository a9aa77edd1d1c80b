"""What a worker may use, set by itself: at first until there is a job, and then for the job."""

import resource
from pathlib import Path

_RESERVED = 2 * 1024**3
"""Address space that allocators and threads reserve without using it."""


def allow(*, cpu_s: int, memory: int, file_size: int) -> None:
    """Bound what comes from here on: processor time in seconds, memory in bytes over what is in use now, files in bytes.

    What was bounded before can only be bounded further.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    mapped, private = _memory_in_use()
    _bound(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + cpu_s)
    _bound(resource.RLIMIT_DATA, private + memory)
    _bound(resource.RLIMIT_AS, mapped + memory + _RESERVED)
    _bound(resource.RLIMIT_FSIZE, file_size)


def _bound(kind: int, limit: int) -> None:
    hard = resource.getrlimit(kind)[1]
    bound = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(kind, (bound, bound))


def _memory_in_use() -> tuple[int, int]:
    """The bytes that are mapped, and those that only this process could have."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    facts = {name: value for name, _, value in (line.partition(":") for line in lines)}
    return int(facts["VmSize"].split()[0]) * 1024, int(facts["VmData"].split()[0]) * 1024
