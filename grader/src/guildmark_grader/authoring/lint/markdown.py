"""What instructions are made of: headings, table rows, list items, code, numbers and plain text, each with its line.

Not a full reader of Markdown: it knows what instructions are written in, and takes everything else for plain text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_FENCE = re.compile(r"^\s*(```|~~~)")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+(.*)")
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"^:?-+:?$")
_SPAN = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\]\([^)]*\)")
_TIMES = re.compile(r"(?<=\d)\s*[x×]\s*(?=\d)")  # noqa: RUF001 - the sign that 28 by 28 is written with
# Not after a letter, so that float32 and Conv2D hold no number; Korean and Chinese letters may stand right before one.
_NUMBER = re.compile(r"(?<![A-Za-z_0-9.])\d+(?:,\d{3})*(?:\.\d+)?(?:\s*(?P<many>[만万千천]))?")
_MANY = {"만": 10_000, "万": 10_000, "천": 1_000, "千": 1_000}


@dataclass(frozen=True)
class Piece:
    """A part of a text, and its line, counted from 1."""

    text: str
    line: int


@dataclass(frozen=True)
class Text:
    """Instructions as their author wrote them, markers included."""

    source: str

    @cached_property
    def lines(self) -> tuple[Piece, ...]:
        """The lines outside of fenced code."""
        return tuple(self._lines(inside=False))

    @cached_property
    def fences(self) -> int:
        """How many lines of fenced code there are."""
        return sum(1 for _line in self._lines(inside=True))

    @cached_property
    def headings(self) -> tuple[tuple[int, Piece], ...]:
        """Levels and texts of the headings."""
        found = ((_HEADING.match(line.text), line.line) for line in self.lines)
        return tuple((len(match[1]), Piece(match[2], line)) for match, line in found if match)

    @cached_property
    def tables(self) -> tuple[tuple[tuple[Piece, ...], ...], ...]:
        """Every table as its rows of cells, without the row of dashes."""
        tables: list[list[tuple[Piece, ...]]] = []
        last = -1
        for line in self.lines:
            if not line.text.lstrip().startswith("|"):
                continue
            if line.line != last + 1:
                tables.append([])
            last = line.line
            cells = _CELL_BORDER.split(line.text.strip().strip("|"))
            if not all(_RULE.match(cell.strip()) for cell in cells):
                tables[-1].append(tuple(Piece(cell.strip(), line.line) for cell in cells))
        return tuple(tuple(table) for table in tables)

    @cached_property
    def items(self) -> tuple[Piece, ...]:
        """The first lines of list items."""
        found = ((_ITEM.match(line.text), line.line) for line in self.lines)
        return tuple(Piece(match[1], line) for match, line in found if match)

    @cached_property
    def spans(self) -> tuple[Piece, ...]:
        """Everything between back quotes."""
        return tuple(Piece(found, line.line) for line in self.lines for found in _SPAN.findall(line.text))

    @cached_property
    def numbers(self) -> tuple[Piece, ...]:
        """Numbers outside of code, in one notation: `2000` for `2,000`, and for ten thousands what they stand for."""
        return tuple(Piece(number, line.line) for line in self.lines for number in _numbers(line.text))

    @cached_property
    def blocks(self) -> tuple[Piece, ...]:
        """Headings, cells, list items and paragraphs, each in one piece."""
        return tuple(self._blocks())

    def _lines(self, *, inside: bool) -> Iterator[Piece]:
        fenced = False
        for number, line in enumerate(self.source.splitlines(), start=1):
            if _FENCE.match(line):
                fenced = not fenced
            elif fenced == inside:
                yield Piece(line, number)

    def _blocks(self) -> Iterator[Piece]:
        waiting: list[Piece] = []
        for line in self.lines:
            heading, item, row = _HEADING.match(line.text), _ITEM.match(line.text), line.text.lstrip().startswith("|")
            if heading or item or row or not line.text.strip():
                yield from _joined(waiting)
                waiting = [Piece(item[1], line.line)] if item else []
            else:
                waiting.append(line)
            if heading:
                yield Piece(heading[2], line.line)
        yield from _joined(waiting)
        yield from (cell for table in self.tables for row in table for cell in row)


def _joined(lines: list[Piece]) -> Iterator[Piece]:
    if lines:
        yield Piece(" ".join(line.text.strip() for line in lines), lines[0].line)


def _numbers(line: str) -> Iterator[str]:
    item = _ITEM.match(line)
    text = _TIMES.sub(" ", _LINK.sub("]", _SPAN.sub(" ", item[1] if item else line)))
    for match in _NUMBER.finditer(text):
        number = match[0].rstrip("만万千천 \t").replace(",", "")
        whole, _point, decimals = number.partition(".")
        if match["many"]:
            yield f"{float(number) * _MANY[match['many']]:g}" if decimals else str(int(number) * _MANY[match["many"]])
        else:
            yield f"{int(whole)}.{decimals.rstrip('0')}".rstrip(".")
