"""`guildmark-portal manage …`: Django's own commands on the portal's data directory."""

import sys
from typing import Any

import typer

from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, use_django

PASS_EVERYTHING_ON: dict[str, Any] = {"allow_extra_args": True, "ignore_unknown_options": True}


def command(context: typer.Context, data: DataOption = DEFAULT_DATA) -> None:
    """Run one of Django's management commands, such as `migrate`, `shell` or `check`."""
    use_django(data)
    from django.core.management import execute_from_command_line

    execute_from_command_line([f"{sys.argv[0]} manage", *context.args])
