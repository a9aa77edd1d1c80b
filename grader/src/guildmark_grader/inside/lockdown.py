"""What a worker does to itself before it meets a file: it gives up what it could hurt somebody with, layer by layer.

Each layer holds by itself most of what the others hold; the tests of the box switch on one at a time.
"""

import os
import resource
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Flag, auto
from pathlib import Path

from guildmark_grader.inside import kernel, landlock
from guildmark_grader.worker.bounds import allow

SCRATCH = "/tmp"  # noqa: S108 - the worker's own, on a file system that ends with it
_STAGE = f"{SCRATCH}/stage"

_OWN_FACTS = ("maps", "stat", "statm", "status")
"""What of /proc/PID a framework reads of itself."""
_HOST_FACTS = ("cpuinfo", "meminfo")
_NOWHERE = "/box/worker"
"""Where /proc/self/exe leads. TensorFlow asks for it, and where it names Python, for the command line too."""

_READABLE = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", "/sys/devices/system", "/proc")
_DEVICES = ("/dev/null", "/dev/urandom", "/dev/random")
"""Not /dev/zero: shared memory can be had from it that nobody sees."""

_RLIMIT_SIGPENDING = 11
"""The kernel's number on every architecture that Guildmark runs on; Python has no name for it."""


class Layer(Flag):
    """The layers of the box around a worker, within bubblewrap."""

    NAMESPACES = auto()
    LANDLOCK = auto()
    SECCOMP = auto()
    RLIMITS = auto()


ALL = Layer.NAMESPACES | Layer.LANDLOCK | Layer.SECCOMP | Layer.RLIMITS


def possible(bounds: "Bounds", *, has_filter: bool) -> Layer:
    """The layers that this host allows, for a grader that was told to do without the others."""
    layers = Layer.RLIMITS
    layers |= Layer.NAMESPACES if _can_separate(bounds) else Layer(0)
    layers |= Layer.LANDLOCK if landlock.version() else Layer(0)
    return layers | (Layer.SECCOMP if has_filter else Layer(0))


def _can_separate(bounds: "Bounds") -> bool:
    """Whether a child can have namespaces of its own here; one tries it."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            separate()
            if os.fork() == 0:
                _narrow_view(bounds)
                status = 0
            else:
                status = os.waitstatus_to_exitcode(os.wait()[1])
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] == 0


@dataclass(frozen=True)
class Bounds:
    """What a worker may use until a job says less. `scratch`, `memory` and `file_size` in bytes, `cpu_s` in seconds."""

    scratch: int
    memory: int
    file_size: int
    cpu_s: int
    processes: int
    open_files: int


def separate() -> None:
    """New namespaces for the children of this process: users, processes, IPC, mounts, network. It maps itself alone."""
    user, group = os.getuid(), os.getgid()
    kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWPID | kernel.CLONE_NEWIPC | kernel.CLONE_NEWNS | kernel.CLONE_NEWNET)
    for file, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path("/proc/self", file).write_text(line, encoding="ascii")


def lock_down(layers: Layer, bounds: Bounds, calls: bytes, *, readable: Iterable[str], scratch: str = SCRATCH) -> None:
    """Take the layers on, in the one order that is possible.

    `calls` is the filter of system calls, `readable` where the interpreter and its packages lie. `scratch` is the worker's
    folder where it has no file system of its own to put there.
    """
    if Layer.NAMESPACES in layers:
        _narrow_view(bounds)
        kernel.drop_capabilities()
    tempfile.tempdir = os.environ["TMPDIR"] = os.environ["HOME"] = scratch
    os.chdir(scratch)
    os.umask(0o077)
    if Layer.RLIMITS in layers:
        _set_limits(bounds)
    if Layer.LANDLOCK in layers:
        landlock.restrict(readable=(*readable, *_READABLE), writable=(scratch, *_DEVICES))
    if Layer.SECCOMP in layers:
        kernel.filter_calls(calls)


def _narrow_view(bounds: Bounds) -> None:
    """A scratch folder of this worker's own, and a /proc that holds a few facts instead of everything."""
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    quiet = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    kernel.mount("tmpfs", SCRATCH, "tmpfs", quiet, f"size={bounds.scratch},nr_inodes=20k,mode=0700")
    own = f"/proc/{Path('/proc/self').readlink()}"
    facts = {f"self/{name}": f"{own}/{name}" for name in _OWN_FACTS} | {name: f"/proc/{name}" for name in _HOST_FACTS}
    Path(_STAGE).mkdir()
    kernel.mount("tmpfs", _STAGE, "tmpfs", quiet, "size=64k,mode=0755")
    Path(_STAGE, "self").mkdir()
    for name, source in facts.items():
        Path(_STAGE, name).touch()
        kernel.mount(source, f"{_STAGE}/{name}", None, kernel.MS_BIND)
    Path(_STAGE, "self/exe").symlink_to(_NOWHERE)
    kernel.mount("none", _STAGE, None, kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | quiet)
    kernel.mount(_STAGE, "/proc", None, kernel.MS_BIND | kernel.MS_REC)
    kernel.unmount(_STAGE)
    Path(_STAGE).rmdir()


def _set_limits(bounds: Bounds) -> None:
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        _RLIMIT_SIGPENDING: 64,  # counted by user, so one worker's would be missing to others
        resource.RLIMIT_NPROC: bounds.processes,
        resource.RLIMIT_NOFILE: bounds.open_files,
    }
    for kind, limit in limits.items():
        resource.setrlimit(kind, (limit, limit))
    allow(cpu_s=bounds.cpu_s, memory=bounds.memory, file_size=bounds.file_size)
