"""What a verifier is told: how a file stands, what it says where that can be relied on, and what was checked."""

from datetime import date, datetime
from enum import Enum
from types import MappingProxyType
from typing import Final

from pydantic import BaseModel, ConfigDict

from guildmark.i18n import _, mark
from guildmark.rules.credential import IdentityLevel


class Standing(str, Enum):
    """What a reader may think of a file. `STATUS_UNKNOWN` is genuine, but nobody could see whether it was taken back."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    STATUS_UNKNOWN = "status_unknown"
    ALTERED = "altered"
    NOT_OURS = "not_ours"
    UNREADABLE = "unreadable"

    @property
    def holds(self) -> bool:
        """Whether the certificate counts today; a superseded one does, and a newer one exists."""
        return self in {Standing.VALID, Standing.SUPERSEDED}

    @property
    def is_genuine(self) -> bool:
        """Whether the issuer signed it as it stands, so that what it says can be told."""
        return self not in {Standing.ALTERED, Standing.NOT_OURS, Standing.UNREADABLE}


class Kind(str, Enum):
    """What sort of file it is, by its content."""

    CREDENTIAL = "credential"
    TOKEN = "token"  # noqa: S105 - a VC-JWT
    PNG = "png"
    SVG = "svg"
    PDF = "pdf"
    DOCUMENT = "document"
    UNKNOWN = "unknown"


class Subject(str, Enum):
    """What a check looks at, in the order in which checks are told."""

    FORM = "form"
    FILE = "file"
    ISSUER = "issuer"
    KEY = "key"
    SIGNATURE = "signature"
    TERMS = "terms"
    DATES = "dates"
    REVOCATION = "revocation"
    SUSPENSION = "suspension"
    REFRESH = "refresh"
    PICTURE = "picture"


class Outcome(str, Enum):
    """How a check went."""

    OK = "ok"
    FAILED = "failed"
    NOT_DONE = "not_done"


class Reason(str, Enum):
    """Why a check failed, or was not done."""

    UNKNOWN_KIND = "unknown_kind"
    TOO_LONG = "too_long"
    BROKEN = "broken"
    TRAILING = "trailing"
    SAYS_TWICE = "says_twice"
    SEVERAL = "several"
    NONE_INSIDE = "none_inside"
    FORBIDDEN = "forbidden"
    OTHER_ISSUER = "other_issuer"
    UNKNOWN_KEY = "unknown_key"
    OWN_KEY = "own_key"
    UNSIGNED = "unsigned"
    OTHER_ALGORITHM = "other_algorithm"
    KEY_COMPROMISED = "key_compromised"
    KEY_RETIRED = "key_retired"
    SIGNATURE = "signature"
    TERMS = "terms"
    EDITED = "edited"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    LIST_MISSING = "list_missing"
    LIST_OUT_OF_DATE = "list_out_of_date"
    LIST_NOT_GENUINE = "list_not_genuine"
    NAMES_NO_LIST = "names_no_list"
    PICTURE_NOT_SIGNED = "picture_not_signed"


_SENTENCES: Final = MappingProxyType(
    {
        Reason.UNKNOWN_KIND: mark("It is none of the files that we issue."),
        Reason.TOO_LONG: mark("It is longer than any file that we issue."),
        Reason.BROKEN: mark("It is damaged or incomplete."),
        Reason.TRAILING: mark("Something stands behind its end."),
        Reason.SAYS_TWICE: mark("It says one thing twice."),
        Reason.SEVERAL: mark("It carries more than one credential."),
        Reason.NONE_INSIDE: mark("It carries no credential."),
        Reason.FORBIDDEN: mark("It holds what none of our files has."),
        Reason.OTHER_ISSUER: mark("It names another issuer."),
        Reason.UNKNOWN_KEY: mark("None of the issuer's keys signed it."),
        Reason.OWN_KEY: mark("It brings the key that it is to be checked with."),
        Reason.UNSIGNED: mark("It is not signed."),
        Reason.OTHER_ALGORITHM: mark("It is signed in a way that the issuer does not use."),
        Reason.KEY_COMPROMISED: mark("Its key fell into wrong hands. Ask the holder for a fresh copy."),
        Reason.KEY_RETIRED: mark("Its key had been retired before it was signed."),
        Reason.SIGNATURE: mark("The signature does not fit what it says."),
        Reason.TERMS: mark("It says something that our certificates do not say."),
        Reason.EDITED: mark("It was edited after it was signed."),
        Reason.EXPIRED: mark("Its last day has passed."),
        Reason.NOT_YET_VALID: mark("Its first day has not come."),
        Reason.REVOKED: mark("It stands on the issuer's list of revoked certificates."),
        Reason.SUSPENDED: mark("It stands on the issuer's list of suspended certificates."),
        Reason.SUPERSEDED: mark("A newer certificate has taken its place; this one counts to its end."),
        Reason.LIST_MISSING: mark("The issuer's list is not at hand. Fetch the issuer's file again."),
        Reason.LIST_OUT_OF_DATE: mark("The issuer's list is out of date. Fetch the issuer's file again."),
        Reason.LIST_NOT_GENUINE: mark("The list at hand is not the one that it names. Fetch the issuer's file again."),
        Reason.NAMES_NO_LIST: mark("This kind of file names no list. Look the certificate up at its address."),
        Reason.PICTURE_NOT_SIGNED: mark("The picture is not signed: rely on what is told here, not on what it shows."),
    }
)


class Doubtful(Exception):
    """A file that does not hold, and why; raised inside this package, told by `verify`."""

    def __init__(self, standing: Standing, subject: Subject, reason: Reason) -> None:
        super().__init__(reason.value)
        self.standing = standing
        self.subject = subject
        self.reason = reason


class Check(BaseModel):
    """One thing that was checked. `reason` says why it failed or was not done, and is None where it is fine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: Subject
    outcome: Outcome
    reason: Reason | None = None

    @property
    def sentence(self) -> str:
        """The reason in the language of whoever reads; empty where it is fine."""
        return _(_SENTENCES[self.reason]) if self.reason is not None else ""


class Verdict(BaseModel):
    """How a file stands at `checked_at`.

    What the certificate says (`identifier` to `identity_check`) is told only where the issuer signed it as it stands
    (`standing.is_genuine`), and None else. `lists` are the addresses of the lists on which it stands. `issued` and `expires`
    are points in time; an older signed document names days, of which the first begins and the last ends in UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    standing: Standing
    kind: Kind
    checks: tuple[Check, ...]
    checked_at: datetime
    issuer_file_of: datetime
    identifier: str | None = None
    url: str | None = None
    holder: str | None = None
    title: str | None = None
    issuer: str | None = None
    issued: datetime | None = None
    expires: datetime | None = None
    identity_check: IdentityLevel | None = None
    demonstration: bool = False
    lists: tuple[str, ...] = ()

    @property
    def last_day(self) -> date | None:
        """The last day on which it is valid."""
        return self.expires.date() if self.expires is not None else None

    @property
    def reason(self) -> Reason | None:
        """Why it stands as it does; None where nothing is amiss."""
        return next((check.reason for check in self.checks if check.outcome is Outcome.FAILED), None)

    def outcome(self, subject: Subject) -> Outcome | None:
        """How the check of `subject` went; None where it did not come to that."""
        return next((check.outcome for check in self.checks if check.subject is subject), None)
