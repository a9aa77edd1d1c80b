"""What workers do in the tests of the box: answers that are none, and ends of every kind.

Each gets the descriptors of its job and an argument. The descriptor of the reply is not told; it is the one that is left.
"""

import os
import signal
import socket
import struct
import sys
import threading
import time
from pathlib import Path

MAGIC = b"GMR1"
STAGE, REFUSED, ACCEPTED, PREDICTIONS, WORDS = range(1, 6)


def frame(kind: int, payload: bytes, length: int | None = None) -> bytes:
    return struct.pack("<4sBI", MAGIC, kind, len(payload) if length is None else length) + payload


def reply_of(files: list[int]) -> int:
    found = []
    for number in range(3, 128):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    (reply,) = set(found) - set(files)
    return reply


def honest(files, argument):
    return f"did {argument}"


def silent(files, argument):
    os._exit(0)


def aborted(files, argument):
    os.abort()


def babbling(files, argument):
    os.write(reply_of(files), b"x" * 1000)
    time.sleep(30)


def deaf(files, argument):
    os.close(reply_of(files))
    time.sleep(30)


def mute(files, argument):
    for number in (1, 2):
        os.close(number)
    return "said nothing"


def cut_short(files, argument):
    os.write(reply_of(files), frame(PREDICTIONS, b"1234", 8))
    os._exit(0)


def endless_array(files, argument):
    os.write(reply_of(files), frame(PREDICTIONS, b"", 2**32 - 1))
    time.sleep(30)


def endless_stages(files, argument):
    reply = reply_of(files)
    while True:
        os.write(reply, frame(STAGE, b"\x01"))


def endless_reply(files, argument):
    reply = reply_of(files)
    os.write(reply, frame(PREDICTIONS, b"", 8))
    while True:
        os.write(reply, b"12345678" * 8192)


def forged_fault(files, argument):
    code = b"grader.fault"
    os.write(reply_of(files), frame(REFUSED, bytes([1, len(code)]) + code + b"\x00"))
    time.sleep(30)


def forged_words(files, argument):
    os.write(reply_of(files), frame(WORDS, b"\x1b[31m/etc/passwd\n" + b"x" * 4000))
    time.sleep(30)


def noisy(files, argument):
    os.write(2, b"\x1b[31mnoise " * 100_000)
    return "made noise"


def endless_noise(files, argument):
    while True:
        os.write(2, b"noise " * 10_000)


def endless(files, argument):
    while True:
        pass


def stopped(files, argument):
    os.kill(os.getpid(), signal.SIGSTOP)


def threads_that_stay(files, argument):
    for _ in range(20):
        threading.Thread(target=time.sleep, args=(30,)).start()
    return "started threads"


def hungry(files, argument):
    taken = []
    while True:
        taken.append(bytearray(b"x") * (8 << 20))


def littering(files, argument):
    Path("litter").write_bytes(bytes(1 << 20))
    return "left a file"


def number(files, argument):
    time.sleep(0.2)
    return f"{argument} {len(list(Path().iterdir()))}"


def standard_descriptors(files, argument):
    return " ".join(str(os.fstat(number).st_mode >> 12) for number in range(3))


def seen_of_the_host(files, argument):
    strangers = {
        "grade.py",
        "metrics",
        "service.py",
        "pool.py",
        "authoring",
        "selfcheck",
        "guildmark_portal",
        "django",
        "pip",
    }
    places = {place: set(os.listdir(place)) for place in ("/box/code/guildmark_grader", "/box/site") if os.path.isdir(place)}  # noqa: PTH112, PTH208
    return " ".join(sorted(strangers & set().union(*places.values(), sys.modules)))


def hidden_sockets(files, argument):
    return " ".join(str(number) for number in range(64) if is_socket(number))


def is_socket(number: int) -> bool:
    try:
        socket.socket(fileno=os.dup(number)).close()
    except OSError:
        return False
    return True


def _libc():
    import ctypes

    return ctypes.CDLL(None, use_errno=True)


def misnamed(files, argument):
    """Bear a name that reads like a count of memory."""
    _libc().prctl(15, b"\x1cRssAnon: x", 0, 0, 0)
    time.sleep(0.2)
    return "lived"


def headless(files, argument):
    """End the first thread, and let another take memory: the kernel then shows nothing of it."""

    def take():
        time.sleep(0.2)
        kept = [bytearray(16 << 20) for _ in range(200)]
        time.sleep(60)
        return kept

    threading.Thread(target=take, daemon=True).start()
    time.sleep(0.1)
    _libc().syscall(60 if os.uname().machine == "x86_64" else 93, 0)


def kernel_memory(files, argument):
    """What takes memory of the kernel's that no limit counts: locks on parts of a file, policies, memory that grows down."""
    import ctypes
    import fcntl

    got = []
    with Path("/tmp/lock").open("wb") as file:  # noqa: S108 - the worker's own
        try:
            fcntl.lockf(file, fcntl.LOCK_EX, 1, 1)
            got.append("a lock")
        except PermissionError:
            pass
    libc = _libc()
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
    if libc.mmap(None, 4096, 3, 0x22 | 0x100, -1, 0) not in (None, 2**64 - 1):
        got.append("memory that grows down")
    page = libc.mmap(None, 4096, 3, 0x22, -1, 0)
    number = 237 if os.uname().machine == "x86_64" else 235
    if libc.syscall(number, ctypes.c_void_p(page), ctypes.c_ulong(4096), ctypes.c_int(0), None, ctypes.c_ulong(0), 0) == 0:
        got.append("a policy")
    return ", ".join(got) or "nothing"


def prints_in_crumbs(files, argument):
    """Write to the log, a byte at a time."""
    until = time.monotonic() + 2
    while time.monotonic() < until:
        os.write(1, b"x")
    return "done"
