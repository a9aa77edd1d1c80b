"""Runs starters as a candidate would before filling them in, one after the other with one import of TensorFlow.

    python run_starters.py FOLDER …

Each FOLDER is that of a category. What each starter printed and how it ended is printed as one line of JSON. It runs on any
TensorFlow, so it is written for old Pythons too.
"""

import contextlib
import io
import json
import os
import runpy
import sys

import tensorflow as tf


def ended(folder):
    """What the starter in `folder` printed, and with what it ended."""
    os.chdir(folder)
    sys.modules.pop("checkpoints", None)
    sys.path.insert(0, folder)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            runpy.run_path("starter.py", run_name="__main__")
        ending = "no error"
    except SystemExit as error:
        ending = str(error.code)
    except Exception as error:  # noqa: BLE001 - whatever a starter raises is what it ended with
        ending = f"{type(error).__name__}: {error}"
    finally:
        sys.path.remove(folder)
        tf.keras.backend.clear_session()
    return {"printed": printed.getvalue().splitlines(), "ended": ending}


if __name__ == "__main__":
    print(json.dumps({"version": tf.__version__, "starters": {folder: ended(folder) for folder in sys.argv[1:]}}))
