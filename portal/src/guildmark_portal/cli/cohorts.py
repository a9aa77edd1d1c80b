"""`guildmark-portal cohorts`: classes that sit an exam in one window, from the command line."""

import re
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from guildmark.cli.app import Commands
from guildmark.errors import UsageError
from guildmark.i18n import _
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django

if TYPE_CHECKING:
    from guildmark_portal.cohorts.importing import Outcome
    from guildmark_portal.cohorts.models import Cohort
    from guildmark_portal.cohorts.roster import Roster

app = typer.Typer(
    cls=Commands, no_args_is_help=True, help=_("Make cohorts, import their rosters, invite, and see how far everybody is.")
)
_ACTOR = "guildmark-portal cohorts"
_DAY: Final = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}")
Number = Annotated[int, typer.Argument(help=_("The number of the cohort, as `cohorts list` shows it."))]

DryRunOption = Annotated[bool, typer.Option("--dry-run", help=_("Write nothing; tell every problem, and what would happen."))]
CsvOption = Annotated[bool, typer.Option("--csv", help=_("Print a CSV file, a row a person."))]


@app.command("make", help=_("Make a cohort. It has no seats yet."))
def make(  # noqa: PLR0913, PLR0917 - typer's signature
    name: Annotated[str, typer.Argument(help=_("A name that those who are invited read, such as a class and a year."))],
    program: Annotated[str, typer.Option(help=_("The program's name in addresses."))],
    organisation: Annotated[str, typer.Option(help=_("Who invites them."))],
    first: Annotated[str, typer.Option("--from", help=_("When it can be begun, such as 2026-01-15T09:00Z."))],
    last: Annotated[str, typer.Option("--until", help=_("Until when it can be begun."))],
    spread: Annotated[int, typer.Option(help=_("Over how many minutes the beginnings are spread."))] = 0,
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Make a cohort. It has no seats yet."""
    span = {"opens_at": _instant(first), "closes_at": _instant(last, ends=True)}
    use_django(data)
    from guildmark_portal import clock
    from guildmark_portal.cohorts import making
    from guildmark_portal.exams.programs import program_of

    plan = making.Plan(name=name, organisation=organisation, program=program_of(program), spread_minutes=spread, **span)
    cohort = making.make(plan=plan, actor=_ACTOR, now=clock.now())
    window = {name: _written(instant) for name, instant in span.items()}
    said = [
        _("Cohort {number} is made.").format(number=cohort.pk),
        _("It can be begun from {opens_at} until {closes_at}, in UTC.").format(**window),
    ]
    tell({"cohort": cohort.pk, **window}, said, as_json=json_)


@app.command("seats", help=_("Add seats that were bought, under the reference of the payment; or granted ones, for a reason."))
def seats(  # noqa: PLR0913, PLR0917 - typer's signature
    cohort: Number,
    count: Annotated[int, typer.Argument(help=_("How many seats."))],
    bought: Annotated[str, typer.Option(help=_("The reference of the payment that was seen."))] = "",
    granted: Annotated[str, typer.Option(help=_("Why nobody pays."))] = "",
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Add seats that were bought, under the reference of the payment; or granted ones, for a reason."""
    if bool(bought) == bool(granted):
        raise UsageError(_("Seats are bought or granted."), next_step=_('Add --bought "REFERENCE" or --granted "REASON".'))
    found = _cohort(data, cohort)
    from guildmark_portal import clock
    from guildmark_portal.cohorts import making
    from guildmark_portal.cohorts.models import Paid

    paid = Paid.BOUGHT if bought else Paid.GRANTED
    block = making.add_seats(cohort=found, count=count, paid=paid, reference=bought or granted, actor=_ACTOR, now=clock.now())
    tell({"block": block.pk, "seats": block.seats}, [_("{count} seats are there.").format(count=block.seats)], as_json=json_)


@app.command("teacher", help=_("Let the account of an address see how far a cohort is."))
def teacher(
    cohort: Number,
    email: Annotated[str, typer.Argument(help=_("The address of the account."))],
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Let the account of an address see how far a cohort is."""
    found = _cohort(data, cohort)
    from guildmark_portal import clock
    from guildmark_portal.cohorts import making

    appointed = making.appoint(cohort=found, email=email, actor=_ACTOR, now=clock.now())
    said = _("They see it at /cohorts/ now.") if appointed else _("They see it already.")
    tell({"appointed": appointed}, [said], as_json=json_)


@app.command("import", help=_("Import a roster: a CSV file with a row a person. With --dry-run, say what it would do."))
def import_(
    cohort: Number,
    roster: Annotated[Path, typer.Argument(help=_("The file."), exists=True, dir_okay=False, readable=True)],
    dry_run: DryRunOption = False,  # noqa: FBT002 - typer reads options from it
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Import a roster: a CSV file with a row a person. With --dry-run, say what it would do."""
    found = _cohort(data, cohort)
    from guildmark_portal import clock
    from guildmark_portal.cohorts import importing
    from guildmark_portal.cohorts import roster as reading

    with roster.open("rb") as file:
        read = reading.read(file.read(reading.MOST_BYTES + 1))
    if dry_run:
        outcome = importing.outcome(cohort=found, roster=read)
    else:
        outcome = importing.import_roster(cohort=found, roster=read, actor=_ACTOR, now=clock.now())
    problems = [str(problem) for problem in read.problems]
    rows = [{"line": row.line, "email": row.email, "does": does.value} for row, does in outcome.rows]
    document = {"problems": problems, "short_of_seats": outcome.short_of, "dry_run": dry_run, **outcome.counts, "rows": rows}
    said = _row_by_row(read, outcome) if dry_run else []
    said.append(_("{new} new, {changed} changed, {same} the same.").format(**outcome.counts))
    if outcome.short_of:
        said.append(_("{count} seats are missing, if everybody accepts.").format(count=outcome.short_of))
    if problems:
        said.append(_("Nothing is imported while there is a problem."))
    tell(document, said, as_json=json_)
    if problems:
        raise typer.Exit(code=3)


def _row_by_row(read: "Roster", outcome: "Outcome") -> list[str]:
    """A line for each problem and for each row that is not as it was, in the order of the file."""
    words = {
        "new": _("Line {line}, {email}: will be added"),
        "changed": _("Line {line}, {email}: will be changed"),
        "accepted": _("Line {line}, {email}: has accepted, nothing is changed"),
        "withdrawn": _("Line {line}, {email}: was withdrawn, and stays so"),
    }
    lines = [(problem.line, str(problem)) for problem in read.problems]
    for row, does in outcome.rows:
        if does.value in words:
            lines.append((row.line, words[does.value].format(line=row.line, email=row.email)))
    return [said for _line, said in sorted(lines, key=itemgetter(0))]


@app.command("invite", help=_("Write to everybody who was not invited yet. The letters leave while the portal runs."))
def invite(
    cohort: Number,
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Write to everybody who was not invited yet. The letters leave while the portal runs."""
    found = _cohort(data, cohort)
    from guildmark_portal import clock
    from guildmark_portal.cohorts import inviting

    count = inviting.invite(cohort=found, actor=_ACTOR, now=clock.now())
    tell({"invited": count}, [_("{count} invitations are on their way.").format(count=count)], as_json=json_)


@app.command("progress", help=_("How far everybody of a cohort is; as a CSV file with --csv."))
def progress(
    cohort: Number,
    csv: CsvOption = False,  # noqa: FBT002 - typer reads options from it
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """How far everybody of a cohort is; as a CSV file with --csv."""
    found = _cohort(data, cohort)
    from guildmark_portal.cohorts.progress import progress_of
    from guildmark_portal.cohorts.sheet import sheet

    now = progress_of(found)
    if csv:
        typer.echo(sheet(now), nl=False)
        return
    document: dict[str, Any] = {"cohort": found.pk, "seats": now.seats, "taken": now.taken, **now.counts}
    if not now.tells_result:
        document.pop("passed")
    tell(document, [f"{name}: {count}" for name, count in document.items()], as_json=json_)


@app.command("list", help=_("List the cohorts."))
def list_(data: DataOption = DEFAULT_DATA, json_: JsonOption = False) -> None:  # noqa: FBT002 - typer reads options from it
    """List the cohorts."""
    use_django(data)
    from guildmark_portal.cohorts.models import Cohort

    rows = [
        {
            "cohort": one.pk,
            "name": one.name,
            "organisation": one.organisation,
            "program": one.program.slug,
            "opens_at": one.opens_at.isoformat(),
            "closes_at": one.closes_at.isoformat(),
            "ended": one.ended_at is not None,
        }
        for one in Cohort.objects.select_related("program")
    ]
    said = [f"{row['cohort']}  {row['name']} ({row['organisation']}): {row['program']}, {row['opens_at']}" for row in rows]
    tell({"cohorts": rows}, said or [_("No cohort has been made yet.")], as_json=json_)


def _cohort(data: Path, number: int) -> "Cohort":
    use_django(data)
    from guildmark_portal.cohorts.making import cohort_of

    return cohort_of(number)


def _instant(written: str, *, ends: bool = False) -> datetime:
    """In UTC, as everything without an offset is taken; a day alone is its beginning, or its end where `ends` says so."""
    try:
        found = datetime.fromisoformat(written)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        return found + timedelta(days=1) if ends and _DAY.fullmatch(written) else found
    except (ValueError, OverflowError) as error:
        raise UsageError(
            _("{written} is no instant.").format(written=written), next_step=_("Write it like 2026-01-15T09:00Z.")
        ) from error


def _written(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
