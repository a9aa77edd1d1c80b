"""Inside the namespaces of a control run: probes, each in a fork of its own, with no layer of the box or with some.

python -m tests.hostile.control_probes, with the orders on standard input; prints a line of JSON a probe: place and answer.
"""

import contextlib
import json
import os
import runpy
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any, NoReturn

from tests.hostile import surroundings
from tests.hostile.marks import Marks, Watch

from guildmark_grader.inside.lockdown import SCRATCH, Bounds, Layer, lock_down, separate

_AT_MOST_S = 15.0


def main() -> None:
    """Carry out the orders."""
    orders = json.loads(sys.stdin.read())
    marks = Marks(**orders["marks"])
    marks.lay_out()
    modules = {name: runpy.run_path(name) for name in {probe["module"] for probe in orders["probes"]}}
    around = contextlib.nullcontext() if orders["is_administrator"] else _surrounded(marks)
    with around:
        surroundings.open_something()
        for place, probe in enumerate(orders["probes"]):
            answer = _answer(modules[probe["module"]][probe["name"]], Layer(probe["layers"]), orders)
            print(json.dumps([place, answer]), flush=True)  # noqa: T201 - its report


@contextlib.contextmanager
def _surrounded(marks: Marks) -> Iterator[None]:
    with Watch(marks), surroundings.set_up(marks):
        yield


def _answer(probe: Any, layers: Layer, orders: dict[str, Any]) -> str:
    """What the probe says; that it was killed, or ended without a word, is its answer too."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        _become(probe, layers, orders, write)
    os.close(write)
    deadline, ended, status = time.monotonic() + _AT_MOST_S, 0, 0
    while not ended and time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        time.sleep(0.002)
    if not ended:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read().decode() if ended else ""
    return said or (f"died {os.waitstatus_to_exitcode(status)}" if ended else "hung")


def _become(probe: Any, layers: Layer, orders: dict[str, Any], write: int) -> NoReturn:
    """Take on the layers as a worker does, and try the probe."""
    try:
        scratch = SCRATCH
        if Layer.NAMESPACES in layers:
            separate()
            worker = os.fork()
            if worker:
                os.close(write)
                status = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
                os._exit(status if status >= 0 else 100 - status)
        else:
            scratch = tempfile.mkdtemp()
        os.environ["TMPDIR"] = scratch
        lock_down(
            layers, Bounds(**orders["bounds"]), bytes.fromhex(orders["calls"]), readable=orders["readable"], scratch=scratch
        )
        answer = str(probe([], orders["argument"]))
    except BaseException as error:  # noqa: BLE001 - a probe that breaks must be heard of
        answer = f"broke {type(error).__name__} {error}"
    os.write(write, answer.encode())
    os._exit(0)


if __name__ == "__main__":
    main()
