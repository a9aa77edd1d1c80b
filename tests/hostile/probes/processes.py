# ruff: noqa: PERF203, PTH110, PTH115, PTH123, PTH208 - a probe tries what is not done
"""Probes: more processes, other people's processes, and what /proc tells of them.

A file of probes stands alone, for it is run in a worker that has nothing else of this repository. A probe takes the
descriptors of its job and an argument in JSON, and answers `held …` or `breached …` with a word on what it met. Its calls are
live: each has the effect that it tries for wherever nothing holds it.
"""

import ctypes
import errno
import json
import os
import signal
import sys
import time
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_IS_X86 = os.uname().machine == "x86_64"
_CLONE, _PTRACE, _VM_READ = (56, 101, 310) if _IS_X86 else (220, 117, 270)
_EXECVE, _EXECVEAT, _MEMFD = (59, 322, 319) if _IS_X86 else (221, 281, 279)
_CLONE3, _PIDFD_OPEN, _PIDFD_GETFD = 435, 434, 438
_SEIZE, _TRACEME = 0x4206, 0
_NEW_USER = 0x10000000
_EMPTY_PATH = 0x1000


def _call(number, *arguments):
    """The result of a system call, or minus the error's number."""
    result = _libc.syscall(ctypes.c_long(number), *arguments)
    return -ctypes.get_errno() if result < 0 else result


def _said(result, what=""):
    name = errno.errorcode.get(-result, str(result)) if result < 0 else str(result)
    return f"{'held' if result < 0 else 'breached'} {what} {name}"


def _tried(act, what=""):
    """`held` if `act` raises or returns nothing."""
    try:
        found = act()
    except (OSError, MemoryError, ValueError, RuntimeError) as error:
        return f"held {what} {type(error).__name__} {getattr(error, 'errno', '')}"
    return f"breached {what} {found}" if found else f"held {what}"


def _others():
    """The numbers of processes that exist here, but for this one."""
    found = []
    for number in range(1, 2000):
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            continue
        except PermissionError:
            pass
        found.append(number)
    return [number for number in found if number != os.getpid()]


def fork(_files, _argument):
    def act():
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        return True

    return _tried(act)


def spawn(_files, _argument):
    return _tried(lambda: os.posix_spawn(sys.executable or "/proc/self/exe", ["python", "-c", ""], {}))


def clone_with_a_user_namespace(_files, _argument):
    result = _call(_CLONE, ctypes.c_ulong(_NEW_USER | signal.SIGCHLD), None, None, None, None)
    if result == 0:
        os._exit(0)
    return _said(result)


def clone3(_files, _argument):
    arguments = (ctypes.c_uint64 * 11)()
    arguments[4] = signal.SIGCHLD
    result = _call(_CLONE3, arguments, ctypes.c_size_t(88))
    if result == 0:
        os._exit(0)
    return _said(result)


def _executed(result):
    """The arguments are no memory: who gets so far as to read them would have been executed."""
    return f"{'breached' if result == -errno.EFAULT else 'held'} {errno.errorcode.get(-result, result)}"


def execve(_files, _argument):
    program = next(path for path in (sys.executable, "/box/python/bin/python", "/bin/sh") if path and os.path.exists(path))
    return _executed(_call(_EXECVE, os.fsencode(program), ctypes.c_void_p(1), None))


def execute_from_memory(_files, _argument):
    """A program that never was a file."""
    memory = _call(_MEMFD, b"program", ctypes.c_uint(0))
    if memory < 0:
        return _said(memory)
    os.write(memory, b"\x7fELF" + b"\0" * 60)
    return _executed(_call(_EXECVEAT, ctypes.c_int(memory), b"", ctypes.c_void_p(1), None, ctypes.c_int(_EMPTY_PATH)))


def execute_memory_of_its_own(_files, _argument):
    """A file in the scratch folder, made a program."""
    path = Path.cwd() / "program"

    def act():
        path.write_bytes(b"#!/bin/sh\n")
        path.chmod(0o700)

    refused = _tried(act)
    return refused if "Error" in refused else _executed(_call(_EXECVE, os.fsencode(path), ctypes.c_void_p(1), None))


def signal_others(_files, _argument):
    def act():
        reached = []
        for number in _others():
            try:
                os.kill(number, signal.SIGCONT)
            except OSError:
                continue
            reached.append(number)
        return reached[:5]

    return _tried(act)


def signal_everything(_files, _argument):
    """All processes that may be reached at once; the signal does no harm."""
    return _tried(lambda: os.kill(-1, signal.SIGCONT) is None)


def signal_its_parent(_files, _argument):
    parent = os.getppid()
    return _tried(lambda: parent > 0 and os.kill(parent, signal.SIGCONT) is None, f"parent {parent}")


def trace_others(_files, _argument):
    results = [_call(_PTRACE, ctypes.c_long(_SEIZE), ctypes.c_long(number), None, None) for number in _others()[-20:]]
    return _said(max(results, default=-errno.ESRCH))


def be_traced(_files, _argument):
    return _said(_call(_PTRACE, ctypes.c_long(_TRACEME), ctypes.c_long(0), None, None))


def read_memory_of_its_parent(_files, _argument):
    """The parent was forked from the same process: what lies at an address here lies there too."""
    copy = ctypes.c_uint64(0)
    here = (ctypes.c_uint64 * 2)(ctypes.addressof(copy), 8)
    there = (ctypes.c_uint64 * 2)(id(sys.modules) & ~7, 8)
    parent = os.getppid()
    if not parent:
        return "held no parent"
    return _said(_call(_VM_READ, ctypes.c_long(parent), here, ctypes.c_ulong(1), there, ctypes.c_ulong(1), ctypes.c_ulong(0)))


def take_descriptors_of_its_parent(_files, _argument):
    if not os.getppid():
        return "held no parent"
    parent = _call(_PIDFD_OPEN, ctypes.c_int(os.getppid()), ctypes.c_uint(0))
    if parent < 0:
        return _said(parent, "open")
    return _said(_call(_PIDFD_GETFD, ctypes.c_int(parent), ctypes.c_int(0), ctypes.c_uint(0)), "take")


def _read_first(paths):
    """The first of `paths` that has something to read."""
    for path in paths:
        try:
            with open(path, "rb") as file:
                if file.read(64):
                    return path
        except OSError:
            continue
    return ""


def facts_of_other_processes(_files, _argument):
    """Command lines, environments and memory maps of whoever else there is."""
    own = {str(os.getpid()), "self"}
    try:
        numbers = [name for name in os.listdir("/proc") if name.isdigit() and name not in own]
    except OSError:
        numbers = []
    paths = [f"/proc/{number}/{name}" for number in [*numbers, "1"] for name in ("environ", "cmdline", "maps", "status")]
    return _tried(lambda: _read_first(path for path in paths if path.split("/")[2] not in own))


def facts_of_its_own_process(_files, _argument):
    """What would tell of the host or of the grader: mounts with their sources, groups, the command line, the environment."""
    names = ("mountinfo", "mounts", "cgroup", "cmdline", "environ", "loginuid", "attr/current")
    return _tried(lambda: _read_first(f"/proc/self/{name}" for name in names))


def facts_of_the_host(_files, _argument):
    names = (
        "kallsyms",
        "modules",
        "cmdline",
        "net/tcp",
        "net/unix",
        "interrupts",
        "partitions",
        "sysvipc/shm",
        "keys",
        "version",
    )
    return _tried(lambda: _read_first(f"/proc/{name}" for name in names))


def folder_of_descriptors(_files, _argument):
    """Links to what is open, here and elsewhere."""
    return _tried(lambda: os.listdir("/proc/self/fd") and os.readlink("/proc/self/cwd"))


def settings_of_its_own_process(_files, _argument):
    return _tried(
        lambda: Path("/proc/self/oom_score_adj").write_text("500") and Path("/proc/self/coredump_filter").write_text("0x33")
    )


def the_root_of_others(_files, argument):
    """Another process's view of the files: with it, no mount hides anything."""
    path = json.loads(argument)["secret"]
    return _tried(lambda: _read_first(f"/proc/{number}/root{path}" for number in _others()[:50]))


def its_own_memory_by_file(_files, _argument):
    """Memory that is not to be written can be written through a file."""

    def act():
        with open("/proc/self/mem", "r+b", buffering=0) as memory:
            word = ctypes.c_uint64(0)
            memory.seek(ctypes.addressof(word))
            memory.write(b"\x01")
            return word.value

    return _tried(act)


def daemon(_files, argument):
    """A process that leaves its group and its session, and acts when its parents are long gone."""
    marker = Path(json.loads(argument)["marker"])

    def act():
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(1)
                marker.touch()
            os._exit(0)
        os.wait()
        time.sleep(1.5)
        return marker.exists()

    return _tried(act)


def session_of_its_own(_files, _argument):
    return _tried(lambda: os.setsid() is None)


def priority(_files, _argument):
    """Yields to others, which is harmless, by a call that could as well do the opposite."""
    return _tried(lambda: os.setpriority(os.PRIO_PROCESS, 0, 5) is None)
