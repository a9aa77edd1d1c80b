"""Korean words that are only partly bold, or code with an ending, kept in one piece: **5시간**입니다, `starter.py`가.

Korean is broken between words. What typst takes for words ends where a run of text ends, so those that reach over several
runs are put together here as nodes of the kind `word`, which the layout does not break.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

Node = dict[str, Any]

_WITHIN_A_WORD: Final = re.compile(r"[가-힣]\S|\S[가-힣]")
_FIRST_WORD: Final = re.compile(r"(?s)(\S*)(.*)")
_LAST_WORD: Final = re.compile(r"(?s)(.*?)(\S*)")


def words_whole(runs: Iterable[Node]) -> list[Node]:
    """The runs of a paragraph, with the words that reach over several of them put together."""
    laid: list[Node] = []
    for run in filter(_written, runs):
        if not laid or not _WITHIN_A_WORD.fullmatch(_written(laid[-1])[-1:] + _written(run)[:1]):
            laid.append(run)
            continue
        before, last = _cut(laid.pop(), _LAST_WORD)
        first, after = _cut(run, _FIRST_WORD)
        parts = last["children"] if last["kind"] == "word" else [last]
        word = {"kind": "word", "children": [*parts, first]}
        laid += [node for node in (before, word, after) if _written(node)]
    return laid


def _written(node: Node) -> str:
    return str(node["text"]) if "text" in node else "".join(map(_written, node["children"]))


def _cut(node: Node, where: re.Pattern[str]) -> tuple[Node, Node]:
    """The two parts of a run of plain or bold text; anything else stays whole, on the side of the word."""
    found = where.fullmatch(_written(node))
    again = _made_like(node)
    if found is None or again is None:
        nothing: Node = {"kind": "text", "text": ""}
        return (nothing, node) if where is _LAST_WORD else (node, nothing)
    return again(found[1]), again(found[2])


def _made_like(node: Node) -> Callable[[str], Node] | None:
    if node["kind"] == "text":
        return lambda text: {"kind": "text", "text": text}
    if node["kind"] == "strong" and [child["kind"] for child in node["children"]] == ["text"]:
        return lambda text: {"kind": "strong", "children": [{"kind": "text", "text": text}]}
    return None
