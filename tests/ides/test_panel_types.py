"""The panel's types are those of the documents that Python writes; the fast gate holds the schema between them."""

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PANEL = ROOT / "integrations" / "panel"
TYPES = "src/protocol.ts"
AGAIN = "Run in integrations/panel: npm run types"


@pytest.mark.ides
def test_the_types_of_the_panel_are_made_from_its_schema(tmp_path: Path) -> None:
    made = tmp_path / "protocol.ts"
    script = json.loads((PANEL / "package.json").read_text())["scripts"]["types"]
    assert TYPES in script
    places = [str(PANEL / "node_modules" / ".bin"), str(ROOT / ".ides-venv" / "bin"), os.environ["PATH"]]
    env = {**os.environ, "PATH": os.pathsep.join(places)}
    subprocess.run(script.replace(TYPES, str(made)).split(), cwd=PANEL, env=env, check=True, capture_output=True, timeout=60)
    assert made.read_text() == (PANEL / TYPES).read_text(), AGAIN
