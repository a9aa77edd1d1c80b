"""The reasons of a rejection: of which document each is, in which words the candidate reads them, and the note beside them.

The note is free text about a person, so it is sealed like their papers: no letter, no log and no audit entry holds it.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.rules.identity import DocumentKind, Scope
from guildmark_portal.identity import facts, vault
from guildmark_portal.identity.kind_names import KINDS
from guildmark_portal.identity.models import Decision, Document, Photo, Round
from guildmark_portal.identity.objections import Note, Objection
from guildmark_portal.identity.refusals import ReviewRefused

NOTE: Final = "note"
NOTE_MOST: Final = 500
"""Characters of a note."""
_PHOTO: Final = gettext_lazy("Photo")
_LOG: Final = logging.getLogger(__name__)


class Reason(str, Enum):
    """Why papers are rejected."""

    UNREADABLE = "unreadable"
    INCOMPLETE = "incomplete"
    NOT_ACCEPTED = "not_accepted"
    EXPIRED = "expired"
    NO_SIGNATURE = "no_signature"
    NO_PHOTO = "no_photo"
    NAME_DIFFERS = "name_differs"
    LATIN_NAME_MISSING = "latin_name_missing"
    ADDRESS_MISSING = "address_missing"
    ADDRESS_DIFFERS = "address_differs"
    FACE_HIDDEN = "face_hidden"
    NOT_THE_SAME_PERSON = "not_the_same_person"
    ALTERED = "altered"


REASONS: Final[dict[Reason, str | Promise]] = {
    Reason.UNREADABLE: gettext_lazy("A picture cannot be read. Take it again in good light, without reflections."),
    Reason.INCOMPLETE: gettext_lazy("Part of a document is missing. Show every edge of it, and both sides of a card."),
    Reason.NOT_ACCEPTED: gettext_lazy("This kind of document is not taken. Choose one of those that the page lists."),
    Reason.EXPIRED: gettext_lazy("A document has expired. Use one that is valid."),
    Reason.NO_SIGNATURE: gettext_lazy("The signature is missing. Show the side that carries it, or use a signed document."),
    Reason.NO_PHOTO: gettext_lazy("The document shows no photo. Use one that does."),
    Reason.NAME_DIFFERS: gettext_lazy("The name differs from the one in your profile. Correct whichever is wrong."),
    Reason.LATIN_NAME_MISSING: gettext_lazy(
        "Your name in Latin script is missing. Add a second document that shows it, or a notarised translation."
    ),
    Reason.ADDRESS_MISSING: gettext_lazy("The address cannot be seen. Add a proof of address."),
    Reason.ADDRESS_DIFFERS: gettext_lazy("The address differs from the one in your profile. Correct whichever is wrong."),
    Reason.FACE_HIDDEN: gettext_lazy("Your face cannot be seen well. Take the photo again, from the front and in good light."),
    Reason.NOT_THE_SAME_PERSON: gettext_lazy("The photo and the document do not seem to show the same person."),
    Reason.ALTERED: gettext_lazy("A document seems to have been changed. Use the original."),
}


_OF_AN_ADDRESS: Final = frozenset(
    {
        Reason.UNREADABLE,
        Reason.INCOMPLETE,
        Reason.NOT_ACCEPTED,
        Reason.EXPIRED,
        Reason.NAME_DIFFERS,
        Reason.ADDRESS_MISSING,
        Reason.ADDRESS_DIFFERS,
        Reason.ALTERED,
    }
)


def reasons_for(scope: Scope) -> list[Reason]:
    """The reasons that a reviewer can choose from."""
    return [reason for reason in Reason if scope is Scope.PAPERS or reason in _OF_AN_ADDRESS]


Thing = Document | Photo
OfThing = tuple[Reason, Thing]


@dataclass(frozen=True)
class Line:
    """One reason as the candidate reads it. `thing` is empty where it is of everything together."""

    thing: str | Promise
    sentence: str | Promise


def refuse_note(note: str) -> None:
    """Raises `ReviewRefused` for a note that is too long."""
    if len(note) > NOTE_MOST:
        raise ReviewRefused(
            _("The note has more than {most} characters.").format(most=NOTE_MOST),
            next_step=_("Shorten it, then reject again."),
        )


def refuse_others(one: Round, things: Iterable[Thing]) -> None:
    """Raises `ReviewRefused` for a reason of something that reviewers are not asked about in this round."""
    asked: set[Thing] = {*facts.documents_in(one)}
    if one.scope == Scope.PAPERS.value and (photo := facts.photo_of(one.of_check)):
        asked.add(photo)
    if not asked.issuperset(things):
        raise ReviewRefused(_("That document is not among those of this check."), next_step=_("Open the check again."))


def keep(decision: Decision, *, reasons: Sequence[Reason], of_things: Sequence[OfThing], note: str) -> None:
    """Write down what a rejection is about, in the caller's transaction."""
    rows = [Objection(decision=decision, reason=reason.value) for reason in reasons]
    for reason, thing in of_things:
        named = {"document": thing} if isinstance(thing, Document) else {"photo": thing}
        rows.append(Objection(decision=decision, reason=reason.value, **named))
    Objection.objects.bulk_create(rows)
    if note:
        Note.objects.create(decision=decision, sealed=vault.seal(content=note.encode(), purpose=NOTE))


def lines_of(decision: Decision) -> list[Line]:
    """Every reason in words; they are lazy, and take the language of whoever reads."""
    objections = list(decision.objections.select_related("document"))
    if not objections:  # nothing was named in particular
        return [Line("", REASONS[Reason(code)]) for code in decision.reasons]
    return [Line(_thing(one), REASONS[Reason(one.reason)]) for one in objections]


def note_of(decision: Decision) -> str:
    """What the reviewer wrote; empty if nothing, or once it was shredded."""
    note = Note.objects.filter(decision=decision).select_related("sealed").first()
    if note is None:
        return ""
    try:
        return vault.unseal(note.sealed).decode()
    except vault.Shredded:
        return ""
    except vault.Unreadable:  # the reasons are there all the same
        _LOG.exception("The sealed record %s cannot be opened.", note.sealed_id)
        return ""


def _thing(objection: Objection) -> str | Promise:
    if objection.document is not None:
        return KINDS[DocumentKind(objection.document.kind)]
    return "" if objection.photo_id is None else _PHOTO
