"""Becomes a user who has no name, no home and no files, and then the command that it is given. Only root can.

Usage: as_somebody.py UID COMMAND…. What the command needs may lie where only root can look, such as an interpreter in root's
home: in a mount namespace of its own, the closed folder is covered and what is needed is bound back.
"""

import os
import sys
from pathlib import Path

import guildmark
import guildmark_grader
from guildmark_grader.inside import kernel

somebody, command = int(sys.argv[1]), sys.argv[2:]
needed = [
    Path(sys.base_prefix),
    Path(sys.prefix),
    *(Path(str(ours.__file__)).parents[1] for ours in (guildmark, guildmark_grader)),
]


def closed(path: Path) -> Path | None:
    """The outermost folder on the way to `path` that others cannot pass."""
    return next((folder for folder in reversed((path, *path.parents)) if not folder.stat().st_mode & 0o001), None)


kernel.unshare(kernel.CLONE_NEWNS)
kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
opened = {path: os.open(path, os.O_PATH) for path in needed if closed(path)}
for folder in {closed(path) for path in opened}:
    kernel.mount("none", str(folder), "tmpfs", 0, "mode=0755")
for path, descriptor in opened.items():
    path.mkdir(parents=True, exist_ok=True)
    kernel.mount(f"/proc/self/fd/{descriptor}", str(path), None, kernel.MS_BIND | kernel.MS_REC)
    os.close(descriptor)
os.setgroups([])
os.setresgid(somebody, somebody, somebody)
os.setresuid(somebody, somebody, somebody)
os.chdir("/")
os.execve(command[0], command, {"HOME": "/"})  # noqa: S606 - what the test says
