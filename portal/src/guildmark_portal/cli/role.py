"""`guildmark-portal role grant EMAIL ROLE`, `role revoke` and `role list`: who does what for the program."""

from typing import TYPE_CHECKING, Annotated

import typer

from guildmark.cli.app import Commands
from guildmark.errors import UsageError
from guildmark.i18n import _
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django

if TYPE_CHECKING:
    from guildmark_portal.accounts.roles import Role

app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Grant and revoke roles: owner, examiner, reviewer and others."))

_Email = Annotated[str, typer.Argument(help=_("The address of the account."), metavar="EMAIL")]
_Role = Annotated[str, typer.Argument(help=_("owner, examiner, reviewer, author, support or auditor."), metavar="ROLE")]
_ACTOR = "guildmark-portal role"


@app.command("grant", help=_("Give an account a role. The account must exist; the audit table says who gave it."))
def grant(email: _Email, role: _Role, data: DataOption = DEFAULT_DATA, json_: JsonOption = False) -> None:  # noqa: FBT002 - typer reads options from it
    """Give an account a role. The account must exist; the audit table says who gave it."""
    use_django(data)
    from guildmark_portal.accounts import roles

    is_new = roles.grant(email=email, role=_known(role), actor=_ACTOR)
    said = _("{email} now has the role {role}.") if is_new else _("{email} has the role {role} already.")
    tell({"email": email, "role": role, "changed": is_new}, [said.format(email=email, role=role)], as_json=json_)


@app.command("revoke", help=_("Take a role back. A portal keeps at least one owner."))
def revoke(email: _Email, role: _Role, data: DataOption = DEFAULT_DATA, json_: JsonOption = False) -> None:  # noqa: FBT002 - typer reads options from it
    """Take a role back. A portal keeps at least one owner."""
    use_django(data)
    from guildmark_portal.accounts import roles

    was_there = roles.revoke(email=email, role=_known(role), actor=_ACTOR)
    said = _("{email} no longer has the role {role}.") if was_there else _("{email} did not have the role {role}.")
    tell({"email": email, "role": role, "changed": was_there}, [said.format(email=email, role=role)], as_json=json_)


@app.command("list", help=_("Show who has which role."))
def list_(data: DataOption = DEFAULT_DATA, json_: JsonOption = False) -> None:  # noqa: FBT002 - typer reads options from it
    """Show who has which role."""
    use_django(data)
    from guildmark_portal.accounts import roles

    found = [{"email": grant.user.email, "role": grant.role} for grant in roles.grants()]
    lines = [f"{one['role']:<10} {one['email']}" for one in found] or [_("Nobody has a role yet.")]
    tell({"roles": found}, lines, as_json=json_)


def _known(role: str) -> "Role":
    from guildmark_portal.accounts.roles import Role

    if role not in Role.values:
        raise UsageError(
            _("There is no role {role}.").format(role=role),
            next_step=_("Choose one of: {roles}.").format(roles=", ".join(Role.values)),
        )
    return Role(role)
