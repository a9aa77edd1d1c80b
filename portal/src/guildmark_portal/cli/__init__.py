"""The command `guildmark-portal`: set a portal up, run it, publish exams on it."""

import sys

import typer
from django.core.exceptions import ImproperlyConfigured

from guildmark.errors import GuildmarkError
from guildmark.i18n import _
from guildmark_portal.cli import init, manage, publish, serve

app = typer.Typer(
    name="guildmark-portal",
    help=_("The web host of Guildmark: accounts, exams, results and certificates."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("init")(init.command)
app.command("serve")(serve.command)
app.command("publish")(publish.command)
app.command("manage", context_settings=manage.PASS_EVERYTHING_ON, add_help_option=False)(manage.command)


def main() -> None:
    """Run the command; whatever goes wrong is said with its next step, and with the exit status of its kind."""
    try:
        app()
    except GuildmarkError as error:
        typer.echo(f"{error.message}\n{error.next_step}", err=True)
        sys.exit(error.exit_code)
    except ImproperlyConfigured as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
