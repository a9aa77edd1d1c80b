"""Imported once by the server that trainings are forked from: the frameworks, without what they say while they load.

The server, which the command's main thread starts, ends with it; so do the trainings, each of which is tied to the server.
"""

import contextlib
import os
import sys

from guildmark_grader.authoring.processes import tied_to_parent

tied_to_parent()
sys.stderr.flush()
_own = os.dup(2)
_nowhere = os.open(os.devnull, os.O_WRONLY)
os.dup2(_nowhere, 2)
try:
    with contextlib.suppress(ImportError):  # a reference may need none of them
        import keras
        import tensorflow as tf

        frameworks = (keras, tf)
finally:
    os.dup2(_own, 2)
    os.close(_own)
    os.close(_nowhere)
