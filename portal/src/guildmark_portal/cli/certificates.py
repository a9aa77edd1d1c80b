"""`guildmark-portal certificates`: issue what was earned, finish what was begun, sign anew."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from guildmark.errors import ConfirmationNeeded
from guildmark.i18n import _
from guildmark_portal import clock
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django

app = typer.Typer(help=_("Certificates: issue what was earned, finish what was begun, sign anew."), no_args_is_help=True)
_AT_ONCE = 2
Item = TypeVar("Item")


@app.command(
    "issue", help=_("Issue every certificate that was earned and is not there yet, with its files. Go on after a stop.")
)
def issue(
    program: Annotated[str, typer.Option(help=_("Only of this program, by its name in addresses."))] = "",
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Issue what was earned; what was issued before is left as it is, and its missing files are made."""
    use_django(data)
    from guildmark_portal.credentials import batches

    now = clock.now()
    issued = _each(
        batches.earned(program=program), lambda attempt: batches.issue_one(attempt, now=now), _("Issuing"), quiet=json_
    )
    made = _each(
        batches.unfinished(program=program),
        lambda one: batches.complete_one(one, now=now),
        _("Papers and letters"),
        quiet=json_,
    )
    tell(
        {"issued": issued, "completed": made},
        [_("Certificates issued: {issued}. Completed with badge, papers and letter: {made}.").format(issued=issued, made=made)],
        as_json=json_,
    )


@app.command("sign-again", help=_("Sign what only compromised keys have signed, with the keys in use. Go on after a stop."))
def sign_again(
    yes: Annotated[bool, typer.Option("--yes", help=_("Do not ask."))] = False,  # noqa: FBT002 - typer reads options from it
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - as above
) -> None:
    """Sign anew; holders are told where their new files are."""
    use_django(data)
    from guildmark_portal.credentials import batches

    now: datetime = clock.now()
    waiting = batches.unvouched()
    if waiting and not yes:
        if json_:
            raise ConfirmationNeeded
        typer.confirm(_("Sign {count} certificates anew?").format(count=len(waiting)), abort=True)
    made = _each(waiting, lambda one: batches.sign_again(one, now=now), _("Signing"), quiet=json_)
    tell({"signed": made}, [_("Certificates signed anew: {made}.").format(made=made)], as_json=json_)


def _each(items: Iterable[Item], act: Callable[[Item], object], what: str, *, quiet: bool) -> int:
    """Do `act` for each, a few at once, with a bar; the number that was done. The first fault stops it, and is raised."""
    from django.db import connections

    def act_alone(item: Item) -> None:
        try:
            act(item)
        finally:
            connections.close_all()  # those of this thread

    work = list(items)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = Progress(*columns, transient=True, console=Console(stderr=True), disable=quiet or not work)
    with shown as bar, ThreadPoolExecutor(_AT_ONCE) as pool:
        task = bar.add_task(what, total=len(work))
        for _done in pool.map(act_alone, work):
            bar.advance(task)
    return len(work)
