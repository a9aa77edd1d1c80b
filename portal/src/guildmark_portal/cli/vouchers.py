"""`guildmark-portal vouchers make|list|stop`: codes that pay an exam."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

import typer

from guildmark.cli.app import Commands
from guildmark.errors import Refused, UsageError
from guildmark.i18n import _
from guildmark.rules.money import Money, NoAmount
from guildmark.rules.voucher import ALL, VoucherValue
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django

app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Make vouchers, see who uses them, and stop them."))
_ACTOR = "guildmark-portal vouchers"
_SHARE: Final = re.compile(r"(?P<percent>[0-9]{1,3})\s*%")
_AMOUNT: Final = re.compile(r"(?P<amount>[0-9]{1,9}(\.[0-9]{1,3})?)\s*(?P<currency>[A-Za-z]{3})")
"""Money as people write it. Whether anything is sold in that currency, the portal knows."""


@app.command("make", help=_("Make a batch of vouchers and print their codes."))
def make(  # noqa: PLR0913, PLR0917 - typer's signature
    name: Annotated[str, typer.Argument(help=_("A name for the batch, such as a school and a year."))],
    program: Annotated[str, typer.Option(help=_("The program's name in addresses; without it, they pay any exam."))] = "",
    pays: Annotated[
        str, typer.Option(help=_('What each one pays: all, a share such as 50%, or an amount such as "30 USD".'))
    ] = "all",
    count: Annotated[int, typer.Option(help=_("How many codes."))] = 1,
    uses: Annotated[int, typer.Option(help=_("How many people may use each code, once each."))] = 1,
    first: Annotated[str, typer.Option("--from", help=_("The first day, such as 2026-01-15."))] = "",
    last: Annotated[str, typer.Option("--until", help=_("The last day, such as 2026-12-31."))] = "",
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Make a batch of vouchers and print their codes."""
    value, span = _value(pays), {"valid_from": _day(first), "valid_until": _day(last)}
    use_django(data)
    from guildmark_portal import clock
    from guildmark_portal.exams.programs import program_of
    from guildmark_portal.vouchers import listing, making

    chosen = program_of(program) if program else None
    plan = making.Plan(name=name, value=value, count=count, uses=uses, program=chosen, **span)
    batch = making.make(plan=plan, actor=_ACTOR, now=clock.now())
    codes = [one.code for one in listing.codes_of(batch, actor=_ACTOR)]
    tell({"batch": batch.pk, "codes": codes}, codes, as_json=json_)


@app.command("list", help=_("List the batches, with how often their vouchers were used."))
def list_(data: DataOption = DEFAULT_DATA, json_: JsonOption = False) -> None:  # noqa: FBT002 - typer reads options from it
    """List the batches, with how often their vouchers were used."""
    use_django(data)
    from guildmark_portal import clock
    from guildmark_portal.vouchers.listing import batches

    now = clock.now()
    found = batches()
    rows: list[dict[str, Any]] = [
        {
            "batch": one.batch.pk,
            "name": one.batch.name,
            "program": None if one.batch.program is None else one.batch.program.slug,
            "pays": one.pays,
            "codes": one.codes,
            "slots": one.slots,
            "used": one.used,
            "held": one.held,
            "valid_until": None if one.batch.valid_until is None else one.batch.valid_until.isoformat(),
            "stands": one.batch.terms.stands(now=now).value,
        }
        for one in found
    ]
    said = [
        _("{batch}  {name}: {program}, {pays}, used {used} of {slots}, {stands}").format(
            batch=row["batch"],
            name=row["name"],
            program=row["program"] or one.exam,
            pays=row["pays"],
            used=row["used"],
            slots=row["slots"],
            stands=_STANDS[row["stands"]],
        )
        for one, row in zip(found, rows, strict=True)
    ]
    tell({"batches": rows}, said or [_("No vouchers have been made yet.")], as_json=json_)


_STANDS = {"open": _("can be used"), "early": _("not yet"), "over": _("over"), "stopped": _("stopped")}


@app.command("stop", help=_("Stop a batch: nobody can use its vouchers from then on. What was granted stays."))
def stop(
    batch: Annotated[int, typer.Argument(help=_("The number of the batch, as `vouchers list` shows it."))],
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Stop a batch: nobody can use its vouchers from then on. What was granted stays."""
    use_django(data)
    from guildmark_portal import clock
    from guildmark_portal.vouchers import listing, making
    from guildmark_portal.vouchers.models import Batch

    try:
        found = listing.batch_of(batch)
    except Batch.DoesNotExist as error:
        raise Refused(
            _("There is no batch {number}.").format(number=batch), next_step=_("Run: guildmark-portal vouchers list")
        ) from error
    stopped = making.stop(batch=found.batch, actor=_ACTOR, now=clock.now())
    tell({"batch": batch, "stopped": stopped}, [_("It is stopped.") if stopped else _("It was stopped before.")], as_json=json_)


def _value(written: str) -> VoucherValue:
    """What each voucher pays. Raises `UsageError`."""
    plain = written.strip()
    try:
        if plain.lower() == "all":
            return VoucherValue.share(ALL)
        if share := _SHARE.fullmatch(plain):
            return VoucherValue.share(int(share["percent"]))
        if amount := _AMOUNT.fullmatch(plain):
            return VoucherValue.of(Money.of(Decimal(amount["amount"]), amount["currency"].upper()))
        raise ValueError(plain)  # noqa: TRY301 - one refusal for all that it cannot be
    except (ValueError, NoAmount) as error:
        raise UsageError(
            _("{written} is nothing that a voucher can pay.").format(written=written),
            next_step=_('Write all, a share such as 50%, or an amount such as "30 USD".'),
        ) from error


def _day(written: str) -> date | None:
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise UsageError(_("{written} is no day.").format(written=written), next_step=_("Write it like 2026-01-15.")) from error
