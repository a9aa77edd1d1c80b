"""Looks for hidden text among the public files: in arrays, in the cells of tables, in lines and in JSON.

Letter case and white space do not count. A row of several texts is looked for as neighbours. A word or two is no proof of
anything, since labels and vocabularies hold such, so short rows are not looked for.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guildmark_grader.authoring.contents import arrays_in, json_in, json_lines_in, suffix_of, table_in

_SHORTEST = 12
_SPACE = re.compile(r"\s+")

Words = tuple[str, ...]
Reader = Callable[[bytes], Iterator[list[str]]]


def text_rows(array: NDArray[np.generic]) -> list[Words]:
    """The rows of an array of text, (N,) or (N, k), each as it is compared."""
    return [tuple(_plain(cell) for cell in row) for row in array.reshape(len(array), -1).tolist()]


def found_text(inputs: NDArray[np.generic], public: Mapping[str, bytes]) -> dict[str, set[int]]:
    """The numbers of the hidden rows that stand in each public file."""
    by_words: dict[Words, set[int]] = defaultdict(set)
    for index, row in enumerate(text_rows(inputs)):
        if sum(len(text) for text in row) >= _SHORTEST:
            by_words[row].add(index)
    width = int(np.prod(inputs.shape[1:], dtype=np.int64))
    return {name: _found(by_words, width, name, content) for name, content in public.items()}


def _found(by_words: Mapping[Words, set[int]], width: int, name: str, content: bytes) -> set[int]:
    reader = _READERS.get(suffix_of(name))
    found: set[int] = set()
    for texts in reader(content) if reader and by_words else ():
        plain = [_plain(text) for text in texts]
        for start in range(len(plain) - width + 1):
            found |= by_words.get(tuple(plain[start : start + width]), set())
    return found


def _plain(text: str | bytes) -> str:
    return _SPACE.sub(" ", _decoded(text)).strip().casefold()


def _decoded(text: str | bytes) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else text


def _in_arrays(content: bytes) -> Iterator[list[str]]:
    for array in arrays_in(content).values():
        yield _texts(array)


def _texts(array: NDArray[np.generic]) -> list[str]:
    return [_decoded(text) for text in array.ravel().tolist()] if array.dtype.kind in "US" else []


def _in_table(delimiter: str) -> Reader:
    def rows(content: bytes) -> Iterator[list[str]]:
        yield from table_in(content, delimiter)

    return rows


def _in_lines(content: bytes) -> Iterator[list[str]]:
    yield content.decode(errors="replace").splitlines()


def _in_json(content: bytes) -> Iterator[list[str]]:
    yield list(_strings(json_in(content)))


def _in_json_lines(content: bytes) -> Iterator[list[str]]:
    for document in json_lines_in(content):
        yield list(_strings(document))


def _strings(document: Any) -> Iterator[str]:
    waiting = [document]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            waiting.extend(reversed(part.values()))
        elif isinstance(part, list):
            waiting.extend(reversed(part))


_READERS: Mapping[str, Reader] = {
    ".npy": _in_arrays,
    ".npz": _in_arrays,
    ".csv": _in_table(","),
    ".tsv": _in_table("\t"),
    ".txt": _in_lines,
    ".json": _in_json,
    ".jsonl": _in_json_lines,
}
