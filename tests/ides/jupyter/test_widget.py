"""The notebook's widget is built, and its build is tracked: it must be that of the sources beside it."""

import subprocess
from pathlib import Path

from .lab import ENVIRONMENT, ROOT

BUILT = ROOT / "kit" / "src" / "guildmark" / "notebook" / "static"


def test_x7_the_widget_in_the_package_is_what_its_sources_make(tmp_path: Path) -> None:
    build = ROOT / "integrations" / "notebook" / "build.js"
    subprocess.run([ENVIRONMENT / "bin" / "node", build, tmp_path], check=True, timeout=60)
    built = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert built == {file.name: file.read_text() for file in BUILT.iterdir()}, "Run: make widget"
