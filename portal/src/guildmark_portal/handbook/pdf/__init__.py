"""The handbook as a PDF: tagged (PDF/UA-1) and for archives (PDF/A-2a), the same text as the page.

Markdown is parsed into a tree of plain data, which the typst document beside this file lays out: the text reaches it as data
and is never read as markup. Only fonts that come with this package and typst's own DejaVu Sans Mono (for code) are used, so
that a PDF is the same on every host.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

import typst
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from guildmark_portal.fonts import faces, families
from guildmark_portal.handbook.pdf.korean import Node, words_whole

_LAYOUT: Final = (Path(__file__).parent / "handbook.typ").read_bytes()
_PARSER: Final = MarkdownIt("commonmark", {"html": False}).enable("table")
_REGIONS: Final = {"zh-Hans": "CN"}
"""Where a language is written in more than one way: the one by whose rules it is set."""
_MISSING: Final = "could not be displayed with font"
"""What typst says of letters that its fonts do not have."""


class NoLetters(Exception):
    """The text has letters that no font of the PDF has."""


@dataclass(frozen=True)
class Cover:
    """What stands around the text, in its `language`.

    `edition` is the line below the title, `prevails` says which language does, `address` is where the newest edition stands.
    """

    language: str
    exam: str
    title: str
    issuer: str
    edition: str
    prevails: str
    contents: str
    address: str
    written_at: datetime


@lru_cache(maxsize=16)
def pdf(text: str, cover: Cover) -> bytes:
    """The PDF of a handbook's Markdown, the same bytes for the same text and cover. Raises `NoLetters`."""
    at = cover.written_at
    document = {
        **{name: value for name, value in asdict(cover).items() if name != "written_at"},
        "language": cover.language.partition("-")[0],
        "region": _REGIONS.get(cover.language),
        "fonts": families(cover.language),
        "bold": families(cover.language, bold=True),
        "date": {"year": at.year, "month": at.month, "day": at.day},
        "blocks": blocks(text),
    }
    try:
        return typst.compile(
            _LAYOUT,
            sys_inputs={"handbook": json.dumps(document)},
            font_paths=faces(),
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1", "a-2a"],
            timestamp=int(at.timestamp()),
        )
    except typst.TypstError as error:
        if _MISSING in str(error):
            raise NoLetters from error
        raise


def blocks(text: str) -> list[Node]:
    """Markdown as a list of blocks, each a `kind` with what it holds."""
    tokens: Sequence[Token] = _PARSER.parse(text)
    return list(_nodes(SyntaxTreeNode(tokens)))


def _nodes(parent: SyntaxTreeNode) -> Iterator[Node]:
    for node in parent.children:
        if node.type == "inline":
            yield from words_whole(_nodes(node))
        else:
            yield _node(node)


def _node(node: SyntaxTreeNode) -> Node:
    if node.type in {"text", "code_inline", "fence", "code_block"}:
        return {"kind": node.type, "text": node.content.rstrip("\n")}
    if node.type in {"softbreak", "hardbreak"}:
        return {"kind": "text", "text": " "}
    held: Node = {"kind": node.type, "children": list(_nodes(node))}
    if node.type == "heading":
        held["level"] = int(node.tag[1])
    elif node.type == "link":
        held["href"] = str(node.attrs["href"])
    elif node.type in {"th", "td"}:
        held["right"] = "right" in str(node.attrs.get("style", ""))
    return held
