"""JSON within bounds: its bytes, its depth, and how many values it has, before it can fill the memory."""

import json
from typing import Any, Final

from guildmark.inspection.findings import Unfit

DEPTH_LIMIT: Final = 100
VALUES_LIMIT: Final = 400_000

_OPENING: Final = ("[", "{", ",")


def parse(text: bytes, limit: int) -> dict[str, Any]:
    """The object in `text`. Raises `Unfit` if it is none, or exceeds its bounds, `limit` in bytes among them.

    Values are counted twice: roughly in the text, where a comma inside of a name counts too, so that a list of a million
    lists is never made; and then exactly, with their depth.
    """
    if len(text) > limit or sum(text.count(sign.encode()) for sign in _OPENING) > 2 * VALUES_LIMIT:
        raise Unfit("config.too_complex")
    try:
        parsed = json.loads(text)
    except RecursionError:
        raise Unfit("config.too_complex") from None
    except ValueError:
        raise Unfit("config.unreadable") from None
    if not isinstance(parsed, dict):
        raise Unfit("config.unreadable")
    values = 0
    stack: list[tuple[Any, int]] = [(parsed, 1)]
    while stack:
        node, depth = stack.pop()
        values += 1
        if depth > DEPTH_LIMIT or values > VALUES_LIMIT:
            raise Unfit("config.too_complex")
        if isinstance(node, (dict, list)):
            stack.extend((value, depth + 1) for value in (node.values() if isinstance(node, dict) else node))
    return parsed
