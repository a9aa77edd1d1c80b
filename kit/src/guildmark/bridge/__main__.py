"""`python -m guildmark.bridge --folder DIR`: a bridge on standard input and output, for an IDE that started it.

It ends when its standard input does. Uploads that are under way then are cut, and go on where they were with the next tool.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from guildmark.bridge.methods import Bridge
from guildmark.bridge.rpc import Endpoint


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m guildmark.bridge", description="JSON-RPC 2.0, one document a line.")
    parser.add_argument("--folder", type=Path, default=Path.cwd())
    parser.add_argument("--language")
    options = parser.parse_args(arguments)
    talk(options.folder, options.language)
    return 0


def talk(folder: Path, language: str | None) -> None:
    """Serve on standard input and output, in `language` (`ko`, `zh-cn`) if it is given, until standard input ends."""
    if language:
        os.environ["LANGUAGE"] = language.replace("-", "_")
    source, sink = _as_utf8(sys.stdin.buffer), _as_utf8(sys.stdout.buffer)
    sys.stdout = sys.stderr  # a stray print must not stand between two documents
    serve(folder, source, sink)


def serve(folder: Path, source: TextIO, sink: TextIO) -> None:
    """Answer what comes from `source` on `sink`, until `source` ends."""

    def send(line: str) -> None:
        sink.write(line + "\n")
        sink.flush()

    endpoint = Endpoint(send)
    with Bridge(folder, notify=endpoint.notify) as bridge:
        for line in source:
            if line.strip():
                endpoint.receive(line, bridge)


def _as_utf8(stream: object) -> TextIO:
    return io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="\n", write_through=True)  # type: ignore[type-var]


if __name__ == "__main__":
    sys.exit(main())
