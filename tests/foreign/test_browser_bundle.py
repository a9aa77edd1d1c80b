"""The committed `verify.js` is what its sources make: nobody has to run Node to know that."""

import hashlib
import json
from pathlib import Path

from .shapes import SHAPES, shapes

SOURCES = Path(__file__).parents[2] / "portal" / "browser"
SHIPPED = SOURCES.parent / "src" / "guildmark_portal" / "web" / "static" / "guildmark" / "verify"
BUILT = json.loads((SOURCES / "built.json").read_text(encoding="utf-8"))
AGAIN = "Run `npm ci && npm run build` in portal/browser."


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_shipped_script_was_built_from_the_sources_as_they_are():
    assert {name: _digest(SOURCES / name) for name in BUILT["sources"]} == BUILT["sources"], AGAIN
    assert _digest(SHIPPED / "verify.js") == BUILT["sha256"], AGAIN


def test_every_source_is_in_it():
    assert {f"src/{path.name}" for path in (SOURCES / "src").iterdir()} <= BUILT["sources"].keys(), AGAIN


def test_the_browser_knows_the_shapes_that_certificates_have_today():
    assert SHAPES.read_text(encoding="utf-8") == shapes(), "Run `python -m tests.foreign.shapes`, and build again."


def test_what_is_in_it_is_named_with_its_licence():
    licences = (SHIPPED / "LICENSES.txt").read_text(encoding="utf-8")
    locked = json.loads((SOURCES / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name in ("@noble/curves", "@noble/hashes", "jsonld", "rdf-canonize"):
        assert f"{name} {locked[f'node_modules/{name}']['version']} (" in licences


def test_no_lock_names_a_registry():
    for lock in (SOURCES / "package-lock.json", Path(__file__).with_name("package-lock.json")):
        assert '"resolved"' not in lock.read_text(encoding="utf-8")
