"""Inside the namespaces of a control run: loads every file plainly, each in a fork of its own, and prints the evidence as JSON.

python -m tests.hostile.control_inside, with the orders on standard input. Frameworks are imported once, and nothing is computed
before a fork.
"""

import json
import os
import resource
import select
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from tests.hostile import loaders
from tests.hostile.effects import MUCH_MEMORY, Evidence
from tests.hostile.marks import Marks, Watch

_ADDRESS_SPACE = 12 * 1024**3
"""Bytes. A control run is not let loose either; but its limit is far above the box's."""

_PRINTED = 4 * 1024 * 1024


def main() -> None:
    """Carry out the orders."""
    orders = json.loads(sys.stdin.read())
    marks = Marks(**orders["marks"])
    marks.lay_out()
    _import_frameworks()
    with Watch(marks) as watch:
        for case in orders["cases"]:
            watch.reset()
            started = time.monotonic()
            evidence = _observe(case, marks)
            seen = watch.seen()
            evidence["seconds"] = round(time.monotonic() - started, 2)
            evidence |= {"dropped": seen.dropped, "opened": seen.opened, "connections": seen.connections}
            print(json.dumps([case["name"], Evidence(**evidence).to_dict()]), flush=True)  # noqa: T201 - its report


def _import_frameworks() -> None:
    import h5py  # noqa: F401
    import keras  # noqa: F401
    import onnxruntime  # noqa: F401
    import tensorflow as tf  # noqa: F401
    from ai_edge_litert import interpreter  # noqa: F401


def _observe(case: dict[str, Any], marks: Marks) -> dict[str, Any]:
    """What becomes of a process that loads the file of `case`."""
    read, write = os.pipe()
    with tempfile.TemporaryFile() as printed:
        child = os.fork()
        if child == 0:
            _become(case, marks, write, printed.fileno())
        os.close(write)
        status, peak = _waited(child, case["seconds"])
        with os.fdopen(read, "rb") as pipe:
            answer = pipe.read() if select.select([pipe], [], [], 0)[0] else b""
        printed.seek(0)
        said = printed.read(_PRINTED).count(marks.word.encode())
    return {**(json.loads(answer) if answer else {}), "status": status, "peak": peak, "said": said}


def _waited(child: int, seconds: float) -> tuple[int | None, int]:
    """The exit status, minus the signal, or None after `seconds`; and the most memory that it had, in bytes.

    Once it has more than the box would give, that is seen, and it is killed.
    """
    deadline, ended, peak = time.monotonic() + seconds, 0, 0
    while time.monotonic() < deadline and peak <= MUCH_MEMORY:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), peak
        peak = max(peak, _memory(child))
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None, peak


def _memory(process: int) -> int:
    """The most memory that a process had at once, in bytes."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    found = status.partition("VmHWM:")[2].split()
    return int(found[0]) * 1024 if found else 0


def _become(case: dict[str, Any], marks: Marks, write: int, printed: int) -> None:
    """Load the file, and say what came of it. Never returns."""
    import numpy as np

    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (256 * 1024**2, 256 * 1024**2))
    for standard in (1, 2):
        os.dup2(printed, standard)
    found: dict[str, Any] = {}
    rows = np.linspace(0, 1, 360, dtype="float32").reshape(60, 6)
    try:
        answer = getattr(loaders, case["loader"])(Path(case["path"]), rows, marks)
        found = _described(answer)
    except loaders.Swollen as swollen:
        found = {"expanded": swollen.expanded}
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the evidence
        found = {"raised": f"{type(error).__name__}: {error}"[:2000]}
        traceback.print_exc()
    os.write(write, json.dumps(found).encode())
    os._exit(0)


def _described(answer: Any) -> dict[str, Any]:
    import numpy as np

    if isinstance(answer, int):
        return {"expanded": answer}
    if answer is None or not hasattr(answer, "shape"):
        return {}
    array = np.asarray(answer)
    return {"shape": array.shape, "is_finite": array.dtype.kind == "f" and bool(np.isfinite(array).all())}


if __name__ == "__main__":
    main()
