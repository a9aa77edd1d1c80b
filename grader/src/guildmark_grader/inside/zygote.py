"""The zygote: imports what a program needs, computes nothing, and forks a monitor and a worker whenever it is told to.

Usage inside the box: zygote.py FD, where FD is a socket to the grader. The first packet is `Charter`, the answer READY and
the layers that its workers can take on. Each further packet is a `Birth` with two descriptors, the worker's socket and the
monitor's, and is not answered: the monitor answers over its own.
"""

import array
import gc
import importlib
import json
import os
import runpy
import shutil
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import NoReturn

READY = b"R"
PACKET_LIMIT = 128 * 1024
PROBES = "/box/probes.py"

_BOUNDS_OF_A_TRY = {"scratch": 1 << 20, "memory": 1 << 40, "file_size": 1 << 20, "cpu_s": 60, "processes": 16, "open_files": 64}


@dataclass(frozen=True)
class Charter:
    """What a zygote is for. `zygote_calls` and `worker_calls` are filters of system calls, in hexadecimal.

    The rest tells where things lie: what is imported and read, and the probes. A zygote that `is_insecure` runs on the bare
    host, and its workers take on the layers that are possible there.
    """

    program: str
    zygote_calls: str
    worker_calls: str
    imports: list[str] = field(default_factory=lambda: ["/box/code", "/box/site"])
    readable: list[str] = field(default_factory=lambda: ["/box"])
    probes: str = PROBES
    is_insecure: bool = False

    def to_json(self) -> bytes:
        """The packet."""
        return json.dumps(asdict(self)).encode()


@dataclass(frozen=True)
class Birth:
    """The order for one worker. `layers` is a number of `lockdown.Layer`, `bounds` those of `lockdown.Bounds`."""

    layers: int
    bounds: dict[str, int]
    threads: int
    is_warm: bool

    def to_json(self) -> bytes:
        """The packet."""
        return json.dumps(asdict(self)).encode()


def main() -> None:
    """Serve until the grader is gone."""
    control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, int(sys.argv[1]))
    charter = Charter(**json.loads(control.recv(PACKET_LIMIT)))
    sys.path[:0] = charter.imports
    sys.argv[1:] = []
    work = _imported(charter)

    from guildmark_grader.inside import kernel, lockdown

    layers = lockdown.ALL
    if charter.is_insecure:
        layers = lockdown.possible(lockdown.Bounds(**_BOUNDS_OF_A_TRY), has_filter=bool(charter.worker_calls))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # monitors are nobody's to wait for
    kernel.set_name("zygote")
    gc.collect()
    gc.freeze()  # a worker that collects garbage would copy every page of the zygote
    if not charter.is_insecure:
        kernel.filter_calls(bytes.fromhex(charter.zygote_calls))
    control.send(READY + bytes([layers.value]))
    while True:
        packet, descriptors = _received(control)
        if not packet:
            os._exit(0)
        parent = os.getpid()
        if os.fork() == 0:
            _bear(Birth(**json.loads(packet)), descriptors, charter, work, parent)
        for descriptor in descriptors:
            os.close(descriptor)


def _imported(charter: Charter) -> Callable[..., NoReturn]:
    """The worker's main function, all that it needs being imported."""
    from guildmark_grader.worker import main as worker
    from guildmark_grader.worker.request import Program

    if charter.program == Program.PROBE.value:
        worker.use_probes(runpy.run_path(charter.probes))
    for name in worker.MODULES[Program(charter.program)]:
        importlib.import_module(name)
    return worker.main


def _received(control: socket.socket) -> tuple[bytes, list[int]]:
    packet, ancillary, _flags, _address = control.recvmsg(PACKET_LIMIT, socket.CMSG_SPACE(2 * array.array("i").itemsize))
    descriptors = array.array("i")
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
    return packet, list(descriptors)


def _bear(birth: Birth, descriptors: list[int], charter: Charter, work: Callable[..., NoReturn], parent: int) -> NoReturn:
    """In the fork: become the monitor, and let the worker be born."""
    from guildmark_grader.inside import kernel, lockdown, monitor
    from guildmark_grader.worker.main import packets

    try:
        monitor.prepare(parent)
        worker_end, monitor_end = descriptors
        _close_all_but(worker_end, monitor_end)
        kernel.set_name("monitor")
        layers, calls = lockdown.Layer(birth.layers), bytes.fromhex(charter.worker_calls)
        scratch = lockdown.SCRATCH
        if lockdown.Layer.NAMESPACES in layers:
            lockdown.separate()
        else:
            scratch = tempfile.mkdtemp(prefix="worker-")

        def tidy() -> None:
            if scratch != lockdown.SCRATCH:
                shutil.rmtree(scratch, ignore_errors=True)

        def become_worker() -> NoReturn:
            try:
                kernel.die_with_parent()
                _close_all_but(worker_end)
                kernel.set_name("worker")
                lockdown.lock_down(layers, lockdown.Bounds(**birth.bounds), calls, readable=charter.readable, scratch=scratch)
                work(worker_end, threads=birth.threads, is_warm=birth.is_warm)
            except BaseException as error:  # noqa: BLE001 - nothing may return into the zygote's loop
                _give_up("worker", error)

        monitor.watch(become_worker, packets(monitor_end), worker_end, tidy)
    except BaseException as error:  # noqa: BLE001 - nothing may return into the zygote's loop
        _give_up("monitor", error)


def _close_all_but(*kept: int) -> None:
    """Let go of every descriptor but the standard ones, which lead nowhere from here on but to our log, and `kept`."""
    first = 3
    for descriptor in sorted(kept):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, 1 << 20)


def _give_up(who: str, error: BaseException) -> NoReturn:
    """Say what went wrong, where only the grader's log hears it, and end."""
    os.write(2, f"{who}: {''.join(traceback.format_exception(error))}".encode("ascii", "backslashreplace"))
    os._exit(1)


if __name__ == "__main__":
    main()
