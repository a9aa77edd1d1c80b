"""What the panel of the IDEs takes for granted of the bridge: the documents, and a label for every key that it asks for."""

import re
import runpy
from pathlib import Path

import pytest

from guildmark.bridge.words import words

PANEL = Path(__file__).parents[3] / "integrations" / "panel"
AGAIN = "Run: .venv/bin/python integrations/panel/schema.py && npm run --prefix integrations/panel types"

pytestmark = pytest.mark.skipif(not PANEL.exists(), reason="the kit alone, without the panel")


def test_its_schema_is_that_of_the_documents():
    made = runpy.run_path(str(PANEL / "schema.py"))["schema"]()
    assert (PANEL / "src" / "protocol.schema.json").read_text() == made, AGAIN


def test_every_label_that_it_asks_for_is_there():
    sources = [path.read_text() for path in PANEL.joinpath("src").rglob("*.ts*")]
    asked = {key for text in sources for key in re.findall(r'\bword(?:=|\()"(\w+)"', text)}
    of_categories = {key for text in sources for key in re.findall(r'\bof\("(\w+)"\)', text)}
    assert "submit" in of_categories
    assert (asked | of_categories) - set(words()) == set()
