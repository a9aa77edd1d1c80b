"""Hundreds of grades, two at a time, good and hostile mixed: none hangs, none is lost, and nothing is left over.

    make soak                   500 grades
    make soak GRADES=100
"""

import gc
import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from guildmark_grader.banks import HiddenStore, open_bank
from guildmark_grader.grade import Grader
from guildmark_grader.pool import Pool
from guildmark_grader.sandbox import Box

GRADES = int(os.environ.get("GRADES", "500"))
AT_ONCE = 2
MIB = 1024 * 1024

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200)]


@dataclass(frozen=True)
class Left:
    """What this process and its boxes hold: counts, and MiB of memory that no other process shares."""

    processes: int
    threads: int
    descriptors: int
    files: int
    memory_mib: float


def descendants() -> list[int]:
    """Every process below this one."""
    found, seen = [os.getpid()], []
    while found:
        pid = found.pop()
        try:
            tasks = list(Path(f"/proc/{pid}/task").iterdir())
            found += [int(child) for task in tasks for child in (task / "children").read_text().split()]
        except OSError:
            continue
        seen.append(pid)
    return seen[1:]


def private_mib(pid: int) -> float:
    """The memory of a process that would come free with it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def left_over(scratch: Path) -> Left:
    gc.collect()
    below = descendants()
    return Left(
        processes=len(below),
        threads=threading.active_count(),
        descriptors=len(list(Path("/proc/self/fd").iterdir())),
        files=sum(1 for path in scratch.rglob("*") if path.is_file()),
        memory_mib=round(sum(map(private_mib, [os.getpid(), *below]))),
    )


def settled(scratch: Path) -> Left:
    """What is held once the pool has its spares again: the same answer three times in a row."""
    last: list[Left] = []
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        last = [*last[-2:], left_over(scratch)]
        if len(last) == 3 and len({(left.processes, left.descriptors) for left in last}) == 1:
            break
        time.sleep(1)
    return last[-1]


def test_x11_hundreds_of_grades_leave_nothing_behind(hostile_bank: Path, all_files: dict[Path, str], tmp_path: Path) -> None:
    bank, scratch = open_bank(hostile_bank), tmp_path / "scratch"
    scratch.mkdir()
    draw = random.Random(20261121)  # noqa: S311 - an order, not a secret
    files = sorted(all_files)
    order = [files[number % len(files)] for number in range(GRADES)]
    draw.shuffle(order)
    with Pool(Box(), threads=1, spares=AT_ONCE) as pool:
        grader = Grader(pool, HiddenStore(scratch))

        def grade(path: Path) -> tuple[str, str, float]:
            began = time.monotonic()
            report = grader.grade(bank, bank.form(all_files[path]), 0, path)
            return path.name, report.reason, time.monotonic() - began

        first = {path.name: grade(path)[1] for path in files}  # every zygote stands, every page is touched
        before = settled(scratch)
        with ThreadPoolExecutor(AT_ONCE) as both:
            ended = list(both.map(grade, order))
        after = settled(scratch)

    slowest = max(ended, key=lambda end: end[2])
    print(f"\n{len(ended)} grades; slowest {slowest[0]} {slowest[2]:.1f} s; {Counter(reason for _, reason, _ in ended)}")
    print(f"before {before}\nafter  {after}")
    assert len(ended) == GRADES
    assert {(name, reason) for name, reason, _ in ended} == {(name, first[name]) for name, _, _ in ended}
    assert slowest[2] < 60
    assert (after.processes, after.threads, after.descriptors, after.files) == (
        *(before.processes, before.threads, before.descriptors, before.files),
    )
    assert after.memory_mib < before.memory_mib + 64
