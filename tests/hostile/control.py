"""Control runs: the same payloads without any layer of ours, in namespaces of their own, so that this host comes to no harm.

Fresh user, mount, process, network, IPC and host-name namespaces, the host read-only, memory in place of every folder that may
be written. Nothing else holds a payload there: what it does is seen, and no passing test is empty.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.hostile import surroundings
from tests.hostile.cases import Case
from tests.hostile.effects import Effect, Evidence
from tests.hostile.marks import Marks
from tests.hostile.probe_cases import Probe

from guildmark_grader.inside.lockdown import Layer
from guildmark_grader.sandbox import Nest, bwrap, seccomp

REPOSITORY = Path(__file__).resolve().parents[2]

_AT_MOST_S = 15.0

_SECONDS = {Effect.HANGS: 6.0, Effect.CONNECTS: 3.0}
"""How long a payload is watched, where its effect does not end it."""

_NAMESPACES = ("--unshare-all", "--die-with-parent", "--new-session")
_SCRATCH, _SHARED = "/tmp", "/var/tmp"  # noqa: S108 - fresh memory covers them
_FRESH = 'mount -t tmpfs tmpfs /tmp && mount -t tmpfs tmpfs /var/tmp && exec "$@"'
_ADMINISTRATOR = (
    *("unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc"),
    *("sh", "-c", _FRESH, "sh"),
)
_ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "PYTHONDONTWRITEBYTECODE": "1", "HOME": _SCRATCH}


def command(*program: str, readable: Sequence[str] = (), capabilities: str = "") -> list[str]:
    """The command that runs `program` with this host's files to read, and fresh memory in place of /tmp and /var/tmp."""
    fresh = [part for folder in (_SCRATCH, _SHARED) for part in ("--tmpfs", folder)]
    powers = ["--uid", "0", "--gid", "0", "--cap-add", capabilities] if capabilities else []
    shown = [part for path in readable for part in ("--ro-bind", path, path)]
    variables = [part for name, value in _ENVIRONMENT.items() for part in ("--setenv", name, value)]
    return [
        *(
            str(bwrap.binary()),
            *_NAMESPACES,
            "--ro-bind",
            "/",
            "/",
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            *fresh,
            *shown,
            *powers,
        ),
        *("--clearenv", "--setenv", "PATH", os.environ["PATH"], *variables, "--chdir", str(REPOSITORY), "--", *program),
    ]


def observe(cases: Sequence[Case], folder: Path, marks: Marks) -> Mapping[str, Evidence]:
    """Load the files of `cases` in `folder` plainly; what was seen of each, by name."""
    orders = {
        "marks": asdict(marks),
        "cases": [
            {
                "name": case.name,
                "path": str(folder / case.name),
                "loader": case.loader,
                "seconds": _SECONDS.get(case.effect, _AT_MOST_S),
            }
            for case in cases
        ],
    }
    done = subprocess.run(
        command(sys.executable, "-m", "tests.hostile.control_inside", readable=[str(folder)]),
        input=json.dumps(orders),
        capture_output=True,
        text=True,
        check=False,
    )
    found = dict(json.loads(line) for line in done.stdout.splitlines() if line.startswith("["))
    missing = [case.name for case in cases if case.name not in found]
    if missing:
        raise RuntimeError(f"the control run ended before {missing[0]}: {done.stderr[-2000:]}")
    return {name: Evidence.from_dict(fields) for name, fields in found.items()}


def try_probes(tries: Sequence[tuple[Probe, Layer]], marks: Marks, *, as_administrator: bool = False) -> Sequence[str]:
    """What each probe answers where it has those layers of the box alone, or none.

    `as_administrator`, which needs root, leaves out the namespace of users, so that the kernel takes root for what he is.
    """
    orders = {
        "is_administrator": as_administrator,
        "marks": asdict(marks),
        "argument": surroundings.argument(marks, REPOSITORY),
        "bounds": vars(Nest(scratch=surroundings.SCRATCH, memory=surroundings.MEMORY, cpu_s=60).bounds),
        "calls": seccomp.worker_calls().hex(),
        "readable": [sys.base_prefix, sys.prefix],
        "probes": [{"module": str(probe.source), "name": probe.name, "layers": layers.value} for probe, layers in tries],
    }
    program = (sys.executable, "-m", "tests.hostile.control_probes")
    done = subprocess.run(
        [*_ADMINISTRATOR, *program] if as_administrator else command(*program, capabilities="ALL"),
        input=json.dumps(orders),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    found = dict(json.loads(line) for line in done.stdout.splitlines() if line.startswith("["))
    if len(found) != len(tries):
        raise RuntimeError(f"the control run ended after {len(found)} probes: {done.stderr[-2000:]}")
    return [found[place] for place in range(len(tries))]
