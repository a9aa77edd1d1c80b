"""Landlock: what of the file system a worker may still open, on top of what it can see at all.

The kernel's numbers are the same on every architecture that has Landlock. Source: the kernel's `landlock(7)`.
"""

import ctypes
import errno
import os
import stat
from collections.abc import Iterable

from guildmark_grader.inside import kernel

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_RULE_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_DIR, _REMOVE_FILE = (1 << bit for bit in range(6))
_MAKE_CHAR, _MAKE_DIR, _MAKE_REG, _MAKE_SOCK, _MAKE_FIFO, _MAKE_BLOCK, _MAKE_SYM = (1 << bit for bit in range(6, 13))
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_READ = _READ_FILE | _READ_DIR
_WORK = _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _TRUNCATE
_OF_A_FILE = _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_ABI_WITH = {_REFER: 2, _TRUNCATE: 3, _IOCTL_DEV: 5}
_ABI_WITH_NETWORK, _ABI_WITH_SCOPES = 4, 6
_ALL_TCP, _ALL_SCOPES = 0b11, 0b11


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """The version of the kernel's interface, from 1; 0 where there is no Landlock."""
    found = kernel.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    if found < 0 and ctypes.get_errno() not in {errno.ENOSYS, errno.EOPNOTSUPP}:
        kernel.check(found, "landlock")
    return max(found, 0)


def restrict(*, readable: Iterable[str], writable: Iterable[str]) -> None:
    """From now on this thread and what it starts reads only beneath `readable` and `writable`, writes only beneath the latter.

    Nothing may be executed, nothing special be made; no TCP, and where the kernel knows scopes, no signal and no abstract
    socket out of the domain. Paths that do not exist are passed over.
    """
    abi = version()
    handled = sum(1 << bit for bit in range(16) if _ABI_WITH.get(1 << bit, 1) <= abi)
    network, scopes = (_ALL_TCP if abi >= _ABI_WITH_NETWORK else 0), (_ALL_SCOPES if abi >= _ABI_WITH_SCOPES else 0)
    wanted = _Ruleset(handled, network, scopes)
    size = 24 if scopes else 16 if network else 8
    ruleset = kernel.syscall(_CREATE_RULESET, ctypes.byref(wanted), ctypes.c_size_t(size), ctypes.c_uint32(0))
    kernel.check(ruleset, "landlock")
    try:
        for paths, allowed in ((readable, _READ), (writable, _WORK)):
            for path in paths:
                _allow(ruleset, path, allowed & handled)
        kernel.check(kernel.syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0)), "landlock")
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, allowed: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        is_folder = stat.S_ISDIR(os.fstat(place).st_mode)
        rule = _Beneath(allowed if is_folder else allowed & _OF_A_FILE, place)
        added = kernel.syscall(
            _ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_RULE_PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0)
        )
        kernel.check(added, f"landlock {path}")
    finally:
        os.close(place)
