"""`guildmark-portal account recover|suspend|reinstate EMAIL`: what an operator decides about a single account."""

from typing import Annotated

import typer

from guildmark.cli.app import Commands
from guildmark.i18n import _
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django

app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Look after single accounts."))
_ACTOR = "guildmark-portal account"
Email = Annotated[str, typer.Argument(help=_("The address of the account."), metavar="EMAIL")]


@app.command("recover")
def recover(
    email: Email,
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


@app.command("suspend")
def suspend(
    email: Email,
    reason: Annotated[str, typer.Option(help=_("Why. The person reads it, and the audit log keeps it: name nobody else."))],
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Shut an account: its sessions end, nobody signs in to it, and it vanishes from the network. Certificates stay valid."""
    use_django(data)
    from guildmark_portal.accounts import suspending

    was_open = suspending.suspend(email=email, reason=reason, actor=_ACTOR)
    told = _("{email} is suspended, and every session of it has ended.") if was_open else _("{email} was suspended before.")
    tell({"email": email, "changed": was_open}, [told.format(email=email)], as_json=json_)


@app.command("reinstate")
def reinstate(
    email: Email,
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Open a suspended account again; it is listed in the network as before."""
    use_django(data)
    from guildmark_portal.accounts import suspending

    was_shut = suspending.reinstate(email=email, actor=_ACTOR)
    told = _("{email} is open again.") if was_shut else _("{email} is open: there is nothing to do.")
    tell({"email": email, "changed": was_shut}, [told.format(email=email)], as_json=json_)
