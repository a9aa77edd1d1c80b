"""Limits of time that contradict each other: a grading that is over before the model's time can be told.

Where a task limits the time of predicting, the hidden rows are predicted again and again (`worker.stopwatch`). All of that has
to fit into `wall_s`, or else a candidate reads that the model took too long and never learns how far it is from the limit.
"""

import math
import re
from collections.abc import Iterator

from guildmark.errors import PackProblem
from guildmark.i18n import _
from guildmark.packs.reader import Form
from guildmark_grader.worker.stopwatch import longest_s

_START_S = 5
"""For loading a model, and for its first step."""
_SLOWER = 2
"""How many times slower than the yardstick's processor a grading host may be, or how many models may share one."""
_WALL_S_AT_MOST = 120
_KEY = re.compile(r"""^[^#"']*\bpredict_ms\s*=""")


def timing_problems(place: str, form: Form, rows: int) -> Iterator[PackProblem]:
    """What the limits of `form` leave no time for, with `rows` hidden rows. `place` is its folder, as problems name it."""
    limits = form.task.limits
    if limits.predict_ms is None:
        return
    a_row_s = _SLOWER * longest_s(limits.predict_ms, 1)
    needed = math.ceil(_START_S + rows * a_row_s)
    if needed <= limits.wall_s:
        return
    message = _("wall_s is too short: a model may take {needed} s until its time for {rows} rows is known, and has {given} s.")
    if needed <= _WALL_S_AT_MOST:
        advice = _("Raise wall_s to {needed}, or keep back fewer rows.")
    else:
        advice = _("Raise wall_s to {most} and keep back {fewer} rows at most, or lower predict_ms.")
    fewer = math.floor((_WALL_S_AT_MOST - _START_S) / a_row_s)
    told = {"needed": needed, "rows": rows, "given": limits.wall_s, "most": _WALL_S_AT_MOST, "fewer": fewer}
    yield PackProblem(f"{place}/task.toml", _line(form), f"{message} {advice}".format(**told))


def _line(form: Form) -> int | None:
    lines = (form.folder / "task.toml").read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if _KEY.match(line)), None)
