"""The form with which a reviewer decides, and what was said of a check in earlier rounds.

A box of the form is a reason, alone (`no_signature`) or with the document or photo that it is of (`no_signature:UUID`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guildmark.rules.identity import DocumentKind, Role, Scope
from guildmark_portal.accounts import sealing
from guildmark_portal.identity import facts, queries, rejecting
from guildmark_portal.identity.kind_names import KINDS
from guildmark_portal.identity.models import Check, Decision, Document, Photo
from guildmark_portal.identity.rejecting import REASONS, Line, OfThing, Reason, reasons_for
from guildmark_portal.profiles.models import LegalName, Residence

_ANY: Final = frozenset({Reason.UNREADABLE, Reason.INCOMPLETE, Reason.NOT_ACCEPTED, Reason.EXPIRED, Reason.NAME_DIFFERS})
_OF_DOCUMENT: Final = {
    Role.PRIMARY: _ANY | {Reason.NO_SIGNATURE, Reason.NO_PHOTO, Reason.ADDRESS_DIFFERS, Reason.ALTERED},
    Role.SECONDARY: _ANY | {Reason.NO_SIGNATURE, Reason.ALTERED},
    Role.ADDRESS: _ANY | {Reason.ADDRESS_DIFFERS, Reason.ALTERED},
}
_OF_PHOTO: Final = frozenset({Reason.UNREADABLE, Reason.FACE_HIDDEN, Reason.NOT_THE_SAME_PERSON})
_OF_ALL: Final = frozenset({Reason.LATIN_NAME_MISSING, Reason.ADDRESS_MISSING})
_LONGEST_NUMBER: Final = 6  # digits


@dataclass(frozen=True)
class Group:
    """The boxes of one document, of the photo, or of everything together."""

    title: str | Promise
    boxes: list[tuple[str, str | Promise]]


@dataclass(frozen=True)
class Earlier:
    """What a reviewer said in an earlier round."""

    number: int
    decision: Decision
    lines: list[Line]
    note: str


@dataclass(frozen=True)
class News:
    """What has come since the round before; nothing where there was none."""

    things: frozenset[UUID] = frozenset()
    has_new_name: bool = False
    has_new_residence: bool = False


def groups(documents: Sequence[Document], photo: Photo | None, scope: Scope) -> list[Group]:
    """Everything that a reviewer can choose from, document by document."""
    known = reasons_for(scope)
    found = [
        Group(KINDS[DocumentKind(one.kind)], _boxes(known, _OF_DOCUMENT[DocumentKind(one.kind).role], f":{one.pk}"))
        for one in documents
    ]
    if photo is not None:
        found.append(Group(_("Photo"), _boxes(known, _OF_PHOTO, f":{photo.pk}")))
    return [*found, Group(_("All of it"), _boxes(known, _OF_ALL, ""))]


def chosen(form: QueryDict, check: Check) -> tuple[list[Reason], list[OfThing]]:
    """The reasons of everything together, and those of one thing. What is neither is passed over."""
    known = {reason.value: reason for reason in Reason}
    general: list[Reason] = []
    named: list[OfThing] = []
    for value in form.getlist("reason"):
        code, _colon, thing_id = value.partition(":")
        if code not in known:
            continue
        if not thing_id:
            general.append(known[code])
        elif thing := _thing(check, thing_id):
            named.append((known[code], thing))
    return general, named


def without_plain_note(form: QueryDict) -> QueryDict:
    """The form with its note sealed: a session that keeps it while somebody proves who they are holds no plain word of it."""
    if not form.get("note", "").strip():
        return form
    sealed = form.copy()
    sealed["sealed_note"] = sealing.seal(sealed.pop("note")[-1])
    return sealed


def note_in(form: QueryDict) -> str:
    """The note of a form that `without_plain_note` has made; empty if it is not what was sealed."""
    try:
        return sealing.unseal(str(form.get("sealed_note", "")))
    except (ValueError, InvalidTag):
        return ""


def round_in(form: QueryDict) -> int:
    """The number of the round that the page showed; 0, which is none, if the form does not say."""
    said = form.get("round", "")
    return int(said) if said.isdecimal() and len(said) < _LONGEST_NUMBER else 0


def earlier(check: Check) -> list[Earlier]:
    """What was said in the rounds before the newest one, the newest first."""
    newest = check.rounds.latest("number").number
    decisions = Decision.objects.filter(round__of_check=check, round__number__lt=newest).select_related("round", "reviewer")
    return [
        Earlier(one.round.number, one, rejecting.lines_of(one), rejecting.note_of(one))
        for one in decisions.order_by("-decided_at", "-pk")
    ]


def news(check: Check) -> News:
    """What is new since the round before the newest was submitted."""
    rounds = list(check.rounds.order_by("-number")[:2])
    if len(rounds) < 2:  # noqa: PLR2004 - nobody has seen anything of it yet
        return News()
    since, until = rounds[1].submitted_at, rounds[0].submitted_at
    photo = facts.photo_of(check)
    things: list[Document | Photo] = [*facts.documents_of(check), *([photo] if photo else [])]
    return News(
        frozenset(thing.pk for thing in things if thing.added_at > since),
        _stated(LegalName, check, since, until),
        _stated(Residence, check, since, until),
    )


def _stated(model: type[LegalName | Residence], check: Check, since: datetime, until: datetime) -> bool:
    rows = model._default_manager.filter(user=check.user, recorded_at__gt=since, recorded_at__lte=until)  # noqa: SLF001
    return rows.exists()


def _boxes(known: Sequence[Reason], wanted: frozenset[Reason], suffix: str) -> list[tuple[str, str | Promise]]:
    return [(f"{reason.value}{suffix}", REASONS[reason]) for reason in known if reason in wanted]


def _thing(check: Check, thing_id: str) -> Document | Photo | None:
    try:
        return queries.thing_of(check, UUID(thing_id))
    except ValueError:
        return None
