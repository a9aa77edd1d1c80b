"""`guildmark-portal publish BANK --kind …`: make a bank an exam that can be sat."""

from pathlib import Path
from typing import Annotated

import typer

from guildmark.errors import UsageError
from guildmark.i18n import _
from guildmark.protocol import ExamKind
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django


def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    bank: Annotated[Path, typer.Argument(help=_("The bank: a folder made by guildmark-grader pack build."))],
    kind: Annotated[ExamKind, typer.Option(help=_("What the exam is for: a demo's certificate certifies nothing."))],
    override: Annotated[
        str | None,
        typer.Option(help=_("Why it goes live although it is not ready for that. Needs --owner; stays in the audit table.")),
    ] = None,
    owner: Annotated[str | None, typer.Option(help=_("The owner who decides so: an e-mail address."))] = None,
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Publish the bank: its public part goes to the portal, its hidden part to the grader alone."""
    if (override is None) != (owner is None):
        raise UsageError(
            _("An override has a reason and an owner; one of them is missing."),
            next_step=_("Give both: --owner EMAIL --override REASON."),
        )
    if override is not None and kind is not ExamKind.LIVE:
        raise UsageError(
            _("Only a live exam needs an override; this one is published as {kind}.").format(kind=kind.value),
            next_step=_("Leave out --owner and --override, or publish with --kind live."),
        )
    use_django(data)
    from guildmark_portal.exams import going_live
    from guildmark_portal.exams.publishing import publish

    decided = going_live.override(owner, override) if owner is not None and override is not None else None
    version = publish(bank=bank, kind=kind, actor="guildmark-portal publish", override=decided)
    next_step = _("Run: guildmark-portal serve --data {data}").format(data=data)
    tell(
        {"exam_version": str(version), "kind": kind.value, "bank": str(bank.resolve()), "next_step": next_step},
        [_("Published: {version} ({kind}).").format(version=version, kind=kind.value), next_step],
        as_json=json_,
    )
