"""The command `guildmark-portal`: set a portal up, run it, publish exams on it.

Errors are said with their next step, and with the exit status of their kind; with `--json` they are one JSON object, as the
candidate's command `guildmark` prints them. Its class of commands does both.
"""

from typing import Annotated

import typer

from guildmark.cli.app import Commands
from guildmark.i18n import _
from guildmark_portal import __version__
from guildmark_portal.cli import (
    account,
    badge_provider,
    certificates,
    cohorts,
    export_registry,
    init,
    issuer_key,
    manage,
    outage,
    payments,
    profile,
    program,
    publish,
    returned,
    role,
    rotate_identity_key,
    serve,
    sign_in,
    terms,
    vouchers,
)

app = typer.Typer(
    cls=Commands,
    name="guildmark-portal",
    help=_("The web host of Guildmark: accounts, exams, results and certificates."),
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command(
    "init",
    help=_("Make the data directory, its secrets, the database and the first owner. Also brings an older portal up to date."),
)(init.command)
app.add_typer(program.app, name="program")
app.add_typer(program.app, name="programs", hidden=True)  # as people type it
app.add_typer(role.app, name="role")
app.command("serve", help=_("Run the portal until Ctrl-C: pages, API, jobs and the grading service."))(serve.command)
app.command("publish", help=_("Publish the bank: its public part goes to the portal, its hidden part to the grader alone."))(
    publish.command
)
app.add_typer(profile.app, name="profile")
app.add_typer(terms.app, name="terms")
app.add_typer(sign_in.app, name="sign-in")
app.add_typer(account.app, name="account")
app.add_typer(outage.app, name="outage")
app.add_typer(vouchers.app, name="vouchers")
app.add_typer(payments.app, name="payments")
app.add_typer(cohorts.app, name="cohorts")
app.add_typer(certificates.app, name="certificates")
app.add_typer(issuer_key.app, name="issuer-key")
app.add_typer(badge_provider.app, name="badge-provider")
app.command(
    "export-registry",
    help=_("Write the register as a web site of plain files: keys, status lists, a verifier, and the holders who agreed."),
)(export_registry.command)
app.command("returned", help=_("Note that a letter came back: a mail server pipes the message in."))(returned.command)
app.command(
    "rotate-identity-key",
    help=_("Make a new master key, and wrap the key of every piece of evidence with it. The portal may keep running."),
)(rotate_identity_key.command)
app.command(
    "manage",
    help=_("Run one of Django's management commands, such as `migrate`, `shell` or `check`."),
    context_settings=manage.PASS_EVERYTHING_ON,
    add_help_option=False,
)(manage.command)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - the signature of an option's callback
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _without_command(
    context: typer.Context,
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help=_("Show the version and leave."))
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Run the command and leave with its exit status."""
    app()
