"""A zygote, seen from outside: started in bubblewrap, told to bear workers, and ended."""

import contextlib
import logging
import os
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO

from guildmark_grader.inside.lockdown import ALL, Layer
from guildmark_grader.inside.zygote import READY, Birth, Charter
from guildmark_grader.sandbox import layout, seccomp
from guildmark_grader.sandbox.child import Child
from guildmark_grader.sandbox.faults import BoxFault
from guildmark_grader.sandbox.job import Nest
from guildmark_grader.sandbox.orders import Orders
from guildmark_grader.worker.request import Program

logger = logging.getLogger(__name__)

_LAUNCHER = Path(__file__).with_name("launcher.py")
_START_LIMIT_S = 120.0
_END_LIMIT_S = 5.0
_LAST_WORDS_S = 0.2
_LOG_LIMIT = 4 * 1024
_LONGEST_LOG = 1024 * 1024


class Zygote:
    """Bears workers of one program. Safe for threads.

    `uid`, as root: who its processes are outside of the box. Without `bubblewrap` it runs on the bare host, and `layers` are
    those that are possible there.
    """

    def __init__(
        self, program: Program, *, bubblewrap: Path | None, uid: int | None, threads: int, probes: Path | None = None
    ) -> None:
        """Start it, and wait until it has imported what it needs. Raises `BoxFault`, `RuntimeMissing` or `SeccompMissing`."""
        self.program = program
        self.layers = ALL
        self._bare_scratch = None if bubblewrap else tempfile.TemporaryDirectory(prefix="guildmark-insecure-")
        self._lock = threading.Lock()
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the zygote
        self._control, inner = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with inner:
                orders = Orders(program, bubblewrap, uid, threads, probes, self._scratch)
                self._process = self._launched(orders.for_control(inner.fileno()), inner.fileno())
            self._wait_until_ready(self._bare_charter(probes) if bubblewrap is None else self._charter())
        except BaseException:
            self.close()
            raise

    def _launched(self, orders: bytes, inner: int) -> "subprocess.Popen[bytes]":
        try:
            process = subprocess.Popen(
                [layout.interpreter(), "-I", "-S", "-B", _LAUNCHER],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                pass_fds=[inner],
                env={},
                cwd="/",
            )
        except OSError as error:
            raise BoxFault(f"the launcher cannot be started: {error}") from error
        stdin: IO[bytes] = process.stdin  # type: ignore[assignment]
        try:
            stdin.write(orders)
            stdin.close()
        except BrokenPipeError:
            pass  # it died at once; its log says why
        return process

    @property
    def _scratch(self) -> Path | None:
        return None if self._bare_scratch is None else Path(self._bare_scratch.name)

    def _charter(self) -> Charter:
        return Charter(
            program=self.program.value,
            zygote_calls=seccomp.zygote_calls().hex(),
            worker_calls=seccomp.worker_calls().hex(),
        )

    def _bare_charter(self, probes: Path | None) -> Charter:
        folders = layout.folders_on_host(self.program)
        try:
            calls = seccomp.worker_calls().hex()
        except seccomp.SeccompMissing:
            calls = ""
        return Charter(
            program=self.program.value,
            zygote_calls="",
            worker_calls=calls,
            imports=folders,
            readable=[*folders, sys.base_prefix],
            probes=str(probes),
            is_insecure=True,
        )

    def _wait_until_ready(self, charter: Charter) -> None:
        self._control.settimeout(_START_LIMIT_S)
        try:
            self._control.send(charter.to_json())
            answer = self._control.recv(2)
        except OSError as error:
            raise self._fault("the zygote does not start") from error
        if answer[:1] != READY:
            raise self._fault("the zygote did not start")
        self.layers = Layer(answer[1])

    @property
    def is_alive(self) -> bool:
        """Whether it can still bear."""
        return self._process.poll() is None

    def bear(self, nest: Nest) -> Child:
        """A worker, which may still be on its way: see `Child.wait_until_ready`. Raises `BoxFault` if the zygote is gone."""
        layers = nest.layers & self.layers
        birth = Birth(layers=layers.value, bounds=vars(nest.bounds), threads=nest.threads, is_warm=nest.is_warm)
        worker, worker_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        monitor, monitor_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with worker_end, monitor_end:
            try:
                with self._lock:
                    self._shorten_log()
                    socket.send_fds(self._control, [birth.to_json()], [worker_end.fileno(), monitor_end.fileno()])
            except OSError as error:
                worker.close()
                monitor.close()
                raise self._fault("the zygote is gone") from error
        return Child(worker, monitor, nest, self._last_words)

    def close(self) -> None:
        """End it, and with it every worker that it bore."""
        self._control.close()
        process = getattr(self, "_process", None)
        if process is not None:
            process.kill()
            process.wait(_END_LIMIT_S)
        if self._bare_scratch is not None:
            self._bare_scratch.cleanup()
        self._log.close()

    def _fault(self, what: str) -> BoxFault:
        with contextlib.suppress(subprocess.TimeoutExpired):  # what is dying may still be writing why
            self._process.wait(_LAST_WORDS_S)
        words = self._last_words()
        logger.info("%s: %r", what, words)
        last = words.splitlines()[-1] if words else ""  # of a traceback, what it was
        return BoxFault(f"{what}: {last or 'it said nothing'}.")

    def _shorten_log(self) -> None:
        """Begin the log anew once it is long; its processes share our position in it."""
        if os.fstat(self._log.fileno()).st_size > _LONGEST_LOG:
            os.ftruncate(self._log.fileno(), 0)
            os.lseek(self._log.fileno(), 0, os.SEEK_SET)

    def _last_words(self) -> str:
        size = os.fstat(self._log.fileno()).st_size
        words = os.pread(self._log.fileno(), _LOG_LIMIT, max(0, size - _LOG_LIMIT))
        return words.decode("utf-8", "replace").strip()
