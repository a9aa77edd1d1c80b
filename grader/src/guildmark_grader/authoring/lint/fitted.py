"""Statistics in the public files that were fitted on more than the public rows: they tell of the hidden ones.

Nothing in a script shows this safely, so it is looked for in what was built. A stated number that is the statistic of a public
column is right. One that is not, and is that of the same column with the hidden rows added, gives the hidden rows away.

Theory of operation. Hidden rows may be scaled already with the very numbers that are stated, and so may the public ones. Both
are tried as they are and with the scaling undone: where the numbers are right, undoing them gives back the rows as measured,
and the comparison is that of raw data; where rows were never scaled, undoing gives nonsense that matches nothing. Hidden
windows leave out some rows between the parts, so "the statistic of all rows" is met within a small part of its distance from
that of the public rows, not within rounding alone; and a claim counts only if most of its numbers agree.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from guildmark.errors import PackProblem
from guildmark.i18n import _
from guildmark.packs.reader import Form
from guildmark_grader.authoring.lint.claims import Claim, Kind, claims
from guildmark_grader.authoring.lint.columns import Block, Numbers, array_blocks, joined_windows, public_blocks
from guildmark_grader.authoring.output import Hidden
from guildmark_grader.authoring.trial import Variant

_PART_OF_DISTANCE = 0.05
_PART_OF_DEVIATION = 2e-3
_PRECISE = 1e-6
_MOST_DIGITS = 7
_BOUNDS = (0.0, 1.0, -1.0, 100.0, 255.0)
"""Lowest and highest values that are known without looking at any row."""
_PIXELS = 255.0
_OTHER_COLUMNS = 8
_FEW_CHANNELS = 64

_STATISTICS: Mapping[Kind, Callable[[Numbers], Sequence[float]]] = {
    Kind.MEAN: lambda column: [float(np.nanmean(column))],
    Kind.DEVIATION: lambda column: [float(np.nanstd(column)), float(np.nanstd(column, ddof=1))],
    Kind.VARIANCE: lambda column: [float(np.nanvar(column)), float(np.nanvar(column, ddof=1))],
    Kind.MEDIAN: lambda column: [float(np.nanmedian(column))],
    Kind.LOW: lambda column: [float(np.nanmin(column))],
    Kind.HIGH: lambda column: [float(np.nanmax(column))],
}


@dataclass(frozen=True)
class _Scaling:
    """What a claim's numbers, and those stated beside them, make of a value: value * spread + centre."""

    centre: NDArray[np.float64]
    spread: NDArray[np.float64]


def statistics_problems(place: str, form: Form, variant: Variant) -> Iterator[PackProblem]:
    """Claims of the public files of `variant` that are true of public and hidden rows together alone."""
    stated = claims(variant.public)
    if not stated:
        return
    public = public_blocks(variant.public)
    hidden = _hidden_blocks(variant.hidden)
    for claim in stated:
        scaling = _scaling(claim, stated)
        told = [_told(claim, k, public, hidden, scaling) for k in range(len(claim.values))]
        giving_away = [k for k, verdict in enumerate(told) if verdict is True]
        if len(giving_away) > sum(verdict is False for verdict in told):
            yield PackProblem(f"{place}/build.py", _line_naming(form, claim.file), _message(claim, giving_away))


def _hidden_blocks(hidden: Hidden) -> list[Block]:
    arrays = [*hidden.inputs, hidden.targets]
    return [*(block for array in arrays for block in array_blocks(array)), *joined_windows(arrays)]


@np.errstate(all="ignore")  # public numbers may be endless, and a stated spread below 0: then nothing agrees
def _told(claim: Claim, k: int, public: list[Block], hidden: list[Block], scaling: _Scaling) -> bool | None:
    """Whether number `k` of a claim is that of all rows (True), that of the public rows (False), or neither."""
    value = claim.values[k]
    if claim.kind in {Kind.LOW, Kind.HIGH} and value in _BOUNDS:
        return None
    centre, spread = scaling.centre[k], scaling.spread[k]
    columns = [column for block in public for column in _columns_for(claim, k, block)]
    variants = [form for column in columns for form in (column, column * spread + centre, column / _PIXELS)]
    if any(_is(value, statistic) for column in variants for statistic in _statistics(claim.kind, column)):
        return False
    added = [column for block in hidden for column in _channels_for(claim, k, block)]
    pairs = (pair for column in columns for more in added for pair in _comparable(column, more, centre, spread))
    return True if any(_gives_away(claim.kind, value, known, extra) for known, extra in pairs) else None


def _comparable(column: Numbers, more: Numbers, centre: float, spread: float) -> Iterator[tuple[Numbers, Numbers]]:
    """Public and hidden rows in one scale, in every way that they may have been scaled."""
    undone = more * spread + centre
    yield from ((column, more), (column, undone), (column * spread + centre, undone))
    yield from ((column / _PIXELS, extra) for extra in (more, undone, more / _PIXELS))


def _columns_for(claim: Claim, k: int, block: Block) -> Iterator[Numbers]:
    """The public columns that number `k` may stand for: by name, or by place, where a table may have a few columns more."""
    name, count = (claim.columns[k] if claim.columns else None), len(claim.values)
    if name is not None and name in block.names:
        yield block.rows[:, block.names.index(name)]
    elif (name is None or not block.names) and count <= block.width <= count + (_OTHER_COLUMNS if block.names else 0):
        yield from (block.rows[:, first + k] for first in range(block.width - count + 1))


def _channels_for(claim: Claim, k: int, block: Block) -> Iterator[Numbers]:
    """The hidden channels that number `k` may stand for. Hidden arrays have no names, so a named one may be any of a few."""
    if claim.columns is not None and block.width <= _FEW_CHANNELS:
        yield from block.rows.T
    elif block.width == len(claim.values):
        yield block.rows[:, k]


def _gives_away(kind: Kind, value: float, known: Numbers, extra: Numbers) -> bool:
    """Whether `value` is the statistic of `known` and `extra` together, and clearly not that of `known`."""
    alone = _statistics(kind, known)
    if not alone:
        return False
    together = _statistics(kind, np.concatenate((known, extra)))
    near = _PART_OF_DEVIATION * float(np.nanstd(known))
    for of_known, of_both in zip(alone, together, strict=True):
        distance = abs(of_both - of_known)
        allowed = max(_rounding(value), min(_PART_OF_DISTANCE * distance, near))
        if distance > 4 * allowed and abs(value - of_both) <= allowed:
            return True
    return False


def _statistics(kind: Kind, column: Numbers) -> Sequence[float]:
    return _STATISTICS[kind](column) if np.isfinite(column).sum() > 1 else []


def _is(value: float, statistic: float) -> bool:
    return abs(value - statistic) <= max(_rounding(value), _PRECISE * abs(statistic))


def _rounding(value: float) -> float:
    """How far a number may be from what it was before it was written with so many digits."""
    exponent = Decimal(repr(value)).as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) else 0
    return max(0.51 * 10.0 ** -min(decimals, _MOST_DIGITS), _PRECISE * abs(value)) if decimals > 0 else _PRECISE * abs(value)


@np.errstate(all="ignore")
def _scaling(claim: Claim, stated: list[Claim]) -> _Scaling:
    """How rows that were scaled with this claim and those beside it are brought back to what was measured."""
    beside = {other.kind: np.array(other.values) for other in stated if _stand_together(claim, other)}
    count = len(claim.values)
    if Kind.LOW in beside and Kind.HIGH in beside:
        return _Scaling(beside[Kind.LOW], beside[Kind.HIGH] - beside[Kind.LOW])
    variance = beside.get(Kind.VARIANCE)
    spread = beside.get(Kind.DEVIATION, np.ones(count) if variance is None else np.sqrt(variance))
    return _Scaling(beside.get(Kind.MEAN, beside.get(Kind.MEDIAN, np.zeros(count))), spread)


def _stand_together(one: Claim, other: Claim) -> bool:
    """Whether two claims are of the same columns; arrays may have a file each."""
    alike = one.group == other.group and one.columns == other.columns and len(one.values) == len(other.values)
    return alike and (one.file == other.file or one.file.endswith(".npy"))


def _line_naming(form: Form, file: str) -> int | None:
    """The line of build.py that names the file, as far as it can be found."""
    lines = (form.folder / "build.py").read_text(encoding="utf-8").splitlines()
    name = file.rsplit("/", 1)[-1]
    return next((number for number, line in enumerate(lines, start=1) if name in line), None)


def _message(claim: Claim, numbers: list[int]) -> str:
    shown = ", ".join(f"{claim.columns[k] if claim.columns else k}: {claim.values[k]:g}" for k in numbers[:3])
    message = _(
        "{file} states {key} ({shown}) as it is of public and hidden rows together, and not of the public rows. "
        "Compute it from the public rows alone."
    )
    # A key in JSON may hold half of a surrogate pair, which no terminal prints.
    return message.format(file=claim.file, key=claim.key, shown=shown).encode(errors="replace").decode()
