"""What `guildmark verify` tells of a certificate in a file that its holder was given."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

from rich.text import Text

from guildmark.badges.verdict import Check, Outcome, Standing, Subject, Verdict
from guildmark.cli.screen import Screen
from guildmark.cli.show import local_time
from guildmark.i18n import _, mark
from guildmark.rules.credential import IdentityLevel

_STANDINGS: Final = MappingProxyType(
    {
        Standing.VALID: mark("Valid."),
        Standing.SUPERSEDED: mark("Valid; its holder has a newer one."),
        Standing.EXPIRED: mark("Genuine, but expired."),
        Standing.NOT_YET_VALID: mark("Genuine, but not valid yet."),
        Standing.SUSPENDED: mark("Genuine, but suspended."),
        Standing.REVOKED: mark("Revoked."),
        Standing.STATUS_UNKNOWN: mark("Genuine; whether it was taken back since could not be checked."),
        Standing.ALTERED: mark("Altered: it is not what the issuer signed."),
        Standing.NOT_OURS: mark("Not the issuer's."),
        Standing.UNREADABLE: mark("Not a certificate that can be read."),
    }
)
_SUBJECTS: Final = MappingProxyType(
    {
        Subject.FORM: mark("form"),
        Subject.FILE: mark("the whole file"),
        Subject.ISSUER: mark("issuer"),
        Subject.KEY: mark("key"),
        Subject.SIGNATURE: mark("signature"),
        Subject.TERMS: mark("wording"),
        Subject.DATES: mark("dates"),
        Subject.REVOCATION: mark("revocation"),
        Subject.SUSPENSION: mark("suspension"),
        Subject.REFRESH: mark("newer certificate"),
        Subject.PICTURE: mark("picture"),
    }
)
_IDENTITY: Final = MappingProxyType(
    {
        IdentityLevel.NONE: mark("The holder's identity was not checked."),
        IdentityLevel.PROVIDER: mark("A provider of such checks checked the holder's identity."),
        IdentityLevel.REVIEWED: mark("Reviewers of the issuer checked the holder's identity."),
    }
)


def tell(screen: Screen, name: str, verdict: Verdict) -> None:
    """Say how the file `name` stands, what it certifies, and what was checked."""
    style = "green" if verdict.standing.holds else "yellow" if verdict.standing is Standing.STATUS_UNKNOWN else "bold red"
    screen.say(Text(f"{name}: {_(_STANDINGS[verdict.standing])}", style=style))
    if verdict.standing.is_genuine:
        screen.say(*_certificate(verdict))
    screen.say(*dict.fromkeys(f"  {check.sentence}" for check in verdict.checks if check.reason is not None))
    done = _listed(check for check in verdict.checks if check.outcome is not Outcome.NOT_DONE)
    if verdict.standing.is_genuine:
        screen.say(Text("  " + _("Checked: {subjects}.").format(subjects=done), style="dim"))
    told = _("By the issuer's file of {time}.").format(time=local_time(verdict.issuer_file_of))
    screen.say(Text(f"  {told}", style="dim"))


def _certificate(verdict: Verdict) -> Iterator[Text]:
    if verdict.issued is None or verdict.expires is None:
        return
    yield Text(f"  {verdict.holder}", style="bold")
    yield Text(f"  {verdict.title}")
    dates = _("{issuer}, {issued} to {expires}").format(
        issuer=verdict.issuer, issued=verdict.issued.date(), expires=verdict.expires.date()
    )
    yield Text(f"  {dates}")
    yield Text(f"  {verdict.identifier}  {verdict.url}", no_wrap=True)
    if verdict.identity_check is not None:
        yield Text(f"  {_(_IDENTITY[verdict.identity_check])}")
    if verdict.demonstration:
        yield Text(_("  It is a demonstration, and certifies nothing."), style="yellow")


def _listed(checks: Iterator[Check]) -> str:
    return ", ".join(_(_SUBJECTS[check.subject]) for check in checks)


def document(name: str, verdict: Verdict) -> dict[str, Any]:
    """The verdict for programs."""
    said = verdict.model_dump(mode="json")
    message = _(_STANDINGS[verdict.standing])
    return {"file": name, "kind": said.pop("kind"), "standing": said.pop("standing"), "message": message, "certificate": said}
