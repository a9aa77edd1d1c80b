"""Probes that answer for somebody else: they write whatever they were told on every descriptor that takes it.

A file of probes stands alone; see `processes`.
"""

import contextlib
import ctypes
import json
import os
import time

_PR_SET_NAME = 15


def write_everywhere(_files, argument):
    """The bytes that a grader would have to be taken in by; then the end, without an answer of its own."""
    content = bytes.fromhex(json.loads(argument)["stream"])
    for number in range(1, 256):
        with contextlib.suppress(OSError):
            os.set_blocking(number, False)
            os.write(number, content)
    os._exit(0)


def leave_children(_files, argument):
    """Children in sessions of their own, by a name that is seen from outside. They would outlive their worker by far."""
    told = json.loads(argument)
    for _ in range(3):
        if os.fork() == 0:
            ctypes.CDLL(None).prctl(_PR_SET_NAME, told["title"].encode(), 0, 0, 0)
            time.sleep(told["seconds"])
            os._exit(0)
    time.sleep(1)
    return "left"
