"""Sentences broken between words to the width of a terminal. Addresses, paths and commands stay whole, to be copied."""

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

# A command with its subcommand and what follows that is no word of a sentence: options, NAMES, numbers, files, quotes.
_COMMAND = re.compile(
    r"\b(?:guildmark(?:-\w+)? [a-z]+|pip install)(?: (?:-{1,2}[\w-]+|[A-Z]+\b|\d+|https?://\S+|\"[^\"]*\"|\S*[./]\S+))*"
)
_GLUE = "\ue000"  # a private character, which is no white space, in place of a blank that must not be broken at
_WORD = re.compile(r"\s*\S+")


def wrapped(text: Text, width: int) -> Text:
    """`text` in lines of whole words, at most `width` cells wide; a word that is longer is left to the terminal.

    What an indented line is broken into is indented as it is.
    """
    lines = []
    for line in text.split(allow_blank=True):
        indent = " " * (len(line.plain) - len(line.plain.lstrip(" ")))
        first, *others = line.divide(_breaks(line.plain, width, len(indent)))
        for part in (first, *(Text(indent).append_text(other) for other in others)):
            part.rstrip()
            lines.append(part)
    return Text("\n").join(lines)


def _breaks(line: str, width: int, indent: int) -> Iterator[int]:
    """Where the words stand that begin a new line."""
    glued = _COMMAND.sub(lambda command: command[0].replace(" ", _GLUE), line)
    used = 0
    for word in _WORD.finditer(glued):
        length, bare = cell_len(word[0]), word[0].lstrip()
        if used and used + length > width:
            yield word.end() - len(bare)
            used = indent + cell_len(bare)
        else:
            used += length
