"""A program of its own: ties itself to its parent's life, then becomes the command that it was given.

    python tether.py PARENT_PID COMMAND ARGUMENT…

The kernel sends SIGKILL when the parent dies, however it dies (PR_SET_PDEATHSIG, which survives exec). It is done here and not
between fork and exec, where a process with threads may not run Python. The parent may have died before the tether was tied,
hence the look at the parent's id afterwards. On systems without prctl the command runs untied.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie, check, become."""
    parent, *command = sys.argv[1:]
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 - a fixed list of arguments, no shell


if __name__ == "__main__":
    main()
