"""The documents of the bridge as one JSON schema, from which the panel's types are made."""  # noqa: INP001  # a script

import json
import sys
from pathlib import Path

from pydantic.json_schema import models_json_schema

from guildmark.bridge import documents
from guildmark.client.board import Board
from guildmark.client.notices import Document

SCHEMA = Path(__file__).parent / "src" / "protocol.schema.json"


def schema() -> str:
    """Every document, by name, as it stands on the wire."""
    found = [kind for kind in vars(documents).values() if isinstance(kind, type) and issubclass(kind, Document)]
    models = sorted({*found, Board} - {Document}, key=lambda kind: kind.__name__)
    _names, made = models_json_schema([(kind, "serialization") for kind in models], ref_template="#/definitions/{model}")
    definitions = {name: _plain(part) for name, part in sorted(made["$defs"].items())}
    return json.dumps({"title": "Protocol", "type": "object", "definitions": definitions}, indent=1) + "\n"


def _plain(part: object) -> object:
    """Without titles of fields, each of which would become a type of its own."""
    if isinstance(part, list):
        return [_plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {name: _plain(one) for name, one in part.items() if not (name == "title" and isinstance(one, str))}
    if isinstance(part.get("properties"), dict):
        kept["properties"] = {name: _plain(one) for name, one in part["properties"].items()}
    return kept


if __name__ == "__main__":
    SCHEMA.write_text(schema(), encoding="utf-8")
    sys.stdout.write(f"{SCHEMA}\n")
