"""Runs the command that it is given, and ends it when whoever started this script is gone: killed, closed or crashed.

It needs nothing of ours. Its standard input is a pipe that its starter holds open: the end of it is the end of the starter.
"""

import os
import signal
import subprocess
import sys
import threading


def main() -> int:
    """The exit status of the command."""
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=os.name != "nt")

    def end() -> None:
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)

    def watch() -> None:
        sys.stdin.buffer.read()
        if child.poll() is None:
            end()

    threading.Thread(target=watch, daemon=True).start()
    try:
        return child.wait()
    finally:
        if child.poll() is None:  # Ctrl+C reaches this process alone
            end()


if __name__ == "__main__":
    # The watcher may hold standard input: an orderly end would wait for it.
    status = main()
    sys.stdout.flush()
    os._exit(status if status >= 0 else 128 - status)
