"""What a job asks for and may use, and the orders for the launcher that follow from it."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from guildmark_grader import worker
from guildmark_grader.sandbox import bwrap, layout
from guildmark_grader.sandbox.launcher import STAGING
from guildmark_grader.worker.request import FOLDER

MIB = 1024 * 1024
WORKER = Path(str(worker.__file__)).with_name("main.py")

_NATIVE_BYTES = 5 * 1024 * MIB
"""Address space that TensorFlow maps without using it; the real bound is that on data."""


@dataclass(frozen=True)
class Limits:
    """What one job may use. `wall_s`, `inspection_s` and `startup_s` in seconds, the rest in bytes or in number.

    `inspection_s` and `wall_s` are for what the file can make slow: its inspection, and then its loading and
    predicting. Starting the box and importing the runtime is ours, however busy the host is, and has a time of its own.
    """

    wall_s: float
    memory: int
    scratch: int
    threads: int = 2
    processes: int = 160
    open_files: int = 256
    inspection_s: float = 20
    startup_s: float = 90


@dataclass(frozen=True)
class Job:
    """Files that the box sees under /job, by name, and the exact size of the array that may come back.

    `worker` is the script that runs; the attacks of the self-check bring their own. `asker`, if there is one, is the
    connection for which the job runs: when its other end hangs up, the job ends.
    """

    files: Mapping[str, Path]
    predictions_bytes: int
    worker: Path = WORKER
    asker: socket.socket | None = None


@dataclass(frozen=True)
class Orders:
    """What the launcher is told, see there, once the number of the reply pipe is known."""

    job: Job
    limits: Limits
    bubblewrap: Path
    uid: int | None

    def for_reply(self, reply_fd: int) -> bytes:
        """The orders of a box that answers on `reply_fd`, as the launcher reads them."""
        binds = self._binds()
        staged = [[str(bind.source), str(number)] for number, bind in enumerate(binds)]
        sources = [place for _, place in staged] if self.uid is not None else [source for source, _ in staged]
        mounts = [(str(Path(STAGING, source)), bind.target) for source, bind in zip(sources, binds, strict=True)]
        binary = self.bubblewrap
        if self.uid is not None:
            parts = bwrap.parts(self.bubblewrap)
            staged += [[str(source), f"tool/{place}"] for place, source in parts.items()]
            binary = Path(STAGING, "tool", next(iter(parts)))
        command = [layout.PYTHON, "-I", "-S", "-B", layout.INSIDE, str(self.limits.processes), str(reply_fd), layout.WORKER]
        arguments = bwrap.arguments(self.bubblewrap, mounts, _environment(self.limits.threads), self.limits.scratch)
        orders = {
            "binds": staged,
            "uid": self.uid,
            "rlimits": _rlimits(self.limits),
            "argv": [str(binary), *arguments, "--", *command],
        }
        return json.dumps(orders).encode()

    def _binds(self) -> list[layout.Bind]:
        given = [layout.Bind(source.absolute(), str(FOLDER / name)) for name, source in self.job.files.items()]
        return [*layout.code_binds(), layout.Bind(self.job.worker.absolute(), layout.WORKER), *given]


def _rlimits(limits: Limits) -> dict[str, int]:
    return {
        "RLIMIT_AS": limits.memory + _NATIVE_BYTES,
        "RLIMIT_DATA": limits.memory,
        "RLIMIT_CPU": int((limits.inspection_s + limits.wall_s + limits.startup_s) * limits.threads),
        "RLIMIT_FSIZE": limits.scratch,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_CORE": 0,
    }


def _environment(threads: int) -> dict[str, str]:
    return {
        "HOME": "/tmp",  # noqa: S108 - the box's own
        "LANG": "C.UTF-8",
        "LD_LIBRARY_PATH": layout.LIBRARY_PATH,
        "KERAS_BACKEND": "tensorflow",
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "TF_NUM_INTRAOP_THREADS": str(threads),
        "TF_NUM_INTEROP_THREADS": str(threads),
        "OMP_NUM_THREADS": str(threads),
        "OPENBLAS_NUM_THREADS": "1",
    }
