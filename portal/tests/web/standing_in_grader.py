"""Stands in for the grading service at its socket: a model file here is text that says what it is worth.

`score 4` is graded so, `lambda` is refused for its Lambda layer. Run as the portal runs the service:
`standing_in_grader.py serve --socket PATH --banks DIR --slots N`.
"""

import os
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path

from guildmark.protocol import GradeJob, GradeReport, MetricValue
from guildmark.rules.verdict import Verdict

LENGTH = struct.Struct(">I")
MEASURED = (0.45, 0.55, 0.65, 0.75, 0.85, 0.95)
NEXT = (0.5, 0.6, 0.7, 0.8, 0.9, None)


def report_on(content: str) -> GradeReport:
    """What the file says of itself."""
    always = {"grader_digest": "a" * 64, "timings_ms": {"total": 1.0}}
    if not content.startswith("score "):
        return GradeReport(
            verdict=Verdict.REJECTED,
            score=None,
            metric=None,
            next_threshold=None,
            reason="layer.lambda",
            params={"name": "lambda_1"},
            **always,
        )
    score = int(content.split()[1])
    params: dict[str, str | int | float] = {"metric": "Accuracy", "value": f"{MEASURED[score]:.4f}"}
    if NEXT[score] is not None:
        params["threshold"] = f"{NEXT[score]:.4f}"
    return GradeReport(
        verdict=Verdict.GRADED,
        score=score,
        metric=MetricValue(name="accuracy", value=MEASURED[score]),
        next_threshold=NEXT[score],
        reason="graded.quality" if params.get("threshold") else "graded.full",
        params=params,
        **always,
    )


def answer(connection: socket.socket) -> None:
    """One job: its length and JSON with the file's descriptor come in, the report goes out."""
    message, descriptors, _flags, _address = socket.recv_fds(connection, 65536, 1)
    (length,) = LENGTH.unpack(message[: LENGTH.size])
    while len(message) < LENGTH.size + length:
        message += connection.recv(65536)
    job = GradeJob.model_validate_json(message[LENGTH.size :])
    with os.fdopen(descriptors[0], "rb") as file:
        content = file.read()
    assert len(content) == job.file_size
    body = report_on(content.decode(errors="replace")).model_dump_json().encode()
    connection.sendall(LENGTH.pack(len(body)) + body)
    connection.recv(1)  # until the portal has read it all and hangs up


def serve(server: socket.socket, path: Path, ready: Callable[[], object]) -> None:
    """Answer jobs at `path` until the server's socket is shut."""
    server.bind(str(path))
    server.listen()
    ready()
    while True:
        try:
            connection, _address = server.accept()
        except OSError:
            return
        with connection:
            answer(connection)


def main() -> None:
    """The command line of the service."""
    path = Path(sys.argv[sys.argv.index("--socket") + 1])
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        serve(server, path, lambda: print("ready", flush=True))  # noqa: T201 - the portal waits for this line


if __name__ == "__main__":
    main()
