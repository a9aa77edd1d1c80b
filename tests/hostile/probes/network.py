# ruff: noqa: PTH123, S108 - a probe tries what is not done
"""Probes: the network, siblings by way of the kernel's own channels, and rings that carry calls past a filter.

A file of probes stands alone; see `processes`.
"""

import contextlib
import ctypes
import errno
import json
import os
import socket
import time

_libc = ctypes.CDLL(None, use_errno=True)
_IS_X86 = os.uname().machine == "x86_64"
_IO_URING_SETUP = 425
_SHMGET, _SEMGET, _MSGGET, _MQ_OPEN = (29, 64, 68, 240) if _IS_X86 else (194, 190, 186, 180)
_CREATE = 0o1000
_READ_WRITE_CREATE = os.O_RDWR | os.O_CREAT


def _call(number, *arguments):
    """The result of a system call, or minus the error's number."""
    result = _libc.syscall(ctypes.c_long(number), *arguments)
    return -ctypes.get_errno() if result < 0 else result


def _said(result, what=""):
    name = errno.errorcode.get(-result, str(result)) if result < 0 else str(result)
    return f"{'held' if result < 0 else 'breached'} {what} {name}"


def _tried(act):
    try:
        found = act()
    except OSError as error:
        return f"held {type(error).__name__} {error.errno}"
    return f"breached {found}" if found else "held"


def _socket(family, kind, protocol=0):
    def act():
        with socket.socket(family, kind, protocol) as made:
            return made.fileno() >= 0

    return _tried(act)


def connect_to_the_host(_files, argument):
    port = json.loads(argument)["port"]

    def act():
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return True

    return _tried(act)


def internet_socket(_files, _argument):
    return _socket(socket.AF_INET, socket.SOCK_STREAM)


def internet_6_socket(_files, _argument):
    return _socket(socket.AF_INET6, socket.SOCK_STREAM)


def datagrams(_files, argument):
    port = json.loads(argument)["port"]

    def act():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
            return made.sendto(b"x", ("127.0.0.1", port))

    return _tried(act)


def raw_socket(_files, _argument):
    return _socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)


def packet_socket(_files, _argument):
    return _socket(socket.AF_PACKET, socket.SOCK_RAW)


def routes_of_the_kernel(_files, _argument):
    return _socket(socket.AF_NETLINK, socket.SOCK_RAW)


def socket_of_a_virtual_machine(_files, _argument):
    return _socket(socket.AF_VSOCK, socket.SOCK_STREAM)


def socket_by_path(_files, argument):
    path = json.loads(argument)["socket"]

    def act():
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as made:
            made.connect(path)
            return True

    return _tried(act)


def socket_without_a_path(_files, argument):
    """An abstract name, which no file system hides."""
    name = json.loads(argument)["abstract"]

    def act():
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as made:
            made.connect(f"\0{name}")
            return True

    return _tried(act)


def listen(_files, _argument):
    def act():
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as made:
            made.bind(("127.0.0.1", 0))
            made.listen()
            return made.getsockname()[1]

    return _tried(act)


def pair_of_sockets(_files, _argument):
    """Descriptors can be handed over such a pair."""

    def act():
        pair = socket.socketpair()
        for end in pair:
            end.close()
        return True

    return _tried(act)


def ring_of_calls(_files, _argument):
    """The kernel makes the calls in a ring, past every filter. The parameters are no memory: who reads them allows it."""
    result = _call(_IO_URING_SETUP, ctypes.c_uint(4), None)
    return f"{'breached' if result == -errno.EFAULT else 'held'} {errno.errorcode.get(-result, result)}"


def shared_memory(_files, _argument):
    return _said(_call(_SHMGET, ctypes.c_int(0), ctypes.c_size_t(4096), ctypes.c_int(_CREATE | 0o600)))


def shared_memory_of_a_sibling(_files, argument):
    """A segment that somebody else has made, by its key."""
    key = json.loads(argument)["key"]
    return _said(_call(_SHMGET, ctypes.c_int(key), ctypes.c_size_t(4096), ctypes.c_int(0o600)))


def semaphores(_files, _argument):
    return _said(_call(_SEMGET, ctypes.c_int(0), ctypes.c_int(1), ctypes.c_int(_CREATE | 0o600)))


def queue_of_messages(_files, _argument):
    return _said(_call(_MSGGET, ctypes.c_int(0), ctypes.c_int(_CREATE | 0o600)))


def queue_by_name(_files, _argument):
    result = _call(_MQ_OPEN, b"probe", ctypes.c_int(_READ_WRITE_CREATE), ctypes.c_uint(0o600), None)
    if result >= 0:
        os.close(result)
    return _said(result)


def file_of_a_sibling(_files, argument):
    """What a sibling left where all may write."""
    name = json.loads(argument)["left"]
    found = []
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/job", "/box"):
        with contextlib.suppress(OSError):
            found += [root for root, _folders, files in os.walk(folder) if name in files]
    return f"breached {found[0]}" if found else "held"


def leave_something(_files, argument):
    """The sibling: leaves a file, a segment and a socket wherever it can, and says where."""
    wanted = json.loads(argument)
    left = []
    for folder in ("/tmp", "/var/tmp", "/dev/shm"):
        with contextlib.suppress(OSError):
            with open(f"{folder}/{wanted['left']}", "w", encoding="ascii") as file:
                file.write("x")
            left.append(folder)
    if _call(_SHMGET, ctypes.c_int(wanted["key"]), ctypes.c_size_t(4096), ctypes.c_int(_CREATE | 0o666)) >= 0:
        left.append("memory")
    time.sleep(wanted["stay_s"])
    return f"left {' '.join(left)}"
