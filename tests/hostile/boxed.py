"""Probes in workers of real zygotes: one zygote for each module of probes, one worker for each try."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.hostile import surroundings
from tests.hostile.control import REPOSITORY
from tests.hostile.marks import Marks
from tests.hostile.probe_cases import FOLDER

from guildmark_grader.inside.lockdown import ALL, Layer
from guildmark_grader.sandbox import Box, Job, Nest, Outcome, WorkerLost, Zygote
from guildmark_grader.worker.request import Program

MODULES = ("processes", "network", "files", "powers", "amounts", "forgery")
PREDICTIONS_BYTES = 12
_WALL_S = 15.0


@dataclass(frozen=True)
class Nursery:
    """Bears workers for probes."""

    zygotes: Mapping[str, Zygote]
    told: dict[str, Any]

    def run(self, module: str, name: str, *, layers: Layer = ALL, **told: Any) -> Outcome:
        """What becomes of a worker in which the probe runs. `told` is added to what every probe is told."""
        nest = Nest(scratch=surroundings.SCRATCH, memory=surroundings.MEMORY, cpu_s=20, layers=layers)
        with self.zygotes[module].bear(nest) as child, Path("/dev/null").open("rb") as file:
            job = Job(
                request=f"{name}\n{json.dumps(self.told | told)}".encode(),
                files=(file.fileno(),),
                predictions_bytes=PREDICTIONS_BYTES,
                wall_s=_WALL_S,
                memory=surroundings.MEMORY,
            )
            try:
                return child.run(job)
            except WorkerLost as lost:
                return lost.outcome

    def answer(self, module: str, name: str, *, layers: Layer = ALL) -> str:
        """What the probe says, or how its worker ended: a worker that the kernel or the monitor killed is held as well."""
        outcome = self.run(module, name, layers=layers)
        if outcome.reply is None or outcome.reply.words is None:
            return f"held {outcome.ended.value} {outcome.status}"
        return outcome.reply.words


@contextmanager
def nursery(marks: Marks) -> Iterator[Nursery]:
    """Zygotes for all modules, in the midst of marks, sockets and siblings."""
    with ExitStack() as stack:
        stack.enter_context(surroundings.set_up(marks))
        zygotes = {}
        for module in MODULES:
            zygotes[module] = Box().zygote(Program.PROBE, probes=FOLDER / f"{module}.py")
            stack.callback(zygotes[module].close)
        yield Nursery(zygotes, json.loads(surroundings.argument(marks, REPOSITORY)))
