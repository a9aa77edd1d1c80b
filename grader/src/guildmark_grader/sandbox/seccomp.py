# ruff: noqa: SIM905 - a hundred names read better as words
"""Seccomp: which system calls a worker and a zygote may still make. Everything else is refused with EPERM.

The lists are what NumPy, TensorFlow, ONNX Runtime, LiteRT and PyTorch were seen to need on CPU to load and predict; a test runs
each of them under the filter. libseccomp turns names into this machine's numbers, and refuses calls of a foreign
architecture.
"""

import ctypes
import errno
import functools
import tempfile
from collections.abc import Iterable
from typing import Any

from guildmark.errors import OurFault
from guildmark.i18n import mark

_OF_A_WORKER = """
    brk munmap mprotect mremap madvise membarrier mincore msync

    futex sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max
    sched_get_priority_min set_robust_list get_robust_list rseq set_tid_address arch_prctl getcpu restart_syscall exit
    exit_group

    read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 lseek sendfile copy_file_range open openat creat
    close close_range dup dup2 dup3 flock stat lstat fstat newfstatat statx statfs fstatfs access faccessat faccessat2
    readlink readlinkat getdents getdents64 getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2
    truncate ftruncate fallocate fsync fdatasync umask chmod fchmodat pipe pipe2 eventfd2

    poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait nanosleep clock_nanosleep recvmsg

    rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack

    getpid getppid gettid getuid geteuid getgid getegid getgroups getpgrp getrusage times uname sysinfo time gettimeofday
    clock_gettime clock_getres getrandom getpriority capget
""".split()
_OF_A_ZYGOTE = """
    clone fork vfork unshare mount umount2 wait4 waitid pidfd_open pidfd_send_signal kill tgkill prctl seccomp capset prlimit64
    setrlimit getrlimit sendmsg sendto recvfrom landlock_create_ruleset landlock_add_rule landlock_restrict_self symlink
    symlinkat ioctl fcntl mmap setsid
""".split()

_CLONE_VM, _CLONE_SIGHAND, _CLONE_THREAD = 0x100, 0x800, 0x10000
_A_THREAD = _CLONE_VM | _CLONE_SIGHAND | _CLONE_THREAD
_NEW_NAMESPACES = 0x7E020000 | 0x80
_PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA = 15, 16, 0x53564D41
_FCNTL_COMMANDS = (*range(5), 1030)
"""To duplicate a descriptor, and its flags. Not to seal, lease or watch a file of ours, nor to enlarge a pipe, nor to lock
parts of a file: each lock takes memory of the kernel's that no limit counts."""
_TCGETS, _FIONREAD, _FIONBIO, _FIOCLEX = 0x5401, 0x541B, 0x5421, 0x5451
_SHARED, _ANONYMOUS, _GROWS_DOWN = 0x01, 0x20, 0x100
_ITSELF = 1
"""A worker's process number, in its own namespace."""


class SeccompMissing(OurFault):
    """libseccomp is not installed, and without a filter no box is whole."""

    default_next_step = mark("Install it with: apt install libseccomp2, and: pip install pyseccomp.")


@functools.cache
def worker_calls() -> bytes:
    """The filter of a worker, in the kernel's bytecode."""
    sc = _library()
    rules = [
        ("clone", sc.Arg(0, sc.MASKED_EQ, _A_THREAD | _NEW_NAMESPACES, _A_THREAD)),
        ("tgkill", sc.Arg(0, sc.EQ, _ITSELF)),
        ("prlimit64", sc.Arg(0, sc.EQ, 0)),
        *(("prctl", sc.Arg(0, sc.EQ, option)) for option in (_PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA)),
        *(("ioctl", sc.Arg(1, sc.EQ, request)) for request in (_TCGETS, _FIONREAD, _FIONBIO, _FIOCLEX)),
        *(("fcntl", sc.Arg(1, sc.EQ, command)) for command in _FCNTL_COMMANDS),
        # Memory that is shared and has no file can be filled, dropped from sight and kept: no monitor would see it. Memory
        # that grows down is no data to the limits.
        *(("mmap", sc.Arg(3, sc.MASKED_EQ, _SHARED | _ANONYMOUS | _GROWS_DOWN, kind)) for kind in (0, _SHARED, _ANONYMOUS)),
    ]
    return _compiled(_OF_A_WORKER, [(name, [argument]) for name, argument in rules])


@functools.cache
def zygote_calls() -> bytes:
    """The filter of a zygote: that of a worker, and what it takes to bear one. Still no exec, no sockets, no tracing."""
    return _compiled([*_OF_A_WORKER, *_OF_A_ZYGOTE], [])


def library_version() -> str:
    """Which libseccomp is used. Raises `SeccompMissing`."""
    found = _library()._libseccomp  # noqa: SLF001 - the binding has no word for it
    found.seccomp_version.restype = ctypes.POINTER(ctypes.c_uint * 3)
    return ".".join(map(str, found.seccomp_version().contents))


def _library() -> Any:
    try:
        import pyseccomp  # type: ignore[import-untyped]
    except (ImportError, OSError, RuntimeError) as error:
        raise SeccompMissing from error
    return pyseccomp


def _compiled(allowed: Iterable[str], rules: Iterable[tuple[str, list[Any]]]) -> bytes:
    """A filter that allows the calls by name, those of `rules` with their arguments alone, and refuses the rest."""
    sc = _library()
    calls = sc.SyscallFilter(sc.ERRNO(errno.EPERM))
    for name in dict.fromkeys(allowed):
        _add(calls, sc.ALLOW, name)
    for name, arguments in rules:
        _add(calls, sc.ALLOW, name, *arguments)
    _add(calls, sc.ERRNO(errno.ENOSYS), "clone3")  # its flags lie in memory, where no filter sees them: libc then uses clone
    with tempfile.TemporaryFile() as file:
        calls.export_bpf(file)
        file.flush()  # the library wrote to the descriptor
        file.seek(0)
        return file.read()


def _add(calls: Any, action: int, name: str, *arguments: Any) -> None:
    sc = _library()
    try:
        number = sc.resolve_syscall(sc.Arch.NATIVE, name)
    except (OSError, ValueError):
        return  # this libseccomp does not know it: then it stays refused
    if number >= 0:  # a negative one belongs to other machines
        calls.add_rule(action, number, *arguments)
