"""Attacks, run INSIDE a worker by the self-check: each says in a few words what it achieved, and nothing where it was held.

Theory of operation. An attack gets the descriptors that a job brings, here a pipe called the witness, a file of the grader's
that may only be read, and a memory file, and a document that tells where the targets are. The witness tells the doctor what
words cannot: that something still holds it when the worker is gone, or that another program wrote to it. No attack does harm
where it succeeds: signals are number 0, files outside have no name, memory and disk are taken up to what every machine has.
So they also run unboxed, and there they must succeed: an attack that could not would prove nothing.

All of them stand in this one file, for it is mounted into the box as one. Only the standard library is imported.
"""

import contextlib
import ctypes
import errno
import fcntl
import json
import mmap
import os
import platform
import resource
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

_MIB = 1024 * 1024
_NAMES = ("add_key", "bpf", "perf", "userfaultfd", "ptrace", "read_memory", "shmget", "syslog")
_NUMBERS = {"x86_64": (248, 321, 298, 323, 101, 310, 29, 103), "aarch64": (217, 280, 241, 282, 117, 270, 194, 116)}
_IO_URING_SETUP = 425  # the same on every machine
_SEIZE, _DETACH = 0x4206, 17
_NAMESPACES = {"user": 0x10000000, "mount": 0x00020000, "process": 0x20000000, "network": 0x40000000, "IPC": 0x08000000}
_RARE_SOCKETS = {"vsock": (40, 1), "netlink": (16, 3), "packet": (17, 3), "alg": (38, 5)}
_F_SETLEASE, _F_ADD_SEALS, _F_SEAL_FUTURE_WRITE = 1024, 1033, 0x10
_MAP_NORESERVE = 0x4000
_OUR_VARIABLES = {
    *("HOME", "PWD", "LANG", "LC_CTYPE", "LD_LIBRARY_PATH", "TMPDIR", "KERAS_BACKEND", "CUDA_VISIBLE_DEVICES"),
    *("TF_CPP_MIN_LOG_LEVEL", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
}
_FIRST_PROCESSES = range(1, 400)
_FOLDERS = ("/", "/box", "/box/code", "/box/python", "/usr/lib", "/etc", "/dev", "/dev/shm", "/sys", "/proc")  # noqa: S108
_PLACES = ("/etc/passwd", "/etc/shadow", "/etc/hosts", "/root", "/home", "/var", "/run", "/mnt", "/srv")
_OF_PROC = (
    "/proc/1/environ",
    "/proc/self/environ",
    "/proc/self/mem",
    "/proc/self/fd/0",
    "/proc/mounts",
    "/proc/sys/kernel/pid_max",
)

_libc = ctypes.CDLL(None, use_errno=True)


def _tried(what: str, act: Callable[..., object], *arguments: object) -> Iterator[str]:
    """`what`, if the act was possible. An act that answers False was not."""
    with contextlib.suppress(OSError, MemoryError, ValueError):
        if act(*arguments) is not False:
            yield what


def _said(*achieved: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(one for several in achieved for one in several))


def _called(call: str | int, *arguments: object) -> None:
    """A system call by its name above or its number; raises `OSError` where it is refused."""
    known = dict(zip(_NAMES, _NUMBERS.get(platform.machine(), ()), strict=False))
    number = known.get(call) if isinstance(call, str) else call
    if number is None:
        raise OSError(errno.ENOSYS, "unknown on this machine")
    _check(_libc.syscall(ctypes.c_long(number), *arguments))


def _check(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _open(path: str, flags: int = os.O_RDONLY) -> None:
    os.close(os.open(path, flags, 0o600))


def _connect(address: str) -> None:
    with socket.socket(socket.AF_UNIX) as end:
        end.connect(address)


def _status() -> dict[str, str]:
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    return dict(line.split(":\t", 1) for line in lines)


# Other processes


def signal_others(_files: list[int], argument: str) -> str:
    """Signals to every process in reach: number 0, which only asks whether one may."""
    numbers = {*_FIRST_PROCESSES, *json.loads(argument)["processes"], os.getppid()} - {os.getpid(), 0}
    return _said(found for number in numbers for found in _tried("signals others", os.kill, number, 0))


def trace_others(_files: list[int], argument: str) -> str:
    """Take hold of another process, and read its memory."""
    victim = json.loads(argument)["victim"]
    process, size = ctypes.c_long(victim["process"]), len(victim["text"])

    def seize() -> None:
        _called("ptrace", ctypes.c_long(_SEIZE), process, None, None)
        with contextlib.suppress(OSError):
            _called("ptrace", ctypes.c_long(_DETACH), process, None, None)

    def read() -> bool:
        content = ctypes.create_string_buffer(size)
        here = (ctypes.c_uint64 * 2)(ctypes.addressof(content), size)
        there = (ctypes.c_uint64 * 2)(victim["address"], size)
        _called("read_memory", process, here, ctypes.c_ulong(1), there, ctypes.c_ulong(1), ctypes.c_ulong(0))
        return content.raw.decode("latin-1") == str(victim["text"])

    return _said(_tried("traces others", seize), _tried("reads their memory", read))


def see_others(_files: list[int], argument: str) -> str:
    """What /proc tells of other processes, their memory included, and of the kernel."""
    paths = (f"/proc/{json.loads(argument)['victim']['process']}/mem", *_OF_PROC)
    others = sum(path.name.isdigit() and int(path.name) != os.getpid() for path in Path("/proc").iterdir())
    opened = (found for path in paths for found in _tried(f"opens {path}", _open, path))
    return _said([f"sees {others} processes"] if others else [], opened)


def fork(_files: list[int], _argument: str) -> str:
    """Be two."""

    def act() -> None:
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)

    return _said(_tried("forks", act))


def execute(files: list[int], argument: str) -> str:
    """Become another program, which tells the witness."""
    told = f"import os; os.write({files[0]}, b'runs another program')"
    for program in json.loads(argument)["programs"]:
        with contextlib.suppress(OSError):
            os.execve(program, [program, "-I", "-S", "-c", told], dict(os.environ))  # noqa: S606
    return ""


def outlive(_files: list[int], _argument: str) -> str:
    """Leave a daemon behind that holds the witness."""
    with contextlib.suppress(OSError):
        if os.fork() == 0:
            with contextlib.suppress(OSError):
                os.setsid()
            time.sleep(20)
            os._exit(0)
    return ""


# The network


def reach_network(_files: list[int], argument: str) -> str:
    """TCP and UDP to this host."""
    targets = json.loads(argument)

    def connect() -> None:
        socket.create_connection(("127.0.0.1", targets["tcp"]), timeout=1).close()

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"attack", ("127.0.0.1", targets["udp"]))

    return _said(_tried("reaches TCP", connect), _tried("reaches UDP", send))


def reach_sockets(_files: list[int], argument: str) -> str:
    """A socket of this host by its path, and one by its abstract name."""
    targets = json.loads(argument)
    by_path = _tried("reaches a socket by path", _connect, targets["socket"])
    return _said(by_path, _tried("reaches an abstract socket", _connect, "\0" + targets["abstract"]))


def make_sockets(_files: list[int], _argument: str) -> str:
    """Sockets of families that no model needs."""
    return _said(found for name, kind in _RARE_SOCKETS.items() for found in _tried(name, _make_socket, *kind))


def _make_socket(family: int, kind: int) -> None:
    socket.socket(family, kind).close()


# Files


def read_outside(_files: list[int], argument: str) -> str:
    """Files of the host and of the grader."""
    return _said(found for path in (json.loads(argument)["file"], *_PLACES) for found in _tried(path, _open, path))


def look_around(_files: list[int], _argument: str) -> str:
    """Folders that are there, and of which nothing needs to be known."""
    return _said(found for path in ("/", "/dev", "/sys") for found in _tried(f"lists {path}", os.listdir, path))


def write_outside(_files: list[int], argument: str) -> str:
    """Files outside of the scratch folder; they have no name, so that nothing is left of them."""
    nameless = os.O_TMPFILE | os.O_WRONLY
    folders = (json.loads(argument)["folder"], *_FOLDERS)
    return _said(found for path in folders for found in _tried(path, _open, path, nameless))


def tamper(files: list[int], _argument: str) -> str:
    """Change what belongs to the grader behind the descriptors that a job brings."""
    _witness, readable, memory = files
    return _said(
        _tried("changes its mode", os.fchmod, readable, 0o666),
        _tried("changes its times", os.utime, readable),
        _tried("seals the memory file", fcntl.fcntl, memory, _F_ADD_SEALS, _F_SEAL_FUTURE_WRITE),
        _tried("leases the file", fcntl.fcntl, readable, _F_SETLEASE, fcntl.F_RDLCK),
        _tried("writes the file", os.write, readable, b"attack"),
    )


def inherited(files: list[int], _argument: str) -> str:
    """Descriptors that no job brought: beside those of the job there are the three standard ones and the reply's."""
    open_ones = (found for number in range(1024) for found in _tried(str(number), os.fstat, number))
    more = len(list(open_ones)) - len(files) - 4
    return f"has {more} descriptors more" if more > 0 else ""


# Powers


def gain_powers(_files: list[int], _argument: str) -> str:
    """Who the worker is and may become."""
    status = _status()
    powers = [f"has {name}" for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb") if int(status[name], 16)]
    become = (*_tried("becomes root", os.setuid, 0), *_tried("chooses groups", os.setgroups, [0]))
    return _said(powers, become, ["is root"] if os.getuid() == 0 else [])


def share_processes(_files: list[int], _argument: str) -> str:
    """Not to be the first process of a namespace: then something could be left of it."""
    return "" if os.getpid() == 1 else "shares a process namespace"


def be_unfiltered(_files: list[int], _argument: str) -> str:
    """To run without a filter of its own, beside its zygote's."""
    status = _status()
    wanted = {"NoNewPrivs": "1", "Seccomp": "2", "Seccomp_filters": "2"}
    return _said(f"{name} {status[name]}" for name, value in wanted.items() if int(status.get(name, value)) < int(value))


def know_host(_files: list[int], _argument: str) -> str:
    """What the environment tells."""
    log = _tried("reads the kernel's log", _called, "syslog", ctypes.c_int(10), None, ctypes.c_int(0))
    return _said([] if os.uname().nodename == "box" else ["knows the host's name"], sorted({*os.environ} - _OUR_VARIABLES), log)


def make_namespaces(_files: list[int], _argument: str) -> str:
    """Namespaces of its own, in which it would have every power."""

    def enter(flag: int) -> None:
        _check(_libc.unshare(ctypes.c_int(flag)))

    return _said(found for name, flag in _NAMESPACES.items() for found in _tried(name, enter, flag))


def mount(_files: list[int], _argument: str) -> str:
    """A file system on its own folder."""
    folder = os.fsencode(tempfile.gettempdir())

    def act() -> None:
        _check(_libc.mount(b"none", folder, b"tmpfs", ctypes.c_ulong(0), None))
        _libc.umount2(folder, 2)

    return _said(_tried("mounts", act))


def rare_calls(_files: list[int], _argument: str) -> str:
    """System calls that make a kernel large: each is asked for the least that it does."""
    array = (ctypes.c_uint32 * 32)(2, 4, 4, 1)  # for bpf: an array of one
    event = (ctypes.c_uint64 * 16)(1 | 128 << 32, 0, 0, 0, 0, 0x60)  # for perf: a software event, of one's own code alone
    anywhere, size = ctypes.c_int(-1), ctypes.c_size_t(1)
    calls: dict[str, tuple[Any, ...]] = {
        "io_uring": (_IO_URING_SETUP, ctypes.c_uint(1), ctypes.create_string_buffer(120)),
        "keyrings": ("add_key", b"user", b"guildmark-self-check", b"x", size, ctypes.c_int(-2)),
        "bpf": ("bpf", ctypes.c_int(0), array, ctypes.c_uint(72)),
        "perf": ("perf", event, ctypes.c_int(0), anywhere, anywhere, ctypes.c_ulong(0)),
        "userfaultfd": ("userfaultfd", ctypes.c_int(1)),
    }
    return _said(found for name, call in calls.items() for found in _tried(name, _called, *call))


# What a machine has


def take_memory(_files: list[int], _argument: str) -> str:
    """Memory of its own, up to 512 MiB."""
    taken = []
    try:
        for _ in range(32):
            taken.append(bytearray(b"x") * (16 * _MIB))
            time.sleep(0.004)
    except MemoryError:
        return ""
    return "takes 512 MiB"


def take_shared_memory(_files: list[int], _argument: str) -> str:
    """Memory in shared mappings, which limits on a process hardly count, up to 512 MiB."""
    taken = []
    try:
        for _ in range(32):
            taken.append(mmap.mmap(-1, 16 * _MIB))
            for at in range(0, 16 * _MIB, mmap.PAGESIZE):
                taken[-1][at] = 1
            time.sleep(0.004)
    except OSError:
        return ""
    return "takes 512 MiB"


def hide_memory(_files: list[int], _argument: str) -> str:
    """Shared memory that is filled and then dropped from sight, which a look at the process does not tell: 512 MiB."""
    return _said(_tried("hides 512 MiB", _hide, -1))


def hide_memory_in_device(_files: list[int], _argument: str) -> str:
    """The same, from /dev/zero."""

    def hide() -> None:
        with Path("/dev/zero").open("r+b", buffering=0) as zero:
            _hide(zero.fileno())

    return _said(_tried("hides 512 MiB", hide))


def _hide(descriptor: int) -> None:
    with contextlib.ExitStack() as kept:
        for _ in range(64):
            mapped = kept.enter_context(mmap.mmap(descriptor, 8 * _MIB))
            for at in range(0, 8 * _MIB, mmap.PAGESIZE):
                mapped[at] = 1
            mapped.madvise(mmap.MADV_DONTNEED)


def take_addresses(_files: list[int], _argument: str) -> str:
    """Addresses, of which nothing is used: 64 GiB."""

    def reserve() -> None:
        mmap.mmap(-1, 64 * 1024 * _MIB, flags=mmap.MAP_PRIVATE | _MAP_NORESERVE).close()

    return _said(_tried("takes 64 GiB", reserve))


def fill_one_file(_files: list[int], _argument: str) -> str:
    """96 MiB on disk, in one file."""
    return _said(_tried("fills 96 MiB", _fill, [96]))


def fill_many_files(_files: list[int], _argument: str) -> str:
    """96 MiB on disk, in many files."""
    return _said(_tried("fills 96 MiB", _fill, [1] * 96))


def _fill(sizes: list[int]) -> None:
    for number, size in enumerate(sizes):
        with Path(tempfile.gettempdir(), f"fill-{number}").open("wb", buffering=0) as file:
            for _ in range(size):
                if file.write(bytes(_MIB)) != _MIB:
                    raise OSError(errno.ENOSPC, "a short write")


def start_threads(_files: list[int], _argument: str) -> str:
    """300 threads."""
    leave = threading.Event()
    threading.stack_size(256 * 1024)
    try:
        for _ in range(300):
            threading.Thread(target=leave.wait, args=(20,), daemon=True).start()
    except RuntimeError:
        return ""
    finally:
        leave.set()
    return "starts 300 threads"


def open_files(_files: list[int], _argument: str) -> str:
    """500 open files."""
    opened: list[int] = []
    try:
        for _ in range(500):
            opened.append(os.open("/dev/null", os.O_RDONLY))  # noqa: PERF401 - what was opened is closed if one fails
    except OSError:
        return ""
    finally:
        for number in opened:
            os.close(number)
    return "opens 500 files"


def raise_limits(_files: list[int], _argument: str) -> str:
    """More than it was given, of anything; or no limit at all."""
    kinds = {"processes": resource.RLIMIT_NPROC, "files": resource.RLIMIT_NOFILE, "time": resource.RLIMIT_CPU}
    hard = {name: resource.getrlimit(kind)[1] for name, kind in kinds.items()}
    endless = [f"{name} without end" for name, limit in hard.items() if limit == resource.RLIM_INFINITY]

    def more(name: str) -> None:
        resource.setrlimit(kinds[name], (hard[name], hard[name] + 1))

    return _said(endless, (found for name in kinds for found in _tried(f"raises {name}", more, name)))


def compute(_files: list[int], _argument: str) -> str:
    """More than a second and a half of processor time."""
    while time.process_time() < 1.6:  # noqa: PLR2004 - a limit of one second bites before
        pass
    return "computes on"


def linger(_files: list[int], _argument: str) -> str:
    """Do nothing, for long."""
    time.sleep(1.5)
    return "stays on"


# Another worker that runs at the same time


def be_a_sibling(files: list[int], argument: str) -> str:
    """Not an attack but its target: has a file, a shared memory segment and a socket, as far as it can, and waits."""
    targets = json.loads(argument)
    Path(tempfile.gettempdir(), targets["sibling"]).write_text("secret", encoding="ascii")
    with contextlib.suppress(OSError):
        _called("shmget", ctypes.c_int(targets["key"]), ctypes.c_size_t(4096), ctypes.c_int(0o1666))
    with contextlib.ExitStack() as kept:
        with contextlib.suppress(OSError):
            listener = kept.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind("\0" + targets["sibling"])
            listener.listen()
        os.write(files[0], b"R")
        time.sleep(20)
    return ""


def read_sibling(_files: list[int], argument: str) -> str:
    """The file of another worker."""
    name, scratch = json.loads(argument)["sibling"], Path(tempfile.gettempdir())

    def find() -> bool:
        return any((folder / name).exists() for folder in (scratch, *scratch.parent.iterdir()))

    return _said(_tried("its file", find))


def reach_sibling(_files: list[int], argument: str) -> str:
    """The shared memory and the socket of another worker."""
    targets = json.loads(argument)
    shared = (ctypes.c_int(targets["key"]), ctypes.c_size_t(0), ctypes.c_int(0))
    return _said(
        _tried("its shared memory", _called, "shmget", *shared),
        _tried("its socket", _connect, "\0" + targets["sibling"]),
    )
