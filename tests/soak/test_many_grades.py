"""Hundreds of grades, two at a time, good and hostile mixed: none hangs, none is lost, and nothing is left over.

make soak                   500 grades
make soak GRADES=100
"""

import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.hostile.cases import CASES
from tests.hostile.grading import Grading, grading
from tests.hostile.marks import Marks, free_port

GRADES = int(os.environ.get("GRADES") or "500")
AT_ONCE = 2
LONGEST_S = 60 + 30  # the task's limit, and a fork beside another job
HONEST = ("honest.keras", "honest.h5")
HONEST_SHARE = 0.4

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200)]


@dataclass(frozen=True)
class Left:
    """What the service and its boxes hold. `memory_mib` counts what no other process shares."""

    processes: int
    threads: int
    descriptors: int
    files: int
    memory_mib: int


@dataclass(frozen=True)
class Handed:
    """A file, the form that it is handed in for, and how its grade may end."""

    path: Path
    form: str
    reasons: tuple[str, ...]


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Handed]]:
    folder = tmp_path_factory.mktemp("files")
    marks = Marks(str(tmp_path_factory.mktemp("marks") / "marks"), free_port(), "word")
    marks.lay_out()
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "HOME": str(folder)}
    command = [sys.executable, "-m", "tests.hostile.build", str(folder), marks.to_json()]
    subprocess.run(command, env=environment, cwd=Path(__file__).parents[2], check=True, capture_output=True)
    yield [
        *(Handed(folder / "parts" / name, "largest", ("graded.full", "graded.quality", "graded.far")) for name in HONEST),
        *(Handed(folder / case.name, case.form, case.reasons) for case in CASES if not case.name.startswith("pt2")),
    ]
    shutil.rmtree(folder)


def below(pid: int) -> list[int]:
    """A process and every process below it."""
    found, seen = [pid], []
    while found:
        one = found.pop()
        try:
            found += [int(child) for task in Path(f"/proc/{one}/task").iterdir() for child in _children(task)]
        except FileNotFoundError:
            continue
        seen.append(one)
    return seen


def _children(task: Path) -> list[str]:
    try:
        return (task / "children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def private_kib(pid: int) -> int:
    """The memory of a process that would come free with it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def left_over(service: Grading, pid: int) -> Left:
    return Left(
        processes=len(below(pid)),
        threads=len(list(Path(f"/proc/{pid}/task").iterdir())),
        descriptors=len(list(Path(f"/proc/{pid}/fd").iterdir())),
        files=sum(1 for path in service.socket.parent.rglob("*") if path.is_file()),
        memory_mib=sum(map(private_kib, below(pid))) // 1024,
    )


def settled(service: Grading, pid: int) -> Left:
    """What is held once the service has its spares again: the same counts five times in a row."""
    last: list[Left] = []
    give_up = time.monotonic() + 90
    while time.monotonic() < give_up:
        last = [*last[-4:], left_over(service, pid)]
        if len(last) == 5 and len({(left.processes, left.threads, left.descriptors) for left in last}) == 1:
            break
        time.sleep(1)
    return last[-1]


def test_x11_hundreds_of_grades_leave_nothing_behind(handed: list[Handed], tmp_path: Path) -> None:
    draw = random.Random(20261121)  # noqa: S311 - an order, not a secret
    hostile = handed[len(HONEST) :]
    order = [
        draw.choice(handed[: len(HONEST)]) if draw.random() < HONEST_SHARE else hostile[number % len(hostile)]
        for number in range(GRADES)
    ]
    with grading(tmp_path) as service, ThreadPoolExecutor(AT_ONCE) as both:
        (pid,) = [pid for pid in below(os.getpid())[1:] if str(service.socket).encode() in _command(pid)]
        done = 0

        def grade(one: Handed) -> tuple[Handed, str, float]:
            nonlocal done
            began = time.monotonic()
            reason = service.report_on(one.path, one.form).reason
            done += 1
            if done % 50 == 0:
                print(f"{done} grades", flush=True)
            return one, reason, time.monotonic() - began

        list(both.map(grade, {one.path.suffix or one.path.name: one for one in handed}.values()))  # all that it starts, stands
        for each in handed:
            if each.path.name.startswith(("onnx_not", "tflite_never", "saved_model_not")):
                grade(each)
        before, started = settled(service, pid), time.monotonic()
        ended = list(both.map(grade, order))
        seconds, after = time.monotonic() - started, settled(service, pid)

    slowest = max(ended, key=lambda end: end[2])
    print(f"{len(ended)} grades in {seconds:.0f} s; the slowest, {slowest[0].path.name}, {slowest[2]:.1f} s")
    print(Counter(reason for _, reason, _ in ended))
    print(f"before {before}\nafter  {after}")
    assert len(ended) == GRADES
    assert [(one.path.name, reason) for one, reason, _ in ended if reason not in one.reasons] == []
    assert slowest[2] < LONGEST_S
    assert (after.processes, after.threads, after.descriptors, after.files) == (
        *(before.processes, before.threads, before.descriptors, before.files),
    )
    assert after.memory_mib < before.memory_mib + 64


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""
