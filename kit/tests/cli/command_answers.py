"""How the tests of the commands run them, and what they get."""

import json

from typer.testing import CliRunner

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
