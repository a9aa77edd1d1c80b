"""The drawing that is committed is the one that its script makes, from the packages that its lock names."""

import subprocess
from pathlib import Path

import pytest

from guildmark_portal.directory.map import drawing

pytestmark = pytest.mark.certificates
BUILDER = Path(__file__).parents[2] / "browser" / "map"


def test_c5_the_map_is_what_its_script_draws(tmp_path):
    subprocess.run(["npm", "ci", "--silent"], cwd=BUILDER, check=True, timeout=240)
    subprocess.run(["node", "draw.js", str(tmp_path / "world.svg")], cwd=BUILDER, check=True, timeout=60)
    assert (tmp_path / "world.svg").read_bytes() == drawing.SHIPPED.read_bytes()
