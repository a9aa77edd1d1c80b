"""What a provider's session of an identity check says, in whatever order its messages come, and whose name it has seen."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import Final

from guildmark.rules.eligibility import OnPapers, needs_proof_of_address


class Told(str, Enum):
    """What a provider tells of a session."""

    PROCESSING = "processing"
    REQUIRES_INPUT = "requires_input"
    VERIFIED = "verified"
    CANCELED = "canceled"
    REDACTED = "redacted"


class NameForm(str, Enum):
    """Which of the profile's names a document bears: the legal name itself, or its Latin form."""

    LEGAL = "legal"
    LATIN = "latin"


class SessionStanding(str, Enum):
    """Where a session stands. A verified one counts only once the name on the document was held against the profile's.

    Its address counts as that on any papers does (rule G5): where the document shows none, a proof of address is needed.
    """

    STARTED = "started"
    PROCESSING = "processing"
    REQUIRES_INPUT = "requires_input"
    CANCELED = "canceled"
    COMPARING = "comparing"
    NAME_DIFFERS = "name_differs"
    ADDRESS_EMBARGOED = "address_embargoed"
    ADDRESS_NEEDED = "address_needed"
    VERIFIED = "verified"

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it: to try again takes a new session."""
        return self in {
            SessionStanding.CANCELED,
            SessionStanding.NAME_DIFFERS,
            SessionStanding.ADDRESS_EMBARGOED,
            SessionStanding.VERIFIED,
        }


_IN_THE_SAME_SECOND: Final = (Told.PROCESSING, Told.REQUIRES_INPUT)
"""Messages are dated to the second; input is asked for after something was processed."""


def standing(
    told: Iterable[tuple[Told, datetime]],
    *,
    name_agrees: bool | None,
    address: OnPapers | None = None,
    is_address_proved: bool = False,
) -> SessionStanding:
    """Where a session stands after these messages, each with the provider's own time, however they were delivered.

    Verified and canceled are final: a message of anything else, older or newer, does not undo them. An `address` of None was
    never asked for, as of sessions that were compared before it was.
    """
    messages = list(told)
    kinds = {kind for kind, _at in messages}
    if Told.VERIFIED in kinds:
        if name_agrees is None:
            return SessionStanding.COMPARING
        return _verified(address, is_proved=is_address_proved) if name_agrees else SessionStanding.NAME_DIFFERS
    if Told.CANCELED in kinds:
        return SessionStanding.CANCELED
    open_ones = [(at, _IN_THE_SAME_SECOND.index(kind)) for kind, at in messages if kind in _IN_THE_SAME_SECOND]
    if not open_ones:
        return SessionStanding.STARTED
    return SessionStanding(_IN_THE_SAME_SECOND[max(open_ones)[1]].value)


def _verified(address: OnPapers | None, *, is_proved: bool) -> SessionStanding:
    """Where a session stands whose name agrees."""
    if address is OnPapers.EMBARGOED:
        return SessionStanding.ADDRESS_EMBARGOED
    if address is not None and needs_proof_of_address(address) and not is_proved:
        return SessionStanding.ADDRESS_NEEDED
    return SessionStanding.VERIFIED


def form_that_agrees(*, legal: str, latin: str, first: str, last: str) -> NameForm | None:
    """The form of the profile's name that the document bears: only that one has been seen. None if it bears neither."""
    forms = {NameForm.LEGAL: legal, NameForm.LATIN: latin}
    return next((form for form, name in forms.items() if names_agree(name, first=first, last=last)), None)


def names_agree(stated: str, *, first: str, last: str) -> bool:
    """Whether the `stated` name is the one on the document, in whichever order its parts are written.

    Letter case, accents, hyphens and spaces make no difference; a part that is missing or added does.
    """
    given, family = _letters(first), _letters(last)
    if not given + family:
        return False
    same_parts = sorted(_parts(stated)) == sorted(_parts(f"{first} {last}"))
    return _letters(stated) in {given + family, family + given} or same_parts


def _parts(name: str) -> list[str]:
    """The name's words, without case and accents."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(" " if not letter.isalnum() else letter for letter in plain if not unicodedata.combining(letter))
    return unicodedata.normalize("NFKC", kept).split()


def _letters(name: str) -> str:
    return "".join(_parts(name))
