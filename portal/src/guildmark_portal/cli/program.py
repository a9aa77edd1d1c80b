"""`guildmark-portal program show SLUG` and `program set SLUG KEY=VALUE …`: what a program asks for.

The other commands of the group stand in `program_versions`.
"""

from typing import Annotated

import typer

from guildmark.cli.app import Commands
from guildmark.errors import Refused
from guildmark.i18n import _
from guildmark.rules.credential import IdentityLevel
from guildmark_portal import clock
from guildmark_portal.cli import program_versions
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    help=_("See and settle what a program asks for: fee, waits, registration; and the stages of its exam versions."),
)

_Slug = Annotated[str, typer.Argument(help=_("The program's name in addresses, such as practitioner."), metavar="SLUG")]


@app.command("show", help=_("Show every setting of a program. The exam's own numbers stand in its published version."))
def show(slug: _Slug, data: DataOption = DEFAULT_DATA, json_: JsonOption = False) -> None:  # noqa: FBT002 - typer reads options from it
    """Show every setting of a program. The exam's own numbers stand in its published version."""
    use_django(data)
    from guildmark_portal.exams.programs import program_of

    program = program_of(slug)
    _tell(program.slug, program.policy.settings, as_json=json_)


@app.command("set", help=_("Settle something. All of it is kept, or none; the audit table says what it was before."))
def set_(
    slug: _Slug,
    assignments: Annotated[
        list[str],
        typer.Argument(help=_('What to settle, such as fee=80 or "retake_waits=14 days, 1 year".'), metavar="KEY=VALUE…"),
    ],
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Settle something. All of it is kept, or none; the audit table says what it was before."""
    use_django(data)
    from django.db import transaction

    from guildmark_portal.exams.programs import amend_policy

    with transaction.atomic():
        program = amend_policy(slug=slug, assignments=assignments, actor="guildmark-portal program set", now=clock.now())
        if any(assignment.partition("=")[0].strip() == "identity_check" for assignment in assignments):
            _refuse_absent_provider(program.policy.identity_check)
    _tell(program.slug, program.policy.settings, as_json=json_)


app.command("list", help=_("List the programs by level, with their price and what is live."))(program_versions.list_)
app.command("versions", help=_("List the exam versions of a program, with the stage of each and what the next step lacks."))(
    program_versions.versions
)
app.command(
    "step",
    help=_("Let an exam version enter the next stage. What goes live takes the place of what is live in the same languages."),
)(program_versions.step)
app.command(
    "history",
    help=_("Tell what was settled when, and which stage each version entered when; who did it, and why."),
)(program_versions.history)
app.command("diff", help=_("Say in words what differs between the settings of two numbers."))(program_versions.diff)
app.command("invite", help=_("Invite people to the pilot of a version: each sits it once, at no cost."))(
    program_versions.invite
)
app.command("withdraw", help=_("Withdraw an invitation to a pilot; an attempt that was opened with it stays."))(
    program_versions.withdraw
)


def _refuse_absent_provider(asked: IdentityLevel) -> None:
    """Candidates could not be checked by a provider that is not there."""
    from django.conf import settings

    if asked is IdentityLevel.PROVIDER and not settings.IDENTITY_PROVIDER.kind:
        raise Refused(
            _("identity_check=provider needs a provider of identity checks, and portal.toml names none."),
            next_step=_("Add [identity_provider] with its kind to portal.toml, or settle identity_check=reviewed."),
        )


def _tell(slug: str, settings: dict[str, str], *, as_json: bool) -> None:
    width = max(map(len, settings))
    tell(
        {"program": slug, "policy": settings}, [f"{key:<{width}}  {value}" for key, value in settings.items()], as_json=as_json
    )
