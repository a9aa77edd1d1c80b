"""`guildmark-portal account recover EMAIL`: the way back for an owner who has no other owner to ask."""

from typing import Annotated

import typer

from guildmark.cli.app import Commands
from guildmark.i18n import _
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django

app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Look after single accounts."))
_ACTOR = "guildmark-portal account"


@app.callback()
def _group() -> None:
    """A group of its own, although it has one command so far."""


@app.command("recover")
def recover(
    email: Annotated[str, typer.Argument(help=_("The address of the account."), metavar="EMAIL")],
    reason: Annotated[str, typer.Option(help=_("How you know that the person asks. The person reads it."))],
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Remove lost passkeys and the authenticator app of an account, after a wait in which its person can object."""
    use_django(data)
    from guildmark_portal.accounts import recovery

    opened = recovery.open_recovery(email=email, reason=reason, actor=_ACTOR)
    told = _("The wait has begun. The second step is removed at {instant}, unless the person objects.")
    tell(
        {"email": opened.user.email, "due_at": opened.due_at.isoformat()},
        [told.format(instant=f"{opened.due_at:%Y-%m-%d %H:%M UTC}")],
        as_json=json_,
    )
