"""The first of our code inside the box: bounds the number of processes, says that the box stands, runs the worker.

Usage: inside.py PROCESSES FD WORKER. The limit is set here and not before bubblewrap, because the kernel counts processes by
user and user namespace: here it counts this box's alone.
"""

import resource
import runpy
import sys
from pathlib import Path


def main() -> None:
    """Take the limit, answer STARTED, and become the worker."""
    processes, fd, worker = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))
    sys.path[:0] = ["/box/code", "/box/site"]
    if not Path(worker).is_file():
        sys.exit("the worker is missing")
    from guildmark_grader.worker.started import say_started

    say_started(fd)
    sys.argv = [worker, str(fd)]
    runpy.run_path(worker, run_name="__main__")


if __name__ == "__main__":
    main()
