"""The first process of a zygote: a private tree of mounts if it is root, then bubblewrap.

It is run by path in a bare interpreter (`-I -S`), reads its orders from standard input as JSON, and imports nothing of ours:

    binds       [[source, target], …] to mount under STAGING; only as root
    uid         whom to become; only as root, else null
    argv        bubblewrap's command line; in the insecure mode, the zygote's own
    environment for it

Sources are opened before the private tree covers anything, so they may lie anywhere, under STAGING too.
"""

import ctypes
import json
import os
import resource
import signal
import stat
import sys
from pathlib import Path

STAGING = "/tmp"  # noqa: S108 - in a mount namespace of its own, under a fresh tmpfs

_CLONE_NEWNS = 0x00020000
_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 0x2, 0x4, 0x1000, 0x4000, 0x40000
_PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Carry out the orders. Any failure ends the process before bubblewrap starts."""
    orders = json.loads(sys.stdin.buffer.read())
    parent = os.getppid()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")  # under memory pressure, boxes go first
    if orders["uid"] is not None:
        _build_private_tree(orders["binds"])
        os.setgroups([])
        os.setresgid(orders["uid"], orders["uid"], orders["uid"])
        os.setresuid(orders["uid"], orders["uid"], orders["uid"])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")
    if os.getppid() != parent:
        sys.exit("the grader is gone")
    os.execve(orders["argv"][0], orders["argv"], orders["environment"])  # noqa: S606 - fixed arguments, no shell


def _build_private_tree(binds: list[list[str]]) -> None:
    _check(_libc.unshare(_CLONE_NEWNS), "unshare")
    _mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None)
    sources = [os.open(source, os.O_PATH | os.O_CLOEXEC) for source, _ in binds]
    _mount(b"tmpfs", STAGING.encode(), b"tmpfs", _MS_NOSUID | _MS_NODEV, b"mode=0755,size=4m")
    for fd, (_, target) in zip(sources, binds, strict=True):
        place = Path(STAGING, target)
        place.parent.mkdir(parents=True, exist_ok=True)
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            place.mkdir()
        else:
            place.touch()
        _mount(f"/proc/self/fd/{fd}".encode(), os.fsencode(place), None, _MS_BIND | _MS_REC, None)


def _mount(source: bytes, target: bytes, kind: bytes | None, flags: int, data: bytes | None) -> None:
    _check(_libc.mount(source, target, kind, ctypes.c_ulong(flags), data), f"mount {target.decode()}")


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        sys.exit(f"launcher: {what}: {os.strerror(number)}")


if __name__ == "__main__":
    main()
