"""What became of a certificate since it was issued, and what it says of its holder's identity."""

from collections.abc import Iterable
from datetime import date
from enum import Enum
from typing import Final


class IdentityLevel(str, Enum):
    """How a candidate's identity was checked: not at all, by a provider of such checks, or by reviewers of the issuer."""

    NONE = "none"
    PROVIDER = "provider"
    REVIEWED = "reviewed"


def stated_level(*, asked: IdentityLevel, reached: IdentityLevel) -> IdentityLevel:
    """What a certificate says: the check that was really done, and none where the program asks for none."""
    return IdentityLevel.NONE if asked is IdentityLevel.NONE else reached


class Happening(str, Enum):
    """What can happen to a certificate after it was issued."""

    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    REVOKED = "revoked"
    DECLINED = "declined"
    REPLACED = "replaced"
    SUPERSEDED = "superseded"


class Standing(str, Enum):
    """What a certificate is worth today. A superseded one is valid: its holder earned a newer one."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    DECLINED = "declined"
    REPLACED = "replaced"


class StatusPurpose(str, Enum):
    """The lists on which anybody can look a certificate up, by the names of the Bitstring Status List; revocation is first."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"
    REFRESH = "refresh"


ENDS: Final = {
    Happening.REVOKED: Standing.REVOKED,
    Happening.DECLINED: Standing.DECLINED,
    Happening.REPLACED: Standing.REPLACED,
}
"""What ends a certificate for good, and what it is from then on."""


def standing(happened: Iterable[Happening], *, expires_on: date, today: date) -> Standing:
    """What the certificate is worth on `today`, from what happened to it, the oldest first; it is valid on its last day."""
    events = tuple(happened)
    for event in events:
        if event in ENDS:
            return ENDS[event]
    if is_suspended(events):
        return Standing.SUSPENDED
    if today > expires_on:
        return Standing.EXPIRED
    return Standing.SUPERSEDED if Happening.SUPERSEDED in events else Standing.VALID


def is_suspended(happened: Iterable[Happening]) -> bool:
    """Whether the last suspension was not taken back."""
    last = [event for event in happened if event in {Happening.SUSPENDED, Happening.REINSTATED}][-1:]
    return last == [Happening.SUSPENDED]


def listed_under(happened: Iterable[Happening]) -> frozenset[StatusPurpose]:
    """The status lists on which the certificate is marked."""
    events = tuple(happened)
    marked = {
        StatusPurpose.REVOCATION: any(event in ENDS for event in events),
        StatusPurpose.SUSPENSION: is_suspended(events),
        StatusPurpose.REFRESH: bool({Happening.SUPERSEDED, Happening.REPLACED} & set(events)),
    }
    return frozenset(purpose for purpose, is_marked in marked.items() if is_marked)
