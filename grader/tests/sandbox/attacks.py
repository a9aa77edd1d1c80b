# ruff: noqa: PTH110, PTH116, PTH118, PTH123, PTH208, S108, S606, SIM115, FURB122
"""Attacks that must fail: run as the worker of a box. Each answers with what it achieved; `none` is what must come back.

The attack and its argument stand in /job/attack, a line each.
"""

import ctypes
import os
import resource
import socket
import sys
import time
from pathlib import Path

from guildmark_grader.worker.reply import Kind, frame

FD = int(sys.argv[1])
ATTACK, ARGUMENT = Path("/job/attack").read_text(encoding="ascii").split("\n", 1)
PYTHON = "/box/python/bin/python"
CLONE_NEWUSER = 0x10000000


def answer(achieved):
    os.write(FD, frame(Kind.FAULT, ("; ".join(sorted(achieved)) or "none").encode()[:900]))


def attempt(achieved, what, act):
    try:
        outcome = act()
    except (OSError, MemoryError, ValueError):
        return
    if outcome is not False:
        achieved.append(what)


def network():
    achieved = []
    port = int(ARGUMENT)
    attempt(achieved, "connected", lambda: socket.create_connection(("127.0.0.1", port), timeout=1))
    attempt(achieved, "resolved", lambda: socket.create_connection(("1.1.1.1", 53), timeout=1))
    attempt(achieved, "raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
    names = sorted(name for _, name in socket.if_nameindex())
    attempt(achieved, f"sees {names}", lambda: names != ["lo"])
    answer(achieved)


def reading():
    achieved = []
    for path in ("/root", "/home", "/work", "/etc/shadow", "/etc/passwd", "/var", "/run", "/mnt", *ARGUMENT.split("\n")):
        attempt(achieved, f"reads {path}", lambda path=path: os.stat(path))
    strangers = {"grade.py", "scoring.py", "metrics.py", "service.py", "authoring", "guildmark_portal", "bank.json", "django"}
    for root, folders, files in os.walk("/"):
        folders[:] = [name for name in folders if os.path.join(root, name) not in ("/proc", "/sys", "/usr", "/box/python")]
        if not root.startswith("/box/site/"):
            achieved += [f"finds {root}/{name}" for name in strangers.intersection(folders + files)]
    achieved += [f"variable {name}" for name in ("PATH", "SECRET", "GUILDMARK_DATA") if name in os.environ]
    answer(achieved)


def writing():
    achieved = []
    for folder in (
        "/",
        "/job",
        "/box",
        "/box/code",
        "/box/site",
        "/box/python",
        "/usr/lib",
        "/etc",
        "/dev",
        "/dev/shm",
        "/sys",
        "/proc",
    ):
        attempt(achieved, f"writes {folder}", lambda folder=folder: Path(folder, "mark").write_text("mark"))
    for packages in Path("/box/python").rglob("site-packages"):
        attempt(achieved, f"writes {packages}", lambda packages=packages: Path(packages, "mark").write_text("mark"))
    for path in ("/job/model", "/job/attack", "/box/worker.py"):
        attempt(achieved, f"appends to {path}", lambda path=path: open(path, "ab"))
    attempt(achieved, "remounts", lambda: ctypes.CDLL(None).mount(b"none", b"/", None, 32, None) == 0)
    answer(achieved)


def filling():
    achieved = []

    def fill():
        with open("/tmp/fill", "wb") as file:
            for _ in range(200):
                file.write(b"x" * 1_000_000)

    attempt(achieved, "fills 200 MB in one file", fill)

    def fill_many():
        for number in range(200):
            Path(f"/tmp/{number}").write_bytes(b"x" * 1_000_000)

    attempt(achieved, "fills 200 MB in many files", fill_many)
    answer(achieved)


def forking():
    children = []
    try:
        while len(children) < 500:
            child = os.fork()
            if child == 0:
                time.sleep(60)
                os._exit(0)
            children.append(child)
    except OSError:
        pass
    limit = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    answer([] if 0 < len(children) < limit else [f"{len(children)} children"])


def powers():
    achieved = []
    status = Path("/proc/self/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines())
    achieved += [f"{name} {fields[name].strip()}" for name in ("CapEff", "CapPrm", "CapBnd") if int(fields[name], 16)]
    if fields["NoNewPrivs"].strip() != "1":
        achieved.append("may gain privileges")
    if os.getuid() == 0 or os.getgid() == 0:
        achieved.append("is root")
    attempt(achieved, "becomes root", lambda: os.setuid(0))
    attempt(achieved, "raises limits", lambda: resource.setrlimit(resource.RLIMIT_NPROC, (9999, 9999)))
    if "userns" in ARGUMENT:
        attempt(achieved, "nests user namespaces", lambda: ctypes.CDLL(None).unshare(CLONE_NEWUSER) == 0)
    open_fds = {int(name) for name in os.listdir("/proc/self/fd")}
    extra = {fd for fd in open_fds - {0, 1, 2, FD} if os.path.exists(f"/proc/self/fd/{fd}")}
    achieved += [f"inherits {fd}" for fd in extra]
    processes = [name for name in os.listdir("/proc") if name.isdigit()]
    if len(processes) > 2:
        achieved.append(f"sees {len(processes)} processes")
    answer(achieved)


def memory():
    achieved = []
    attempt(achieved, "takes 4 GB", lambda: bytearray(4 * 1024**3))
    answer(achieved)


def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.close(FD)
            os.execv(PYTHON, [PYTHON, "-I", "-S", "-c", "import time; time.sleep(300)", ARGUMENT])
        os._exit(0)
    time.sleep(3)
    answer([])


def lingering_daemon():
    if os.fork() == 0:
        os.setsid()
        os.execv(PYTHON, [PYTHON, "-I", "-S", "-c", "import time; time.sleep(300)", ARGUMENT])
    os._exit(0)


def endless():
    while True:
        pass


def silent():
    os._exit(0)


def deaf():
    os.close(FD)
    time.sleep(300)


def babbling():
    os.write(FD, b"x" * 1000)
    time.sleep(300)


def flooding():
    os.write(FD, frame(Kind.PREDICTIONS, b"")[:5] + (10_000_000).to_bytes(4, "little"))
    time.sleep(300)


def noisy():
    os.write(2, b"\x1b[31mnoise " * 100_000)
    answer([])


globals()[ATTACK]()
