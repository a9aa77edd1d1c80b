"""Markdown of exam authors, rendered to HTML that no author can bend.

Raw HTML stays text, links other than http, https and mailto are dropped by the parser, and nothing carries an inline
style (the pages' security policy would refuse it).
"""

from typing import Final

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

_HEADINGS_BELOW: Final = 2


def _fit_the_page(state: StateCore) -> None:
    """Headings go below the page's own levels; alignment in tables becomes a class."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + state.env['below'], 6)}"
        if "right" in str(token.attrs.pop("style", "")):
            token.attrs["class"] = "number"


_PARSER: Final = MarkdownIt("commonmark", {"html": False}).enable("table")
_PARSER.core.ruler.push("fit_the_page", _fit_the_page)


def to_html(text: str, title: str = "", *, below: int = _HEADINGS_BELOW) -> SafeString:
    """`text` as safe HTML. A first heading that ends in `title` is left out: the page has said it.

    Headings go `below` as many levels of the page's own.
    """
    environment: dict[str, object] = {"below": below}
    tokens = _PARSER.parse(text, environment)
    if title and len(tokens) > 1 and tokens[0].type == "heading_open" and tokens[1].content.endswith(title):
        del tokens[:3]
    # The parser escapes whatever is not Markdown.
    return SafeString(_PARSER.renderer.render(tokens, _PARSER.options, environment))
