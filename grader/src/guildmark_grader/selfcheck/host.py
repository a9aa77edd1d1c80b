"""What the box stands on here: bubblewrap, the kernel, libraries, the user, the frameworks; and what is weaker for it."""

import os
import platform
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guildmark.errors import GuildmarkError
from guildmark.i18n import _, mark
from guildmark_grader.inside import landlock
from guildmark_grader.sandbox import Box, bwrap, layout, seccomp
from guildmark_grader.worker.request import Program

_LANDLOCK_WANTED = 6
_LANDLOCK_LACKS: Final = {
    2: mark("Below version 2 of Landlock files cannot be linked or moved between folders; that is stricter, not weaker."),
    3: mark("Below version 3 Landlock does not stop truncation; the read-only mounts of bubblewrap do."),
    4: mark("Below version 4 Landlock does not know TCP; the network namespace and seccomp hold it."),
    5: mark("Below version 5 Landlock does not know device controls; seccomp holds them."),
    6: mark("Below version 6 Landlock stops no signals and no abstract sockets; namespaces and seccomp hold them."),
}
_FRAMEWORKS: Final = {
    Program.TENSORFLOW: ("tensorflow-cpu", "tensorflow", "keras", "tf-keras"),
    Program.ONNX: ("onnxruntime",),
    Program.TFLITE: ("ai-edge-litert",),
    Program.TORCH: ("torch",),
}
_FORMATS: Final = {
    Program.TENSORFLOW: mark("Keras, HDF5, SavedModel"),
    Program.ONNX: mark("ONNX"),
    Program.TFLITE: mark("TFLite"),
    Program.TORCH: mark("PyTorch (.pt2)"),
}


@dataclass(frozen=True)
class Fact:
    """One line about the host: what it is about, what was found, and whether the box can stand on it."""

    name: str
    title: str
    found: str
    is_good: bool = True


def facts(box: Box) -> Iterator[Fact]:
    """What the box stands on, a line each."""
    yield _bubblewrap(box)
    yield Fact("kernel", _("Kernel"), f"{platform.system()} {platform.release()} {platform.machine()}")
    yield _landlock()
    yield _seccomp()
    yield _user(box)
    yield Fact(
        "cgroups",
        _("Memory"),
        _("limits on each process, and a monitor that reads its memory 40 times a second (cgroups are not used)"),
    )
    for program in _FRAMEWORKS:
        yield _framework(program)


def weaknesses() -> Iterator[str]:
    """What is weaker on this host than it could be, and what holds instead."""
    abi = landlock.version()
    if abi:
        yield from (_(lack) for needed, lack in _LANDLOCK_LACKS.items() if abi < needed)
    if os.geteuid() == 0:
        yield _("The grader runs as root. It needs no such power: give it a user of its own.")
    if _reads("/proc/sys/kernel/unprivileged_bpf_disabled") == "0":
        yield _("The kernel lets every user load BPF programs; here seccomp alone keeps workers from it.")
    if not Path("/sys/devices/system/cpu/vulnerabilities").is_dir():
        yield _("The kernel does not tell how it is protected against leaks through the processor.")
    elif vulnerable := _vulnerable():
        yield _("The processor leaks through: {names}. A model could read what runs on the same core.").format(
            names=", ".join(vulnerable)
        )


def _vulnerable() -> list[str]:
    files = Path("/sys/devices/system/cpu/vulnerabilities").iterdir()
    return sorted(file.name for file in files if _reads(str(file)).startswith("Vulnerable"))


def _reads(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _bubblewrap(box: Box) -> Fact:
    title = _("Bubblewrap")
    try:
        binary = box.bubblewrap or bwrap.binary()
    except GuildmarkError as error:
        return Fact("bubblewrap", title, str(error), is_good=False)
    kind = (
        _("the system's") if binary == bwrap.SYSTEM_BINARY else _("the bundled one") if box.bubblewrap is None else _("as told")
    )
    return Fact("bubblewrap", title, f"{binary} ({_version_of(binary)}, {kind})")


def _version_of(binary: Path) -> str:
    try:
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=5, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return _("of unknown version")
    return said.strip().rpartition(" ")[2]


def _landlock() -> Fact:
    abi = landlock.version()
    if abi == 0:
        return Fact("landlock", "Landlock", _("the kernel has none, or it is switched off"), is_good=False)
    whole = _("all that is used") if abi >= _LANDLOCK_WANTED else _("parts are missing, see below")
    return Fact("landlock", "Landlock", _("version {abi}: {whole}").format(abi=abi, whole=whole))


def _seccomp() -> Fact:
    try:
        return Fact("seccomp", "libseccomp", seccomp.library_version())
    except GuildmarkError as error:
        return Fact("seccomp", "libseccomp", str(error), is_good=False)


def _user(box: Box) -> Fact:
    if os.geteuid() == 0:
        found = _("root starts the grader; what runs in a box is the user {uid}").format(uid=box.uid)
    else:
        found = _("user {uid}, whose boxes have no rights that it has not").format(uid=os.geteuid())
    return Fact("user", _("User"), found)


def _framework(program: Program) -> Fact:
    title = _(_FORMATS[program])
    if not layout.is_installed(program):
        return Fact(program.value, title, _("not installed: such models cannot be graded here"))
    found = [f"{name} {number}" for name in _FRAMEWORKS[program] if (number := layout.version(name, program))]
    return Fact(program.value, title, ", ".join(found))
