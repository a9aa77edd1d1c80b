"""What a job asks of a box and may use there, and what became of it."""

import math
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from guildmark_grader.inside.lockdown import ALL, Bounds, Layer
from guildmark_grader.sandbox.result import Reply
from guildmark_grader.worker.reply import Stage

MIB = 1024 * 1024


@dataclass(frozen=True)
class Nest:
    """How a worker is born: its layers, the size of its scratch folder in bytes, its threads, and whether it warms up.

    The rest bounds it until its job bounds it further: `memory` in bytes, `cpu_s` in seconds of processor time.
    """

    scratch: int = 512 * MIB
    threads: int = 2
    is_warm: bool = False
    layers: Layer = ALL
    processes: int = 64
    open_files: int = 128
    memory: int = 64 * 1024 * MIB
    cpu_s: int = 3600

    @property
    def bounds(self) -> Bounds:
        """What the worker may use until a job says less; no stranger's file is near it until then."""
        return Bounds(
            scratch=self.scratch,
            memory=self.memory,
            file_size=self.scratch,
            cpu_s=self.cpu_s,
            processes=self.processes,
            open_files=self.open_files,
        )


@dataclass(frozen=True)
class Job:
    """One request with the descriptors that go with it, see `worker.request`, and its bounds.

    `predictions_bytes` is the exact size of the array that may come back. `wall_s` and `cpu_s` in seconds, the latter as it
    stands in the request; `memory` in bytes over what the worker has. When the other end of `asker` hangs up, the job ends.
    """

    request: bytes
    files: tuple[int, ...]
    predictions_bytes: int
    wall_s: float
    memory: int
    cpu_s: float = math.inf
    asker: socket.socket | None = None


class Ended(Enum):
    """Why a box was over."""

    REPLIED = "replied"
    DIED = "died"
    TIMED_OUT = "timed out"
    OVER_MEMORY = "over memory"
    ABANDONED = "abandoned"


@dataclass(frozen=True)
class Outcome:
    """What became of a job. `reached` tells when, in seconds from the start, each stage began; `log` is for us alone.

    `status` is the worker's wait status, None if it had not ended by itself; `cpu_s` and `peak_kib` are what it used. `lost_s`
    are the seconds that went by with workers before it, which were lost.
    """

    ended: Ended
    reply: Reply | None
    status: int | None
    log: str
    reached: Mapping[Stage, float]
    seconds: float
    cpu_s: float
    peak_kib: int
    lost_s: float = 0.0
