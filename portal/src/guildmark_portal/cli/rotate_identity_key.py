"""`guildmark-portal rotate-identity-key`: a new master key for evidence of identity."""

from typing import Annotated

import typer

from guildmark.i18n import _
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django


def command(
    forget_old: Annotated[  # noqa: FBT002 - typer reads options from it
        bool,
        typer.Option(
            "--forget-old", help=_("Remove the old keys: evidence in backups made until now can then never be read again.")
        ),
    ] = False,
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - as above
) -> None:
    """Make a new master key, and wrap the key of every piece of evidence with it. The portal may keep running."""
    use_django(data)
    from guildmark_portal.accounts import scrubbing
    from guildmark_portal.audit import services as audit
    from guildmark_portal.identity import keyring, vault

    count = vault.rotate(forget_old=forget_old)
    audit.record(
        actor="guildmark-portal rotate-identity-key",
        action="identity.key_rotated",
        subject="vault",
        detail={"records": count, "forget_old": forget_old},
    )
    if not scrubbing.scrub():
        sentence = _("Somebody reads the database just now: run the command again later to clear its log.")
    else:
        sentence = _("Keep a copy of {path} apart from the backups of the database.").format(path=data / keyring.KEYS_FILE)
    told = _("A new master key wraps the keys of all evidence. Records: {count}.").format(count=count)
    tell({"records": count, "forget_old": forget_old, "next_step": sentence}, [told, sentence], as_json=json_)
