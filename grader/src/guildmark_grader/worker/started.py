"""The first frame of a reply: the box stands, and our code runs in it."""

import os

from guildmark_grader.worker.reply import Kind, Stage, frame


def say_started(fd: int) -> None:
    """Write STARTED to the reply pipe."""
    os.write(fd, frame(Kind.STAGE, bytes([Stage.STARTED])))
