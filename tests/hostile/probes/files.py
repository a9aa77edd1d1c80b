# ruff: noqa: PERF203, PTH101, PTH123, S103, S108 - a probe tries what is not done
"""Probes: what lies outside the scratch folder, and how much fits into it.

A file of probes stands alone; see `processes`.
"""

import ctypes
import errno
import json
import os
import stat
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_IS_X86 = os.uname().machine == "x86_64"
_NAME_TO_HANDLE, _OPEN_BY_HANDLE = (303, 304) if _IS_X86 else (264, 265)


def _tried(act):
    """`held` if `act` raises or returns nothing."""
    try:
        found = act()
    except (OSError, ValueError) as error:
        return f"held {type(error).__name__} {getattr(error, 'errno', '')}"
    return f"breached {found}" if found else "held"


def _scratch():
    """The one folder that is this worker's own: it stands in it."""
    return Path.cwd()


def _any(act, paths):
    """The paths for which `act` comes to something."""
    met = []
    for path in paths:
        try:
            if act(path):
                met.append(str(path))
        except (OSError, ValueError):
            continue
    return f"breached {' '.join(met)}" if met else "held"


def _content(path):
    with open(path, "rb") as file:
        return file.read(16)


def read_the_host(_files, _argument):
    return _any(
        _content, ("/etc/passwd", "/etc/shadow", "/etc/hostname", "/root/.bashrc", "/proc/1/environ", "/var/lib/dpkg/status")
    )


def read_the_secret(_files, argument):
    """By its path, by a path that climbs, and by the roots that /proc knows."""
    path = json.loads(argument)["secret"]
    return _any(_content, (path, f"{'../' * 20}{path[1:]}", f"/proc/self/root{path}", f"/proc/self/cwd/{'../' * 20}{path[1:]}"))


def read_the_program(_files, argument):
    """The sources of the grader, and the data of others."""
    repository = Path(json.loads(argument)["repository"])
    names = (
        "README.md",
        "grader/src/guildmark_grader/grade.py",
        "grader/src/guildmark_grader/metrics/__init__.py",
        "packs/practitioner/exam.toml",
    )
    return _any(_content, [repository / name for name in names])


def list_the_host(_files, argument):
    own = Path(json.loads(argument)["secret"]).parent
    return _any(os.listdir, ("/root", "/home", "/var", "/etc", "/srv", "/opt", own))


def open_a_path_only(_files, argument):
    """A descriptor that reads nothing, but from which paths lead on."""

    def act(path):
        descriptor = os.open(path, os.O_PATH)
        os.close(descriptor)
        return True

    return _any(act, (json.loads(argument)["secret"], "/root", "/home"))


def write_the_host(_files, argument):
    marker = Path(json.loads(argument)["marker"])

    def act(folder):
        path = Path(folder, marker.name)
        path.write_bytes(b"x")
        return True

    return _any(
        act, (marker.parent, "/", "/etc", "/usr/lib", "/var/tmp", "/box", "/box/code", "/box/site", "/dev", "/dev/shm", "/run")
    )


def change_the_secret(_files, argument):
    path = Path(json.loads(argument)["secret"])

    def act():
        with path.open("r+b") as file:
            first = file.read(1)
            file.seek(0)
            file.write(first)
        return True

    return _tried(act)


def change_the_grader(_files, argument):
    """What a worker after this one would run."""
    roots = [
        Path(folder)
        for folder in ("/box/code", "/box/site", "/box/python", "/usr/lib", "/usr/local/lib")
        if Path(folder).is_dir()
    ]
    files = [path for root in roots for path in list(root.glob("*/*.py"))[:50]]

    def act(path):
        with open(path, "ab"):
            return True

    return _any(act, [*files, json.loads(argument)["secret"]])


def remove_the_secret(_files, argument):
    path = Path(json.loads(argument)["secret"])

    def act():
        aside = path.with_name("aside")
        path.rename(aside)
        aside.rename(path)
        return True

    return _tried(act)


def change_its_mode(_files, argument):
    return _tried(lambda: os.chmod(json.loads(argument)["secret"], 0o666) is None)


def link_out(_files, argument):
    """A symbolic link in the scratch folder that leads out of it."""
    path, link = json.loads(argument)["secret"], _scratch() / "link"

    def act():
        link.symlink_to(path)
        try:
            return _content(link)
        finally:
            link.unlink()

    return _tried(act)


def make_a_link(_files, _argument):
    """Any symbolic link at all: whoever tidies up may follow it."""
    link = _scratch() / "any"

    def act():
        link.symlink_to("/")
        link.unlink()
        return True

    return _tried(act)


def second_name(_files, argument):
    """A hard link to a file outside."""
    path = Path(json.loads(argument)["secret"])

    def act():
        os.link(path, path.with_name("second"))
        path.with_name("second").unlink()
        return True

    return _tried(act)


def special_files(_files, _argument):
    def act():
        os.mkfifo(_scratch() / "pipe")
        (_scratch() / "pipe").unlink()
        return True

    return _tried(act)


def devices(_files, _argument):
    names = ("mem", "kmsg", "kvm", "fuse", "ptmx", "tty", "vda", "sda", "net/tun", "loop-control", "pts/ptmx", "vsock")
    return _any(lambda path: os.close(os.open(path, os.O_RDWR)) is None, [f"/dev/{name}" for name in names])


def enter_by_handle(_files, argument):
    """A file by its number, past all names."""
    handle = (ctypes.c_char * 136)()
    ctypes.memmove(handle, (128).to_bytes(4, "little"), 4)
    mount = ctypes.c_int()
    folder = os.fsencode(json.loads(argument)["handle_of"])
    result = _libc.syscall(
        ctypes.c_long(_NAME_TO_HANDLE), ctypes.c_int(-100), folder, handle, ctypes.byref(mount), ctypes.c_int(0)
    )
    if result < 0:
        return f"held name {errno.errorcode[ctypes.get_errno()]}"
    try:
        place = os.open(folder, os.O_RDONLY)
    except OSError as error:
        return f"held place {error.errno}"
    result = _libc.syscall(ctypes.c_long(_OPEN_BY_HANDLE), ctypes.c_int(place), handle, ctypes.c_int(os.O_RDONLY))
    return "breached" if result >= 0 else f"held open {errno.errorcode[ctypes.get_errno()]}"


def inherited_descriptors(files, _argument):
    """Anything open but the standard three, the job's own files, and one pipe for the answer: no folder, no socket."""
    strange, pipes = [], 0
    for number in range(3, 4096):
        try:
            mode = os.fstat(number).st_mode
        except OSError:
            continue
        pipes += stat.S_ISFIFO(mode)
        if number not in files and not stat.S_ISFIFO(mode):
            strange.append(number)
    return f"breached {strange} {pipes}" if strange or pipes > 1 else "held"
