"""How the self-check looks in a terminal, and as JSON."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from guildmark.i18n import _
from guildmark_grader.sandbox import Box
from guildmark_grader.selfcheck import doctor
from guildmark_grader.selfcheck.catalogue import ATTACKS, Attack, Holder
from guildmark_grader.selfcheck.doctor import Tried
from guildmark_grader.selfcheck.host import Fact

_INDENT = 4


def examine(box: Box, console: Console) -> list[Tried]:
    """Try every attack, with a bar while it lasts, and print a line for each. Raises `BoxFault` and its like."""
    tried: list[Tried] = []
    columns = (TextColumn(" "), BarColumn(bar_width=24), TextColumn("[dim]{task.description}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task(_("A worker is born"), total=len(ATTACKS))
        group = ""

        def begin(attack: Attack) -> None:
            progress.update(bar, description=_(attack.title))

        for result in doctor.try_all(box, begin=begin):
            if result.attack.group != group:
                group = result.attack.group
                progress.console.print(Text(f"\n  {_(group)}", style="bold"))
            progress.console.print(line(result, console))
            progress.advance(bar)
            tried.append(result)
    return tried


def line(tried: Tried, console: Console) -> RenderableType:
    """One attack: its mark, what it is called, and what held it or what got through."""
    row = Table.grid(padding=(0, 1))
    row.add_column(width=_INDENT + 1, justify="right")
    row.add_column(width=min(50, max(24, console.width - 40)))
    row.add_column(overflow="fold")
    words = (
        Text(_held_by(tried.attack), style="dim")
        if tried.is_held
        else Text(_("got through: {found}").format(found=tried.found), style="red")
    )
    row.add_row(mark_of(console, is_good=tried.is_held), Text(_(tried.attack.title)), words)
    return row


def _held_by(attack: Attack) -> str:
    names = {
        Holder.BUBBLEWRAP: "bubblewrap",
        Holder.NAMESPACES: _("namespaces"),
        Holder.LANDLOCK: "Landlock",
        Holder.SECCOMP: "seccomp",
        Holder.RLIMITS: _("limits"),
        Holder.GRADER: _("the grader"),
    }
    return ", ".join(names[holder] for holder in attack.holders)


def mark_of(console: Console, *, is_good: bool) -> Text:
    """A tick or a cross, in letters where the terminal has no such signs."""
    signs = ("✓", "✗") if "utf" in (console.encoding or "").lower() else ("ok", "no")
    return Text(signs[0], style="green") if is_good else Text(signs[1], style="bold red")


def show_host(facts: Iterable[Fact], weaknesses: Iterable[str], console: Console) -> None:
    """What the box stands on, and what is weaker here."""
    rows = Table.grid(padding=(0, 1))
    rows.add_column(width=_INDENT + 1, justify="right")
    rows.add_column(min_width=24)
    rows.add_column(overflow="fold")
    for fact in facts:
        rows.add_row(
            Text(" ") if fact.is_good else mark_of(console, is_good=False),
            Text(fact.title),
            Text(fact.found, style="" if fact.is_good else "red"),
        )
    console.print(Text(f"\n  {_('This host')}", style="bold"))
    console.print(rows)
    if weaker := list(weaknesses):
        lines = Table.grid(padding=(0, 1))
        lines.add_column(width=_INDENT + 1, justify="right")
        lines.add_column(overflow="fold")
        for line in weaker:
            lines.add_row("-", line)
        console.print(Text(f"\n  {_('Weaker here')}", style="bold"))
        console.print(lines)


def show_verdict(console: Console, tried: Iterable[Tried]) -> None:
    """The last line: whether the box is whole."""
    results = list(tried)
    breached = sum(not result.is_held for result in results)
    if results and not breached:
        said = Text(_("The box is whole: {count} attacks, none got through.").format(count=len(results)), style="bold green")
    elif breached:
        said = Text(
            _("The box is NOT whole: of the attacks, {count} got through. Grade nobody's models here.").format(count=breached),
            style="bold red",
        )
    else:
        said = Text(
            _(
                "No box stands on this host. Grade nobody's models here. It takes a bubblewrap that this user may run, "
                "and user namespaces: /proc/sys/user/max_user_namespaces must not be 0. Mend that, then run this again."
            ),
            style="bold red",
        )
    console.print("\n ", said)


def as_json(tried: Iterable[Tried], facts: Iterable[Fact], weaknesses: Iterable[str], error: str) -> dict[str, Any]:
    """All of it as one document."""
    results = list(tried)
    return {
        "is_whole": bool(results) and all(result.is_held for result in results),
        "error": error,
        "attacks": [
            {
                "name": result.attack.name,
                "title": _(result.attack.title),
                "is_held": result.is_held,
                "found": result.found,
                "held_by": [holder.value for holder in result.attack.holders],
            }
            for result in results
        ],
        "host": [{"name": fact.name, "title": fact.title, "found": fact.found, "is_good": fact.is_good} for fact in facts],
        "weaker": list(weaknesses),
    }
