"""The application: what all commands share. Errors become one message, or one JSON object, and an exit status."""

import sys
import traceback
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

from guildmark.cli import completion
from guildmark.cli.screen import Screen
from guildmark.errors import GuildmarkError, OurFault, UsageError
from guildmark.i18n import _
from guildmark.version import __version__

# The base of typer's own usage errors; typer does not export it.
_TyperUsageError = cast("type[Exception]", typer.BadParameter.__base__)


class Command(TyperCommand):
    """A command whose flags are shown without the type of their value, which nobody types."""

    def get_params(self, ctx: Any) -> Any:
        """The options and arguments."""
        return _without_types_of_flags(super().get_params(ctx))


class Commands(TyperGroup):
    """A group whose commands may raise `GuildmarkError`."""

    def get_params(self, ctx: Any) -> Any:
        """The options of the group itself; typer's own are told in the reader's language."""
        return _without_types_of_flags([_told(param) for param in super().get_params(ctx)])

    def main(self, args: Sequence[str] | None = None, *others: Any, **extra: Any) -> Any:
        """Run a command; leave with its exit status, or return it when not `standalone_mode`."""
        standalone_mode = extra.pop("standalone_mode", True)
        given = list(sys.argv[1:] if args is None else args)
        _forgive()
        screen = Screen(as_json="--json" in given)
        try:
            status = super().main(args, *others, **{**extra, "standalone_mode": False}) or 0
        except _TyperUsageError as error:
            status = screen.fail(_usage(error))
        except GuildmarkError as error:
            status = screen.fail(error)
        except typer.Abort:
            status = screen.fail(UsageError(_("Nothing was done."), next_step=_("Run the command again when you are ready.")))
        except OSError as error:
            status = screen.fail(OurFault(str(error), next_step=_("Mend that and run the same command again."), code="system"))
        except Exception:  # noqa: BLE001  # the outermost frame: a bug must still be one message and status 1
            traceback.print_exc()
            status = screen.fail(OurFault())
        if standalone_mode:
            sys.exit(status)
        return status


def _forgive() -> None:
    """Show what standard output has no way to write as a question mark: the name of a file, a score on an old console."""
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="replace")


def _without_types_of_flags(params: Any) -> Any:
    for param in params:
        if getattr(param, "is_flag", False):
            param.metavar = ""
    return params


def _told(param: Any) -> Any:
    if words := {"install_completion": completion.install_help, "show_completion": completion.show_help}.get(param.name):
        param.help = words()
    return param


def _usage(error: Exception) -> UsageError:
    message = cast("str", getattr(error, "message", None) or str(error))
    path = getattr(getattr(error, "ctx", None), "command_path", "guildmark")
    return UsageError(message, next_step=_("Run: {command} --help").format(command=path))


app = typer.Typer(
    cls=Commands,
    name="guildmark",
    help=_("Sit a hands-on machine-learning exam from your own machine."),
    epilog=_(
        "Exit status: 0 done, 1 a fault of ours, 2 wrong usage, 3 a rule or a verdict that is yours to mend, 4 sign in first, "
        "5 the portal does not answer, 130 stopped by Ctrl+C."
    ),
    add_completion=True,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001  # the signature of an option's callback
    if wanted:
        Screen(as_json=False).say(__version__)
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
        Screen(as_json=False).say(context.get_help())
