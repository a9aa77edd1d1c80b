"""What a check of identity refuses, each with the next step.

guildmark.errors.Refused
├── TakesNoChanges      the papers are with the reviewers, or approved
├── NotComplete         something is missing; every part of it is named
├── NothingChanged      a check that was rejected, as it was
├── NameNeeded          no legal name that papers could be held against
├── DocumentExpired     a document that is none any more
├── AddressNeeded       a proof of address that shows none
├── RegionNeeded        an address in a country where it depends on the region
├── AddressEmbargoed    an address in a place whose residents may not sit there
├── TooMuch             more papers or pages than a check takes
├── ZoneUnreadable      what was typed is no machine-readable zone
├── ZoneDoesNotFit      a check digit is wrong: something is mistyped
├── ZoneDisagrees       its date of expiry is another one than was given
├── PictureTooSmall     a picture of a document that nobody can read
├── PhotoTooSmall       less than 900 x 600 pixels
├── NoLeave             a photo as a file, without a reviewer's leave
├── LinkSpent           a one-time link that was used, or has run out
└── ReviewRefused       this reviewer may not do that now
"""

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.errors import Refused
from guildmark.i18n import mark
from guildmark.rules.identity import DOCUMENT_SHORT_SIDE, LONG_SIDE, SHORT_SIDE, Missing
from guildmark.rules.mrz import Field
from guildmark_portal.accounts import contact

MISSING: dict[Missing, str | Promise] = {
    Missing.PRIMARY: gettext_lazy("Add a document with your photo, signature and name: a passport, licence or identity card."),
    Missing.PRIMARY_EXPIRED: gettext_lazy("Your document with photo has expired. Add one that is valid."),
    Missing.LATIN_NAME: gettext_lazy(
        "Your name is not in Latin script on your document. Add a second document that shows it so, or a notarised translation."
    ),
    Missing.SECONDARY_EXPIRED: gettext_lazy("Your second document has expired. Add one that is valid."),
    Missing.ADDRESS: gettext_lazy("None of your documents shows your address. Add a proof of address."),
    Missing.PHOTO: gettext_lazy("Take a photo of yourself."),
}

FIELDS: dict[Field, str | Promise] = {
    Field.NUMBER: gettext_lazy("number of the document"),
    Field.BIRTH: gettext_lazy("date of birth"),
    Field.EXPIRY: gettext_lazy("date of expiry"),
    Field.PERSONAL: gettext_lazy("personal number"),
    Field.WHOLE: gettext_lazy("whole zone"),
}


class TakesNoChanges(Refused):
    """Your papers are with the reviewers or were approved, so they cannot be changed."""

    default_next_step = mark("Wait for the letter that tells you the outcome.")


class NotComplete(Refused):
    """The check is not complete; `missing` names everything."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        self.missing = tuple(missing)
        super().__init__(_("Something is missing."), next_step=" ".join(str(MISSING[part]) for part in missing))


class NothingChanged(Refused):
    """Your papers are as they were when they could not be approved."""

    default_next_step = mark("Change what the reasons name, then submit them again.")


class NameNeeded(Refused):
    """Your legal name is missing: it is what your papers are compared with, and what your certificate carries."""

    default_next_step = mark("Enter your legal name in your registration (/register/name/), then come back here.")


class DocumentExpired(Refused):
    """This document has expired, or its date of expiry is missing."""

    default_next_step = mark("Use a document that expires after today, and give the date that is printed on it.")


class AddressNeeded(Refused):
    """A proof of address shows an address."""

    default_next_step = mark("Choose the country of the address that is printed on it.")


class RegionNeeded(Refused):
    """In this country, where you may sit an exam depends on the region of your address."""

    default_next_step = mark("Enter the state, province or region of the address that is printed on it.")


class AddressEmbargoed(Refused):
    """The address on the document is in a place whose residents may not sit the exam there."""

    def __init__(self, place: str) -> None:
        super().__init__(
            _("The address on this document is in {place}. Embargoes forbid that residents sit the exam there.").format(
                place=place
            ),
            next_step=_("If you live elsewhere now, use a document that shows that address; nationality plays no part."),
        )


class TooMuch(Refused):
    """This is more than a check of identity takes."""

    default_next_step = mark("Remove what is not needed, then add the document again.")


class ZoneUnreadable(Refused):
    """This is not a machine-readable zone."""

    default_next_step = mark(
        "Type all its lines, every < too: three of 30 characters, two of 36 or two of 44. Or leave the field empty."
    )


class ZoneDoesNotFit(Refused):
    """Something in the machine-readable zone is mistyped; `failed` names the parts."""

    def __init__(self, failed: Iterable[Field]) -> None:
        self.failed = tuple(failed)
        parts = ", ".join(str(FIELDS[field]) for field in self.failed)
        super().__init__(
            _("A check digit of the machine-readable zone does not fit: {parts}.").format(parts=parts),
            next_step=_("Compare it with the document, letter by letter, or leave the field empty."),
        )


class ZoneDisagrees(Refused):
    """The date of expiry in the machine-readable zone is another one than you gave."""

    def __init__(self, in_zone: date | None) -> None:
        super().__init__(
            _("The machine-readable zone says that the document expires on {date}.").format(date=in_zone or "?"),
            next_step=_("Compare both dates with the document, and correct the one that is wrong."),
        )


class PictureTooSmall(Refused):
    """The picture of the document is too small to be read."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(
            _("The picture has {width} x {height} pixels; its shorter side needs {short} or more to be legible.").format(
                width=width, height=height, short=DOCUMENT_SHORT_SIDE
            ),
            next_step=_("Take it again from nearer, so that the document fills the picture, and send the original file."),
        )


class PhotoTooSmall(Refused):
    """The photo is smaller than it must be."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(
            _("The photo has {width} x {height} pixels; it needs {long} x {short} or more.").format(
                width=width, height=height, long=LONG_SIDE, short=SHORT_SIDE
            ),
            next_step=_("Use a better camera, or take it with your phone through the one-time link."),
        )


class NoLeave(Refused):
    """A photo is taken with a camera here; a file needs a reviewer's leave."""

    def __init__(self) -> None:
        super().__init__(
            next_step=_("Use the camera of this or another device, or write to {contact}.").format(contact=contact.address())
        )


class LinkSpent(Refused):
    """This link was used already, or its time has run out."""

    default_next_step = mark("Make a new one on the page of your identity check.")


class ReviewRefused(Refused):
    """This check cannot be reviewed like that."""

    default_next_step = mark("Go back to the queue and take another check.")
