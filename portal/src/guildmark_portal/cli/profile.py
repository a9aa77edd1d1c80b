"""`guildmark-portal profile name EMAIL NAME`: enter a legal name for somebody whose own the form mistakes for a firm's."""

from typing import Annotated

import typer

from guildmark.cli.app import Commands
from guildmark.errors import UsageError
from guildmark.i18n import _
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django

app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Help people with what they enter about themselves."))


@app.callback()
def _group() -> None:
    """Keep `name` a command of its own."""


@app.command(
    "name", help=_("Enter a legal name after you have seen that it is a person's; every other rule of the form holds.")
)
def name(
    email: Annotated[str, typer.Argument(help=_("The address that the person signs in with."), metavar="EMAIL")],
    legal_name: Annotated[str, typer.Argument(help=_("The name on the person's papers."), metavar="NAME")],
    latin: Annotated[str, typer.Option(help=_("The same name in Latin letters, if its script is another one."))] = "",
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Enter a legal name after you have seen that it is a person's; every other rule of the form holds."""
    use_django(data)
    from guildmark_portal.accounts.models import User
    from guildmark_portal.profiles.entered import FullName, tidy
    from guildmark_portal.profiles.services import record_name

    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise UsageError(
            _("There is no account with the address {email}.").format(email=email),
            next_step=_("Check the address, or ask the person to create an account first."),
        )
    full_name = FullName(tidy(legal_name), tidy(latin), is_a_persons=True)
    row = record_name(user=user, full_name=full_name, actor="guildmark-portal profile name")
    tell(
        {"email": user.email, "name": row.name, "latin_name": row.latin_name},
        [_("Entered: {name}.").format(name=row)],
        as_json=json_,
    )
