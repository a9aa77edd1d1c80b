"""The reviewers' side of a check: take it, look at it, decide.

Nobody reviews their own check. Where two approvals are needed they are two people's. One rejection is enough, and says why.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.rules.identity import Standing, Verdict
from guildmark_portal.accounts.models import Role, User
from guildmark_portal.accounts.roles import holds
from guildmark_portal.audit import services as audit
from guildmark_portal.identity import facts, shredding, vault
from guildmark_portal.identity.models import Assignment, Check, Decision, Look, Round
from guildmark_portal.identity.refusals import ReviewRefused
from guildmark_portal.identity.sealed import Sealed
from guildmark_portal.mail import services as mail


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


@transaction.atomic
def assign(*, check: Check, reviewer: User, now: datetime) -> Assignment:
    """Let the reviewer take the check; taking what one has is no mistake. Raises `ReviewRefused`.

    What another reviewer has had for too long, or cannot decide any more, is taken over from them.
    """
    one = _waiting(check, reviewer)
    _refuse_second_opinion(one, reviewer)
    _release_lapsed(one, by=reviewer, now=now)
    mine = one.assignments.filter(reviewer=reviewer, released_at=None).first()
    if mine is not None:
        return mine
    try:
        with transaction.atomic():
            made = Assignment.objects.create(round=one, reviewer=reviewer, assigned_at=now)
    except IntegrityError as error:
        raise ReviewRefused(_("Another reviewer has taken this check.")) from error
    audit.record(actor=reviewer, action="identity.assigned", subject=check)
    return made


def _release_lapsed(one: Round, *, by: User, now: datetime) -> None:
    able = facts.reviewers()
    for taken in one.assignments.filter(released_at=None):
        if facts.has_lapsed(taken, able, now=now):
            taken.released_at = now
            taken.save(update_fields=["released_at"])
            detail = {"taken_over_from": f"user:{taken.reviewer_id}"}
            audit.record(actor=by, action="identity.released", subject=one.of_check, detail=detail)


@transaction.atomic
def release(*, check: Check, reviewer: User, now: datetime) -> None:
    """Give the check back to the queue."""
    taken = Assignment.objects.filter(round__of_check=check, reviewer=reviewer, released_at=None)
    if taken.update(released_at=now):
        audit.record(actor=reviewer, action="identity.released", subject=check)


@transaction.atomic
def look(*, check: Check, sealed: Sealed, what: str, viewer: User, now: datetime) -> bytes:
    """Open a piece of evidence for the reviewer who has taken its check, and write down that they saw it."""
    one = _waiting(check, viewer)
    if not one.assignments.filter(reviewer=viewer, released_at=None).exists():
        raise ReviewRefused(_("Take this check first, then you can look at it."))
    Look.objects.create(of_check=check, viewer=viewer, what=what, sealed_id=sealed.pk, at=now)
    audit.record(actor=viewer, action="identity.look", subject=check, detail={"what": what, "record": str(sealed.pk)})
    return vault.unseal(sealed)


@transaction.atomic
def decide(*, check: Check, reviewer: User, verdict: Verdict, reasons: Iterable[Reason] = (), now: datetime) -> Decision:
    """Approve or reject a check that the reviewer has taken, and tell the candidate once it is decided."""
    one = _waiting(check, reviewer)
    _refuse_second_opinion(one, reviewer)
    codes = sorted({reason.value for reason in reasons})
    if (verdict is Verdict.REJECTED) != bool(codes):
        raise ReviewRefused(
            _("A rejection has one reason or more, an approval has none."), next_step=_("Choose again, then decide.")
        )
    if not one.assignments.filter(reviewer=reviewer, released_at=None).update(released_at=now):
        raise ReviewRefused(_("Take this check first, then decide."))
    made = Decision.objects.create(round=one, reviewer=reviewer, verdict=verdict.value, reasons=codes, decided_at=now)
    audit.record(actor=reviewer, action="identity.decided", subject=check, detail={"verdict": verdict.value, "reasons": codes})
    shredding.look_when_due(check)
    where = facts.standing_of(check)
    if where is not Standing.WAITING:
        _tell(check, where, codes, language=one.language, now=now)
    return made


def _waiting(check: Check, reviewer: User) -> Round:
    """The round that waits for a reviewer, locked. Raises `ReviewRefused` if there is none for this person."""
    if not holds(reviewer, Role.REVIEWER):
        raise ReviewRefused(_("Only reviewers look at papers."), next_step=_("Ask an owner of this portal for the role."))
    held = Check.objects.select_for_update().get(pk=check.pk)
    if held.user_id == reviewer.pk:
        raise ReviewRefused(_("This is your own check: somebody else reviews it."))
    if held.closed_at is not None or facts.standing_of(held) is not Standing.WAITING:
        raise ReviewRefused(_("Nothing waits to be reviewed here."))
    return held.rounds.latest("number")


def _refuse_second_opinion(one: Round, reviewer: User) -> None:
    if one.decisions.filter(reviewer=reviewer).exists():
        raise ReviewRefused(_("You have decided on this check already; the second approval is another reviewer's."))


def _tell(check: Check, where: Standing, codes: list[str], *, language: str, now: datetime) -> None:
    """Write to the candidate, in the language in which they submitted: the reviewer's own is no concern of theirs."""
    mail.send(
        to=check.user.email,
        key=f"identity:{check.pk}:{now.isoformat()}",
        template="identity/decided",
        context={
            "name": check.user.name,
            "approved": where is Standing.APPROVED,
            "reasons": [REASONS[Reason(code)] for code in codes],  # lazy: they take the letter's language
            "url": f"{settings.PORTAL_URL}/identity/",
            "days": settings.IDENTITY_RETENTION_DAYS,
        },
        language=language or None,
    )
