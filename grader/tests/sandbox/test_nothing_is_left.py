"""After many jobs of every kind, nothing of them is left: no process, no descriptor, no file, no memory."""

import gc
import os
import tempfile
import threading
import time
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path

from guildmark_grader.sandbox import MIB, Box, Nest
from guildmark_grader.worker.request import Program

from .conftest import PROBES, job

KINDS = ("honest", "littering", "silent", "babbling", "noisy", "threads_that_stay", "cut_short", "aborted", "number", "hungry")
JOBS = 60


def offspring(*, but_through: AbstractSet[int] = frozenset()) -> set[int]:
    """All processes that descend from this one, without `but_through` and what those bear: other tests' servers live on."""
    parents = {}
    for folder in Path("/proc").iterdir():
        with suppress(OSError):  # it may be gone by now
            stat = (folder / "stat").read_text() if folder.name.isdigit() else ""
            parents |= {int(folder.name): int(stat.rpartition(")")[2].split()[1])} if stat else {}
    family = {os.getpid()}
    while grown := {pid for pid, parent in parents.items() if parent in family} - family - but_through:
        family |= grown
    return family - {os.getpid()}


def resident_kib(pids: set[int]) -> int:
    lines = [line for pid in pids for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))


def descriptors() -> dict[str, str]:
    found = {}
    for path in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found[path.name] = str(path.readlink())
    return found


def settled(measure, wanted, seconds: float = 30):
    deadline = time.monotonic() + seconds
    while (found := measure()) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def test_nothing_is_left_after_60_jobs_two_at_a_time():
    others = offspring()

    def ours() -> set[int]:
        return offspring(but_through=others)

    zygote = Box().zygote(Program.PROBE, probes=PROBES)
    with zygote.bear(Nest()) as child:
        child.run(job("honest"))  # what is made once is made now
    gc.collect()
    before = ours(), descriptors(), set(os.listdir(tempfile.gettempdir()))  # noqa: PTH208
    memory_before = resident_kib(before[0])

    def work(first: int) -> None:
        for number in range(first, JOBS, 2):
            with zygote.bear(Nest()) as child:
                child.run(job(KINDS[number % len(KINDS)], memory=32 * MIB))

    threads = [threading.Thread(target=work, args=(first,)) for first in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gc.collect()
    assert settled(ours, before[0]) == before[0]
    assert descriptors() == before[1]
    assert {name for name in os.listdir(tempfile.gettempdir()) if name.startswith("worker-")} == set()  # noqa: PTH208
    assert resident_kib(before[0]) - memory_before < 2048
    zygote.close()
    assert settled(ours, set()) == set()
