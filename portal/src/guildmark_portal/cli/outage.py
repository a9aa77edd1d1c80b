"""`guildmark-portal outage declare --from … --to … REASON`: give back what an outage of ours took from running exams."""

from datetime import datetime
from typing import Annotated

import typer

from guildmark.cli.app import Commands
from guildmark.errors import UsageError
from guildmark.i18n import _
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django

app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Declare outages, so that candidates get their time back."))


@app.command(
    "declare",
    help=_("Declare an outage that is over: every attempt that it touched gets its time back, with a letter."),
)
def declare(  # noqa: PLR0913, PLR0917 - typer's signature
    reason: Annotated[str, typer.Argument(help=_("What failed, in a sentence that candidates read."))],
    began: Annotated[str, typer.Option("--from", help=_("When it began, with its time zone: 2026-01-15T12:00+00:00"))],
    ended: Annotated[str, typer.Option("--to", help=_("When it was over."))],
    is_long: Annotated[bool, typer.Option("--long", help=_("It did last longer than three days."))] = False,  # noqa: FBT002 - as below
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Declare an outage that is over: every attempt that it touched gets its time back, with a letter."""
    span = {"began_at": _instant(began), "ended_at": _instant(ended)}
    use_django(data)
    from guildmark_portal import clock
    from guildmark_portal.exams.outages import decided_by_then, declare_outage, real, touched

    outage = declare_outage(**span, reason=reason, actor="guildmark-portal outage", now=clock.now(), is_long=is_long)
    running, decided = real(touched(outage)).count(), [str(attempt.pk) for attempt in decided_by_then(outage)]
    lines = [_("Declared. Attempts that may get time back: {count}. The running portal credits them.").format(count=running)]
    if decided:
        lines += [_("These were decided already; answer their candidates yourself:"), *decided]
    tell({"outage": outage.pk, "running": running, "decided": decided}, lines, as_json=json_)


def _instant(written: str) -> datetime:
    try:
        instant = datetime.fromisoformat(written)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise UsageError(
            _("{written} is no instant with a time zone.").format(written=written),
            next_step=_("Write it like 2026-01-15T12:00+00:00."),
        )
    return instant
