"""Looks for hidden rows among the public files, in the formats that can be compared: arrays, tables, images and text.

Images and windows are compared up to the scale and offset of each channel (the last axis), so that pixels in 0 to 255 are
recognised in 0 to 1, and measured series in standardised ones. Plain rows of numbers are compared as they are; text has rules
of its own (see `text_leaks`). Formats that are not known here (text that is encoded later) are the form's own to keep apart,
and its tests' to prove.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from guildmark_grader.authoring.contents import unpacked
from guildmark_grader.authoring.near_rows import NearRows
from guildmark_grader.authoring.number_rows import Rows, rows_in
from guildmark_grader.authoring.text_leaks import found_text

_TELLING = 8
"""So many numbers in a row are hardly the same by chance."""
_NEARLY_ALL = 0.9


def leaked_rows(inputs: Sequence[Rows], public: Mapping[str, bytes]) -> dict[str, int]:
    """How many hidden rows stand in each public file; files without one are left out.

    Of several inputs, one that says little (an age, a category) is bound to be found again. A row has leaked where an input
    that is telling by itself is found, or all of them are.
    """
    plain = {name: unpacked(name, content) for name, content in public.items()}
    found = [found_text(one, plain) if one.dtype.kind in "US" else _found_numbers(one, plain) for one in inputs]
    whole = set.intersection(*(set().union(*by_file.values()) for by_file in found))
    leaked = [
        by_file if _is_telling(one, inputs) else {name: rows & whole for name, rows in by_file.items()}
        for one, by_file in zip(inputs, found, strict=True)
    ]
    counts = {name: len(set().union(*(by_file[name] for by_file in leaked))) for name in public}
    return {name: count for name, count in counts.items() if count}


def _is_telling(rows: Rows, inputs: Sequence[Rows]) -> bool:
    """Whether a row of this input cannot well be the same as another by chance; text that is short is never found at all.

    Many numbers may still say little, such as the timetable of a day: then rows agree in it that differ in the other inputs.
    """
    if rows.dtype.kind in "US":
        return True
    if int(np.prod(rows.shape[1:], dtype=np.int64)) < _TELLING:
        return False
    return len(inputs) == 1 or _distinct([rows]) >= _NEARLY_ALL * _distinct(inputs)


def _distinct(inputs: Sequence[Rows]) -> int:
    return len({tuple(one[k].tobytes() for one in inputs) for k in range(len(inputs[0]))})


def _found_numbers(inputs: Rows, public: Mapping[str, bytes]) -> dict[str, set[int]]:
    """The numbers of the hidden rows that stand in each public file."""
    hidden = NearRows(inputs)
    return {name: hidden.among(rows_in(name, content, inputs.shape[1:])) for name, content in public.items()}
