"""What a child may still do once it has loaded its decoders: compute, read what it was given, write what it made.

Decoders of pictures and PDFs are large programs in C, and strangers choose what they read. So before a byte is read, a filter
of system calls (seccomp) takes everything else away: no file is opened, no address called, no process begun or traced, whatever
a decoder is talked into. The filter is written here in the kernel's own bytecode; it needs no library and no privilege.

Where the filter cannot be installed, nothing is decoded, with one exception: a kernel that was built without seccomp. There the
limits stand alone, and the portal's log says so. A machine whose numbers are not known here is no exception.
"""

import ctypes
import errno
import platform
import struct
from typing import Final

_KNOWN: Final = {
    # read write close fstat lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn pread64 writev sched_yield
    # mremap madvise nanosleep getpid exit gettimeofday sigaltstack gettid futex clock_gettime exit_group newfstatat getrandom
    # rseq
    "x86_64": (
        0xC000003E,
        (0, 1, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 17, 20, 24, 25, 28, 35, 39, 60, 96, 131, 186, 202, 228, 231, 262, 318, 334),
    ),
    "aarch64": (
        0xC00000B7,
        (
            *(63, 64, 57, 80, 62, 222, 226, 215, 214, 134, 135, 139, 67, 66, 124, 216, 233, 101, 172),
            *(93, 169, 132, 178, 98, 113, 94, 79, 278, 293),
        ),
    ),
}
"""The kernel's word for the architecture, and the numbers of the calls that are left."""

_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4
_KILL, _REFUSE, _ALLOW = 0x80000000, 0x00050001, 0x7FFF0000  # refuse: EPERM
_NO_NEW_PRIVILEGES, _ASK_SECCOMP, _SECCOMP, _FILTER = 38, 21, 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


class NotConfined(Exception):
    """The filter could not be installed."""


def give_up_system_calls() -> bool:
    """Leave this process nothing but the calls above, for ever; False where the kernel has no seccomp at all.

    Raises `NotConfined` wherever else it fails.
    """
    known = _KNOWN.get(platform.machine())
    if known is None:
        raise NotConfined(f"no list of system calls for {platform.machine()}")
    return install(_steps(*known))


def install(steps: list[bytes]) -> bool:
    """Put a filter in force; as above."""
    program = _Program(len(steps), b"".join(steps))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong)
    if libc.prctl(_ASK_SECCOMP, 0, None, 0, 0) == -1 and ctypes.get_errno() == errno.EINVAL:
        return False
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, None, 0, 0) != 0:
        raise NotConfined("privileges can still be gained")
    if libc.prctl(_SECCOMP, _FILTER, ctypes.cast(ctypes.byref(program), ctypes.c_void_p), 0, 0) != 0:
        raise NotConfined("the kernel refuses the filter")
    return True


def _steps(architecture: int, allowed: tuple[int, ...]) -> list[bytes]:
    """The filter: another architecture's calls kill, a number on the list passes, everything else is refused."""
    compared = [_step(_EQUAL, number, then=len(allowed) - place) for place, number in enumerate(allowed)]
    return [
        _step(_LOAD, _ARCHITECTURE_AT),
        _step(_EQUAL, architecture, then=1),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER_AT),
        *compared,
        _step(_RETURN, _REFUSE),
        _step(_RETURN, _ALLOW),
    ]


def _step(code: int, value: int, *, then: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, 0, value)
