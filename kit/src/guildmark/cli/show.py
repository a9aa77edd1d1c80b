"""How scores, times and sizes look in a terminal."""

from collections.abc import Collection, Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from guildmark.client import wording
from guildmark.client.submissions import SHORT_NAME
from guildmark.client.wording import EMPTY_MARK, FULL_MARK, clock, local_time, metric, standing
from guildmark.i18n import _
from guildmark.protocol import (
    AreaResult,
    AttemptState,
    CategoryState,
    Readiness,
    Result,
)
from guildmark.rules.attempt import Phase
from guildmark.rules.scoring import MAX_SCORE

_CAUTION_S = 15 * 60
_SCORE_STYLES = {MAX_SCORE: "green"}


def marks(score: int | None, console: Console) -> Text:
    """Five marks that fill, with the number beside them; plain letters where the terminal has no such marks."""
    full, empty = (FULL_MARK, EMPTY_MARK) if _can_show(console, FULL_MARK + EMPTY_MARK) else ("#", "-")
    row = wording.marks(score, full=full, empty=empty)
    return Text(row, style="dim" if score is None else _SCORE_STYLES.get(score, "yellow" if score else "red"))


def _can_show(console: Console, text: str) -> bool:
    try:
        text.encode(console.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def time_left(state: AttemptState) -> Text:
    """The line about the clock, by the server's time."""
    if state.phase in (Phase.REGISTERED, Phase.PREPARED):
        return Text(_("The clock has not started; you will have {time}.").format(time=clock(state.duration_s + state.extra_s)))
    if state.phase is not Phase.RUNNING or state.deadline is None:
        return Text(_("The exam is over."))
    if state.outage_since is not None:
        stands = _("Time left {time}. It stands still: something of ours does not work.").format(time=clock(state.time_left_s))
        return Text(stands, style="bold")
    line = _("Time left {time} (until {deadline})").format(time=clock(state.time_left_s), deadline=local_time(state.deadline))
    return Text(line, style="bold red" if state.time_left_s < _CAUTION_S else "bold")


def _table(*columns: str, whole: Collection[int] = ()) -> Table:
    """What does not fit is folded, never cut; the columns `whole` stay as they are."""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for place, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=place in whole)
    return table


def categories(found: Iterable[CategoryState], console: Console) -> Table:
    """The categories with their best scores and what was submitted."""
    table = _table("#", _("Category"), _("Weight"), _("Counts"), _("Submissions"), _("Newest"))
    for category in found:
        newest = category.submissions[0] if category.submissions else None
        table.add_row(
            str(category.number),
            Text(category.title),
            str(category.weight),
            _counting(category, console),
            str(len(category.submissions)),
            Text("" if newest is None else standing(newest)),
        )
    return table


def _counting(category: CategoryState, console: Console) -> Text:
    """What counts, and that the candidate chose it."""
    counts = marks(category.best_score, console)
    return counts if category.pinned is None else counts.append(f"\n{_('pinned')}", style="default")


def submissions(found: Iterable[CategoryState], console: Console) -> Table:
    """Everything submitted, by category, the newest first, and which one counts."""
    table = _table("#", _("Submission"), _("File"), _("Received"), _("Score"), _("Metric"), whole=(0, 1, 3, 4))
    for category in found:
        for one in category.submissions:
            notes = [_("counts")] if one.counts else []
            notes += [_("pinned")] if one.pinned else []
            score = marks(None if one.report is None else one.report.score, console)
            table.add_row(
                str(category.number),
                one.id[:SHORT_NAME],
                Text(one.file_name),
                local_time(one.received_at, seconds=True).replace(" UTC", "\nUTC"),
                score.append(f"\n{', '.join(notes)}", style="default") if notes else score,
                Text(standing(one)),
            )
    return table


def readiness(found: Readiness, console: Console) -> Table:
    """The list before Finish."""
    table = _table("#", _("Category"), _("Score"), _("Counts"), _("Ready"), "")
    for item in found.items:
        ready = Text(_("yes"), style="green") if item.ready else Text(_("no"), style="bold yellow")
        file = Text(item.file_name or "", style="bold" if item.pinned else "")
        table.add_row(
            str(item.number), Text(item.title), marks(item.best_score, console), file, ready, Text(item.warning or "")
        )
    return table


def result(found: Result, console: Console) -> Table:
    """The itemised result."""
    table = _table("#", _("Category"), _("Score"), _("Metric"), _("Points"))
    for category in found.categories:
        table.add_row(
            str(category.number),
            Text(category.title),
            marks(category.score, console),
            Text((metric(category.metric) or _("nothing graded")) if category.submitted else _("nothing submitted")),
            f"{category.points:g} / {category.weight}",
        )
    return table


def skills(found: Iterable[AreaResult], console: Console) -> Table:
    """How far each area of the checklist was shown, and below it each of its skills."""
    table = _table("", _("Skill"), _("Shown"), "")
    for area in found:
        for row in (area, *area.skills):
            style = "bold" if row is area else ""
            table.add_row(row.id, Text(row.title, style=style), _bar(row.hundredths, console), Text(f"{row.hundredths} %"))
    return table


def _bar(hundredths: int, console: Console) -> Text:
    """Ten signs that fill."""
    full, empty = ("█", "░") if _can_show(console, "█░") else ("#", ".")
    filled = hundredths // 10
    return Text(full * filled + empty * (10 - filled))
