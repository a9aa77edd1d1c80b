"""What a reader may think of a certificate, in words: its standing, what that means, what to do now, and what was checked.

`of` looks a certificate up in our own register: its signature, its dates, and what happened to it. Names of standings are those
of `guildmark.rules.credential` and `guildmark.badges.verdict`, and `altered` for one whose signature does not fit.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guildmark import protocol
from guildmark.rules.credential import IdentityLevel, Standing
from guildmark.signing import JsonObject, is_signed_by
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.exams.keyring import public_keys

ALTERED: Final = "altered"
GONE: Final = frozenset({Standing.DECLINED.value, Standing.REPLACED.value})
"""Of these nothing is told but that they are gone: no name, no file."""
HOLDING: Final = frozenset({Standing.VALID.value, Standing.SUPERSEDED.value})


@dataclass(frozen=True)
class Saying:
    """A standing in words; `tone` is that of icons."""

    name: str
    tone: str
    word: str | Promise
    means: str | Promise
    now: str | Promise


@dataclass(frozen=True)
class Mark:
    """One thing that was checked, and how it went."""

    tone: str
    says: str | Promise


@dataclass(frozen=True)
class Looked:
    """A certificate of our register: how it stands, and what was checked."""

    saying: Saying
    marks: tuple[Mark, ...]

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it is told any more."""
        return self.saying.name in GONE

    @property
    def holds(self) -> bool:
        """Whether it counts today."""
        return self.saying.name in HOLDING


SAYINGS: Final = {
    saying.name: saying
    for saying in (
        Saying(
            "valid",
            "good",
            _("Valid"),
            _("This certificate is genuine, and it holds today."),
            _("Compare the name with the person who shows it to you."),
        ),
        Saying(
            "superseded",
            "good",
            _("Valid, and renewed since"),
            _("This certificate is genuine, and it holds today. Its holder has earned a newer one."),
            _("You can rely on it. Ask its holder for the newer one if the date matters to you."),
        ),
        Saying(
            "expired",
            "caution",
            _("Expired"),
            _("This certificate is genuine, but its last day has passed."),
            _("Ask its holder for a newer one."),
        ),
        Saying(
            "not_yet_valid",
            "caution",
            _("Not valid yet"),
            _("This certificate is genuine, but its first day has not come."),
            _("Look at it again on that day."),
        ),
        Saying(
            "suspended",
            "caution",
            _("Suspended"),
            _("The issuer is looking into this certificate, and does not stand behind it meanwhile."),
            _("Do not rely on it today. Look again in a few days, or ask the issuer."),
        ),
        Saying(
            "revoked",
            "bad",
            _("Revoked"),
            _("The issuer took this certificate back. It certifies nothing any more."),
            _("Do not rely on it. Ask the issuer if you have to know more."),
        ),
        Saying(
            "declined",
            "bad",
            _("Withdrawn"),
            _("This certificate was withdrawn. It certifies nothing."),
            _("Ask whoever gave you its number or file."),
        ),
        Saying(
            "replaced",
            "caution",
            _("Replaced"),
            _("Another certificate stands in the place of this one."),
            _("Ask its holder for the address of the new one."),
        ),
        Saying(
            ALTERED,
            "bad",
            _("Altered"),
            _("What it says is not what was signed: it was changed afterwards."),
            _("Do not rely on this certificate. Ask its holder for the original, or write to the issuer."),
        ),
        Saying(
            "not_ours",
            "bad",
            _("Not ours"),
            _("We did not issue this."),
            _("Do not rely on it. If it bears our name, please tell us where you found it."),
        ),
        Saying(
            "unreadable",
            "bad",
            _("Not readable"),
            _("This is none of the files that we issue, or it is damaged."),
            _("Choose the file as it was downloaded, not a photo or a copy of it; or type the identifier."),
        ),
        Saying(
            "status_unknown",
            "caution",
            _("Not certain"),
            _("It is genuine, but whether it was taken back could not be seen."),
            _("Look it up by its identifier."),
        ),
    )
}

DEMONSTRATION: Final = Saying(
    "demonstration",
    "caution",
    _("Demonstration"),
    _("The signature is genuine, but this is a demonstration: it certifies nothing."),
    _("Ask its holder for the certificate of a live exam."),
)
"""What is said of one that would hold, was it not a demonstration."""


def of(certificate: Certificate, *, today: date) -> Looked:
    """Look at the register's own copy; one that none of our keys signed as it stands is altered, whatever happened to it."""
    standing = certificate.standing(today=today).value
    signed = is_signed(certificate.document)
    name = standing if signed or standing in GONE else ALTERED
    return Looked(
        saying_of(certificate, name), () if name in GONE else _marks(certificate, standing, signed=signed, today=today)
    )


def is_signed(document: JsonObject) -> bool:
    """Whether one of our keys signed the document as it stands."""
    keys = {key.key_id: key.public_key for key in public_keys()}
    public_key = keys.get(str(document.get("key_id")))
    return public_key is not None and is_signed_by(document, public_key)


def in_words(certificate: Certificate, *, today: date) -> Saying:
    """How it stands, without a look at its signature: for lists of one's own."""
    return saying_of(certificate, certificate.standing(today=today).value)


def identity_beside(saying: Saying, document: protocol.Certificate | None) -> IdentityLevel | None:
    """How the holder's identity was checked, for whoever is told that a certificate holds; None where they are told less.

    Documents from before it was stated count as not checked, as in their badges.
    """
    if document is None or saying.name not in HOLDING:
        return None
    return document.identity_check or IdentityLevel.NONE


def saying_of(certificate: Certificate, name: str) -> Saying:
    """The standing `name` in words. A demonstration says in each that it is one: "expired" sounds as if it had counted."""
    saying = SAYINGS[name]
    if not certificate.demonstration or name in GONE:
        return saying
    if name in HOLDING:
        return replace(DEMONSTRATION, name=name)
    return replace(
        saying, means=format_lazy(_("This is a demonstration, which certifies nothing. {means}"), means=saying.means)
    )


def _marks(certificate: Certificate, standing: str, *, signed: bool, today: date) -> tuple[Mark, ...]:
    until = date_format(certificate.expires_on, "DATE_FORMAT")
    signature = (
        Mark("good", gettext("Signature: ours, and nothing was changed since."))
        if signed
        else Mark("bad", gettext("Signature: it does not fit what stands there."))
    )
    dates = (
        Mark("good", gettext("Dates: valid until {until}, to the end of the day (UTC).").format(until=until))
        if today <= certificate.expires_on
        else Mark("caution", gettext("Dates: valid until {until}, which has passed.").format(until=until))
    )
    return signature, dates, _status_mark(standing)


def _status_mark(standing: str) -> Mark:
    if standing == Standing.REVOKED.value:
        return Mark("bad", gettext("Status: revoked."))
    if standing == Standing.SUSPENDED.value:
        return Mark("caution", gettext("Status: suspended."))
    return Mark("good", gettext("Status: not revoked, not suspended, not withdrawn."))
