"""`guildmark rehearse`: before the clock, see that this machine, the connection and the grading do what the exam needs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from guildmark.cli import show
from guildmark.cli.checks import rows, tell
from guildmark.cli.here import session_of
from guildmark.cli.options import AsJson
from guildmark.cli.screen import Screen
from guildmark.client import rehearsal
from guildmark.client.connection import clock_check, speed_check
from guildmark.client.doctor import on_this_machine, pinned_for
from guildmark.client.health import Check
from guildmark.client.rehearsal import Practised
from guildmark.client.session import Session
from guildmark.errors import Refused
from guildmark.i18n import _


def rehearse(
    *,
    folder: Annotated[
        Path | None, typer.Option(help=_("The exam folder; a new one, named like the exam, if not given."))
    ] = None,
    practice: Annotated[bool, typer.Option("--practice/--no-practice", help=_("Hand in a practice model."))] = True,
    as_json: AsJson = False,
) -> None:
    """Check everything, change nothing that counts; exit status 3 where a check is not good."""
    screen = Screen(as_json=as_json)
    checks, practised = [], None
    place = folder or Path.cwd()
    with session_of(place) as session:
        python = None
        for found, interpreter in on_this_machine(place, pinned_for(place, session)):
            tell(screen, found)
            checks.append(found)
            python = interpreter or python
        for found in _with_the_portal(screen, session, folder):
            tell(screen, found)
            checks.append(found)
        if practice:
            practised = rehearsal.practise(session, python, say=screen.note)
            tell(screen, practised.check)
            checks.append(practised.check)
    _conclude(screen, checks, practised)


def _with_the_portal(screen: Screen, session: Session, folder: Path | None) -> Iterator[Check]:
    yield clock_check(session)
    yield speed_check(session)
    with screen.transfer(_("Downloading the exam")) as progress:
        found = rehearsal.sealed_check(session, folder, progress)
    yield found


def _conclude(screen: Screen, checks: list[Check], practised: Practised | None) -> None:
    submission = None if practised is None else practised.submission
    score = None if submission is None or submission.report is None else submission.report.score
    if score is not None:
        screen.say(show.marks(score, screen.out))
    all_good = all(check.good for check in checks)
    can_start = all(check.good for check in checks if check.name == "sealed")
    screen.say(
        "",
        _("Everything is ready. When you are, run: guildmark start")
        if all_good and practised is not None
        else _("What was tried is ready; grading was not. When you are ready, run: guildmark start")
        if all_good
        else _("You can start all the same: each line that is not good says how.")
        if can_start
        else _("You cannot start yet: first do what the line about the exam says."),
    )
    screen.answer(_document(checks, score, all_good=all_good))
    if not all_good:
        raise typer.Exit(Refused.exit_code)


def _document(checks: list[Check], score: int | None, *, all_good: bool) -> dict[str, Any]:
    return {"good": all_good, "checks": rows(checks), "score": score}
