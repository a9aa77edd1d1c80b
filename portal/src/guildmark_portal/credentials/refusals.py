"""What cannot be done with a certificate, each with the next step.

guildmark.errors.Refused
├── NotEarned            only a passed attempt at an exam that certifies earns a certificate
├── NothingToRenew       an exam that renews, for somebody without a certificate to renew
├── LevelMissing         an exam of a level that requires another one
├── NameRefused          a form of the name that was not held against papers, or cannot be set
├── CertificateEnded     a certificate that was revoked, declined or replaced
├── NotSuspended         nothing to take back
├── AlreadySuspended     it is suspended already
├── ReasonMissing        an act of staff without a reason
└── SentOftenEnough      letters with the same certificate
"""

from guildmark.errors import Refused
from guildmark.i18n import mark


class NotEarned(Refused):
    """Only a passed attempt at an exam that certifies earns a certificate."""


class NothingToRenew(Refused):
    """There is no certificate that this exam could renew."""


class LevelMissing(Refused):
    """This exam is for holders of a certificate of another level."""


class NameRefused(Refused):
    """The certificate cannot carry this name."""

    default_next_step = mark("Choose one of the forms that are offered; for another name, have your papers checked anew.")


class CertificateEnded(Refused):
    """This certificate was revoked, declined or replaced before; nothing changes that."""

    default_next_step = mark("Look at its page: it says what is in its place.")


class AlreadySuspended(Refused):
    """This certificate is suspended already."""

    default_next_step = mark("Reinstate it, or revoke it for good.")


class NotSuspended(Refused):
    """This certificate is not suspended: there is nothing to take back."""

    default_next_step = mark("Look at its page: it says what it is worth.")


class ReasonMissing(Refused):
    """Its holder must be told why."""

    default_next_step = mark("Write the reason in a sentence: it goes into the letter.")


class SentOftenEnough(Refused):
    """The certificate was sent several times today."""

    default_next_step = mark("Look into the folder for unwanted mail, or download the files from the page of your certificate.")
