"""`guildmark-portal export-registry`: the register as files, for any web server, when the program has ended."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from guildmark.i18n import _
from guildmark_portal import clock
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django

_YEARS = 10
_MOST_YEARS = 50


def command(
    folder: Annotated[Path, typer.Argument(help=_("Where to write it: a new folder, or that of an earlier export."))],
    valid_for: Annotated[
        int, typer.Option("--valid-for", min=1, max=_MOST_YEARS, help=_("For how many years the status lists hold."))
    ] = _YEARS,
    badges: Annotated[  # noqa: FBT002 - typer reads options from it
        bool, typer.Option(help=_("Pictures of the badges too, a quarter of a megabyte for each certificate."))
    ] = True,
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Write the site; an earlier export stays as it is until the new one is complete."""
    use_django(data)
    from guildmark_portal.registry import export

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True, console=Console(stderr=True), disable=json_) as bar:
        task = bar.add_task(_("Holders"), total=None)
        made = export.write(
            folder,
            years=valid_for,
            now=clock.now(),
            has_badges=badges,
            told=lambda done, of: bar.update(task, completed=done, total=of),
        )
    until = made.valid_until.date().isoformat()
    next_step = _("How to host it stands in {path}.").format(path=folder / "HOSTING.md")
    tell(
        {
            "folder": str(folder),
            "holders": made.holders,
            "certificates": made.certificates,
            "status_lists": made.lists,
            "valid_until": made.valid_until.isoformat(),
            "next_step": next_step,
        },
        [
            _("Exported: {holders} holders who are listed, {certificates} of their certificates.").format(
                holders=made.holders, certificates=made.certificates
            ),
            _("The status lists in it hold until {until}, and tell of nothing that is revoked from now on.").format(
                until=until
            ),
            next_step,
        ],
        as_json=json_,
    )
