"""`guildmark-portal returned < MESSAGE`: note that a letter came back. A mail server calls it for the mailbox `[mail] bounces`.

Its exit status is what mail servers ask of such a command: 0 the message is dealt with, whatever it was; 75 try again later.
"""

import sys
from typing import Annotated

import typer

from guildmark.i18n import _
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django

_TRY_LATER = 75


def command(
    recipient: Annotated[
        str, typer.Option(help=_("The address that the message was sent to, if its headers may not say it."))
    ] = "",
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Note that a letter came back."""
    use_django(data)
    from django.db import Error

    from guildmark_portal import clock
    from guildmark_portal.mail import envelopes, refusals, returned

    content = sys.stdin.buffer.read(returned.LONGEST)
    final = [report for report in returned.reports(content) if report.is_final]
    try:
        posted = envelopes.letter_of(f"{recipient} {returned.recipients(content)}") if final else None
        noted = posted is not None and refusals.note_returned(posted=posted, report=final[0], now=clock.now())
    except (Error, OSError) as error:
        typer.echo(_("The portal's database cannot be used now."), err=True)
        raise typer.Exit(_TRY_LATER) from error
    if noted:
        said = _("Noted: staff see it at /desk/mail/.")
    elif posted is not None:
        said = _("This letter is known to have come back.")
    elif final:
        said = _("No letter of this portal, or one of long ago.")
    else:
        said = _("Nothing to note: no letter was given up.")
    tell({"noted": noted}, [said], as_json=json_)
