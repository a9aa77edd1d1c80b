"""What this machine brings to an exam: a Python, room on its disk, memory, and the way out to the network."""

import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from guildmark.client.health import Check
from guildmark.client.interpreters import fitting, uv
from guildmark.client.requirements import pythons_for
from guildmark.i18n import _

_GIB = 1024**3
ROOM_BYTES = 2 * _GIB
MEMORY_BYTES = 4 * _GIB
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")


def python_check(requirements: str = "") -> Check:
    """The interpreter that runs us, and whether this machine has one for the exam's packages."""
    found = {"version": platform.python_version(), "path": sys.executable}
    said = _("Python {version}: {path}").format(**found)
    pythons = pythons_for(requirements)
    if pythons is None or sys.version_info[:2] in pythons:
        return Check("python", said)
    other = fitting(pythons)
    if other is not None:
        words = _("Python {version}: {path}. The exam's packages need {versions}; this machine has one: {other}")
        return Check("python", words.format(**found, versions=pythons, other=other))
    if program := uv():
        words = _("Python {version}: {path}. The exam's packages need {versions}; {uv} fetches one.")
        return Check("python", words.format(**found, versions=pythons, uv=program))
    return Check(
        "python",
        _("Python {version}: {path}. The exam's packages need {versions}.").format(**found, versions=pythons),
        _("Install one of these (python.org) beside it; or train elsewhere, as in a notebook: only the model file counts."),
    )


def disk_check(folder: Path, *, room_bytes: int) -> Check:
    """Room for the exam, its data and checkpoints where it will lie."""
    free = shutil.disk_usage(folder).free
    said = _("{count} GiB are free in {folder}.").format(count=round(free / _GIB, 1), folder=folder)
    if free >= room_bytes:
        return Check("disk", said)
    return Check("disk", said, _("Make room, or name a folder on another disk: guildmark start --folder DIR"))


def memory_check(total: int | None) -> Check:
    """Whether `total` bytes of memory are enough for every task; None where the system does not tell."""
    if total is None:
        return Check("memory", _("This system does not tell how much memory it has. The exam's models need about 2 GiB."))
    said = _("This machine has {count} GiB of memory.").format(count=round(total / _GIB, 1))
    if total >= MEMORY_BYTES:
        return Check("memory", said)
    return Check("memory", said, _("Close other programs and train with small batches; or train in a hosted notebook."))


def memory_bytes() -> int | None:
    """The memory that this process may use: the machine's, or less in a container."""
    total = _physical_bytes()
    for path in _CGROUP_LIMITS:
        try:
            limit = int(path.read_text())
        except (OSError, ValueError):  # no such group, or `max`
            continue
        total = limit if total is None else min(total, limit)
    return total


def _physical_bytes() -> int | None:
    if sys.platform == "win32":
        return _windows_bytes()
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return None


def _windows_bytes() -> int | None:
    import ctypes

    kilobytes = ctypes.c_ulonglong()
    library = getattr(ctypes, "windll", None)
    if library is None or not library.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes)):
        return None
    return kilobytes.value * 1024


def proxy_check(environ: Mapping[str, str]) -> Check:
    """Whether requests go through a proxy, and whether this client can speak to it. Passwords are not shown."""
    chosen = _chosen(environ)
    if not chosen:
        return Check("proxy", _("No proxy is set: requests go straight to the portal."))
    said = _("Requests go through a proxy: {proxies}").format(proxies=proxies_in(environ))
    if any(value.startswith("socks") for value in chosen.values()) and importlib.util.find_spec("socksio") is None:
        step = _("Run: {command}; or take the variable away and try without it.").format(
            command=_adding_socks(Path(sys.prefix))
        )
        return Check("proxy", said, step)
    if not all(value.startswith(("http://", "https://", "socks")) for value in chosen.values()):
        return Check("proxy", said, _("Write the proxy with its scheme, such as http://proxy.example:3128"))
    return Check("proxy", said)


def _adding_socks(prefix: Path) -> str:
    """How SOCKS is added to the environment `prefix`, which neither uv's tools nor pipx let pip change from outside."""
    if (prefix / "uv-receipt.toml").is_file():
        return 'uv tool install "guildmark[check,ui]" --with "httpx[socks]"'
    if (prefix / "pipx_metadata.json").is_file():
        return 'pipx inject guildmark "httpx[socks]"'
    return 'pip install "httpx[socks]"'


def proxies_in(environ: Mapping[str, str]) -> str:
    """The proxies that are set, each with its variable and without its password; empty where there is none."""
    return ", ".join(f"{name}={_without_password(value)}" for name, value in _chosen(environ).items())


def _chosen(environ: Mapping[str, str]) -> dict[str, str]:
    values = {name: environ.get(name) or environ.get(name.lower()) or "" for name in _PROXIES}
    return {name: value for name, value in values.items() if value}


def _without_password(address: str) -> str:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        return "?"
    return str(url.copy_with(username=None, password=None)) if url.userinfo else address
