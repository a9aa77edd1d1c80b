"""Stands in for the grading service: any number at once, each in a known time, written down beside the portal.

Run as the portal runs the service, with what it takes in seconds first: `timed_grader.py 0.3 LOG serve --socket PATH …`.
A file says its own score, as in the tests of the pages; a line of LOG is the submission and when its grading began and ended.
"""

import json
import os
import socket
import struct
import sys
import threading
import time
from pathlib import Path

from portal.tests.web.standing_in_grader import report_on

from guildmark.protocol import GradeJob

LENGTH = struct.Struct(">I")


def main() -> None:
    """Serve until the portal stops us."""
    takes_s, log, path = float(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[sys.argv.index("--socket") + 1])
    path.unlink(missing_ok=True)
    lock = threading.Lock()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server, log.open("a") as lines:
        server.bind(str(path))
        server.listen()
        print("ready", flush=True)  # the portal waits for this line
        while True:
            connection, _address = server.accept()

            def answer(connection: socket.socket = connection, began: float | None = None) -> None:
                began = time.time() if began is None else began
                with connection:
                    submission = _grade(connection, until=began + takes_s)
                    with lock:
                        lines.write(json.dumps([submission, began, time.time()]) + "\n")
                        lines.flush()
                    connection.recv(1)  # until the portal has read it all and hangs up

            threading.Thread(target=answer, daemon=True).start()


def _grade(connection: socket.socket, *, until: float) -> str:
    message, descriptors, _flags, _address = socket.recv_fds(connection, 65536, 1)
    (length,) = LENGTH.unpack(message[: LENGTH.size])
    while len(message) < LENGTH.size + length:
        message += connection.recv(65536)
    job = GradeJob.model_validate_json(message[LENGTH.size :])
    with os.fdopen(descriptors[0], "rb") as file:
        body = report_on(file.read().decode(errors="replace")).model_dump_json().encode()
    time.sleep(max(0.0, until - time.time()))
    connection.sendall(LENGTH.pack(len(body)) + body)
    return job.submission


if __name__ == "__main__":
    main()
