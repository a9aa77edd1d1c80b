"""How the tests of the commands run them, and what they get."""

import json

from typer.testing import CliRunner

# A finder before all others, which knows nothing of the extra: what a Python without it raises, name included. Python runs it
# when it starts, also in the process that inspects.
WITHOUT_THE_EXTRA = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("numpy", "h5py"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
"""

RUNNER = CliRunner()


class Answer:
    """What a command left: its status, streams, and the one JSON object if it was asked for."""

    def __init__(self, result):
        self.status, self.out, self.err = result.exit_code, result.stdout, result.stderr

    @property
    def json(self):
        (line,) = self.out.splitlines()
        return json.loads(line)


def model(folder, number, text):
    """Leaves `text` as the saved model of a category."""
    (folder / f"Category{number}" / "mymodel.keras").write_bytes(text.encode())
