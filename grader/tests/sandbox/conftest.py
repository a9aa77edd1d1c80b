"""One zygote whose workers do what `probes.py` says."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from guildmark_grader.sandbox import Box, Job, Nest, Outcome, Zygote
from guildmark_grader.worker.request import Program

PROBES = Path(__file__).with_name("probes.py")
ARRAY_BYTES = 8


def job(probe: str, argument: str = "", **changes) -> Job:
    changes = {"files": (), "predictions_bytes": ARRAY_BYTES, "wall_s": 10, "memory": 256 << 20, **changes}
    return Job(request=f"{probe}\n{argument}".encode(), **changes)


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    running = Box().zygote(Program.PROBE, probes=PROBES)
    yield running
    running.close()


@pytest.fixture
def run(zygote: Zygote) -> Callable[..., Outcome]:
    """Runs a probe by its name in a worker of its own."""

    def run(probe: str, argument: str = "", **changes) -> Outcome:
        with zygote.bear(Nest()) as child:
            return child.run(job(probe, argument, **changes))

    return run


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
