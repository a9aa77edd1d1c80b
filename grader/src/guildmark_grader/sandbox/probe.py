"""A worker that only answers: proof that boxes stand on this host before a job depends on it."""

import os
import sys

from guildmark_grader.worker.reply import Kind, frame


def main() -> None:
    """Answer at once."""
    os.write(int(sys.argv[1]), frame(Kind.FAULT, b"none"))


if __name__ == "__main__":
    main()
