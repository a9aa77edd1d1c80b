# ruff: noqa: PTH108 - a probe tries what is not done
"""Probes: more than a worker is given, of room, files, descriptors, threads, processes and memory.

A file of probes stands alone; see `processes`.
"""

import json
import mmap
import os
import resource
import signal
import threading
import time
from pathlib import Path

_MIB = 1024 * 1024
_MOST_FILES = 25_000
_MANY_THREADS, _MANY_FORKS = 400, 300


def _tried(act):
    """`held` if `act` raises or returns nothing."""
    try:
        found = act()
    except (OSError, ValueError, RuntimeError) as error:
        return f"held {type(error).__name__} {getattr(error, 'errno', '')}"
    return f"breached {found}" if found else "held"


def _scratch():
    """The one folder that is this worker's own: it stands in it."""
    return Path.cwd()


def fill_the_scratch_folder(_files, argument):
    """Many files, none of them large."""
    bound, written = json.loads(argument)["scratch"], 0
    made = []

    def act():
        nonlocal written
        while written < 2 * bound:
            made.append(_scratch() / f"part{len(made)}")
            written += made[-1].write_bytes(bytes(_MIB))
        return written

    answer = _tried(act)
    for path in made:
        path.unlink(missing_ok=True)
    return answer


def one_large_file(_files, argument):
    """A file of a terabyte, which need not take any room."""
    path = _scratch() / "large"

    def act():
        with path.open("wb") as file:
            os.ftruncate(file.fileno(), 1 << 40)
        return True

    answer = _tried(act)
    path.unlink(missing_ok=True)
    return answer


def many_files(_files, _argument):
    """Empty ones: they take no room, but each takes memory of the kernel."""
    made = 0

    def act():
        nonlocal made
        while made < _MOST_FILES:
            os.close(os.open(f"empty{made}", os.O_CREAT | os.O_WRONLY))
            made += 1
        return made

    answer = _tried(act)
    for number in range(made):
        os.unlink(f"empty{number}")
    return answer


def many_descriptors(_files, _argument):
    opened = []

    def act():
        while len(opened) < 500:
            opened.append(os.open("/dev/null", os.O_RDONLY))
        return len(opened)

    answer = _tried(act)
    for number in opened:
        os.close(number)
    return answer


def large_pipes(_files, _argument):
    """Memory of the kernel's, not of the process."""
    enlarge = 1031

    def act():
        import fcntl

        ends = os.pipe()
        try:
            return fcntl.fcntl(ends[1], enlarge, _MIB)
        finally:
            for end in ends:
                os.close(end)

    return _tried(act)


def core_file(_files, _argument):
    """A picture of the memory, written when the process dies."""
    return _tried(lambda: resource.setrlimit(resource.RLIMIT_CORE, (_MIB, _MIB)) is None)


def threads_without_end(_files, _argument):
    threading.stack_size(128 * 1024)
    waiting, started = threading.Event(), []

    def act():
        while len(started) < _MANY_THREADS:
            thread = threading.Thread(target=waiting.wait, daemon=True)
            thread.start()
            started.append(thread)

    _tried(act)
    waiting.set()
    return f"{'breached' if len(started) >= _MANY_THREADS else 'held'} {len(started)} threads"


def forks_without_end(_files, _argument):
    children = []

    def act():
        while len(children) < _MANY_FORKS:
            child = os.fork()
            if child == 0:
                time.sleep(30)
                os._exit(0)
            children.append(child)

    _tried(act)
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return f"{'breached' if len(children) >= _MANY_FORKS else 'held'} {len(children)} forks"


def raise_limits(_files, _argument):
    """A hard limit that is above the box's."""
    return _tried(lambda: resource.setrlimit(resource.RLIMIT_NPROC, (3000, 3000)) is None)


def take_memory(_files, argument):
    """Four times the bound, piece by piece, each page of it used."""
    bound, taken = json.loads(argument)["memory"], []
    piece = bound // 8

    def act():
        while len(taken) < 32:
            taken.append(b"x" * piece)
        return True

    try:
        return _tried(act)
    except MemoryError:
        return f"held {len(taken)}"


def take_shared_memory(_files, argument):
    """The same in mappings that are shared, which limits on private memory do not see."""
    bound, taken = json.loads(argument)["memory"], []
    piece = bound // 8

    def act():
        while len(taken) < 32:
            taken.append(mmap.mmap(-1, piece))
            for place in range(0, piece, mmap.PAGESIZE):
                taken[-1][place] = 1
        time.sleep(0.2)
        return True

    return _tried(act)
