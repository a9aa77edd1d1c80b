"""What `guildmark verify` tells of a certificate in a file that its holder was given."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

from rich.text import Text

from guildmark.badges.verdict import Check, Outcome, Standing, Subject, Verdict
from guildmark.cli.screen import Screen
from guildmark.client.wording import local_time
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
_DEMONSTRATION: Final = mark("Demonstration: the signature is genuine, but it certifies nothing.")
_IDENTITY: Final = MappingProxyType(
    {
        IdentityLevel.NONE: mark("Identity: not checked"),
        IdentityLevel.PROVIDER: mark("Identity: checked by a provider of identity checks"),
        IdentityLevel.REVIEWED: mark("Identity: checked by the issuer's reviewers"),
        None: mark("Identity: the certificate does not say whether it was checked"),
    }
)


def tell(screen: Screen, name: str, verdict: Verdict) -> None:
    """Say how the file `name` stands and whether its holder's identity was checked; then what it certifies, and why."""
    screen.say(Text(f"{name}: {headline(verdict)}", style=_style(verdict)))
    if verdict.standing.is_genuine:
        screen.say(identity(verdict.identity_check), *_certificate(verdict))
    screen.say(*dict.fromkeys(f"  {check.sentence}" for check in verdict.checks if check.reason is not None))
    done = _listed(check for check in verdict.checks if check.outcome is not Outcome.NOT_DONE)
    if verdict.standing.is_genuine:
        screen.say(Text("  " + _("Checked: {subjects}.").format(subjects=done), style="dim"))
    told = _("By the issuer's file of {time}.").format(time=local_time(verdict.issuer_file_of))
    screen.say(Text(f"  {told}", style="dim"))


def headline(verdict: Verdict) -> str:
    """How it stands, in a sentence. Of a demonstration that comes first: signed by the issuer, it is still worth nothing."""
    if not verdict.demonstration:
        return _(_STANDINGS[verdict.standing])
    if verdict.standing.holds:
        return demonstration()
    return _("Demonstration, which certifies nothing. {standing}").format(standing=_(_STANDINGS[verdict.standing]))


def demonstration() -> str:
    """What is said in place of "valid" or "genuine" of a demonstration; pages of the portal say it in these words too."""
    return _(_DEMONSTRATION)


def identity(level: IdentityLevel | None) -> Text:
    """Whether the holder's identity was checked, to stand beside the verdict; None where the certificate does not say."""
    is_checked = level in {IdentityLevel.PROVIDER, IdentityLevel.REVIEWED}
    return Text(f"  {_(_IDENTITY[level])}", style="" if is_checked else "yellow")


def _style(verdict: Verdict) -> str:
    if verdict.standing is Standing.STATUS_UNKNOWN or (verdict.demonstration and verdict.standing.holds):
        return "yellow"
    return "green" if verdict.standing.holds else "bold red"


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


def _listed(checks: Iterator[Check]) -> str:
    return ", ".join(_(_SUBJECTS[check.subject]) for check in checks)


def document(name: str, verdict: Verdict) -> dict[str, Any]:
    """The verdict for programs."""
    said = verdict.model_dump(mode="json")
    return {
        "file": name,
        "kind": said.pop("kind"),
        "standing": said.pop("standing"),
        "demonstration": verdict.demonstration,
        "message": headline(verdict),
        "certificate": said,
    }
