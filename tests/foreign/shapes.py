"""The shapes of certificates for the page that verifies in a browser: `python -m tests.foreign.shapes` writes them again."""

import json
from pathlib import Path
from typing import Final

from guildmark.badges.documents import OpenBadgeDocument, StatusListDocument
from guildmark.badges.model import DEMONSTRATION, IDENTITY_SENTENCES

SHAPES: Final = Path(__file__).parents[2] / "portal" / "browser" / "src" / "shapes.json"


def shapes() -> str:
    """Both documents as JSON Schema, and the sentences by which a certificate says how identity was checked."""
    told = {
        "openBadge": OpenBadgeDocument.model_json_schema(),
        "statusList": StatusListDocument.model_json_schema(),
        "identity": {level.value: sentence for level, sentence in IDENTITY_SENTENCES.items()},
        "demonstration": DEMONSTRATION,
    }
    return json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SHAPES.write_text(shapes(), encoding="utf-8")
