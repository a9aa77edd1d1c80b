"""`.guildmark/command.py`: the command `guildmark` for an IDE, whichever interpreter the project has.

The environment of an exam holds what the exam pins and not Guildmark, which is installed elsewhere. So what an IDE runs with
the project's interpreter is this script, and it hands over to the interpreter that `guildmark start` was run with.
"""

import sys
from pathlib import PurePosixPath

from guildmark.client.interpreters import OURS
from guildmark.client.workspace import STATE_FOLDER
from guildmark.i18n import _

PATH = PurePosixPath(STATE_FOLDER) / "command.py"

# Any Python 3 may run it.
_SCRIPT = '''"""Runs the command guildmark for an IDE. Written anew by every `guildmark start`."""

import os
import subprocess
import sys

PYTHON = {python}
GONE = {gone}
# As `python -m guildmark.cli`, but no file in the current folder stands in for a module.
COMMAND = [PYTHON, "-c", {ours}, "guildmark.cli"] + sys.argv[1:]

if not os.path.isfile(PYTHON):
    sys.exit(GONE)
if os.name == "nt":  # where a program that is replaced looks to its caller as if it had ended
    sys.exit(subprocess.call(COMMAND))
os.execv(PYTHON, COMMAND)
'''


def script() -> bytes:
    """The script, for the interpreter that runs now."""
    gone = _("Guildmark is no longer where it was. Run in a terminal, in this folder: guildmark start")
    return _SCRIPT.format(python=ascii(sys.executable), gone=ascii(gone), ours=ascii(OURS)).encode()
