"""The reviewers' side of a check: take it, look at it, decide.

Nobody reviews their own check. Where two approvals are needed they are two people's. One rejection is enough, and says why.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from guildmark.rules.identity import Scope, Standing, Verdict
from guildmark_portal.accounts.models import Role, User
from guildmark_portal.accounts.roles import holds
from guildmark_portal.audit import services as audit
from guildmark_portal.identity import facts, notices, onward, rejecting, seen, shredding, vault
from guildmark_portal.identity.models import Assignment, Check, Decision, Look, Round
from guildmark_portal.identity.objections import Note
from guildmark_portal.identity.refusals import ReviewRefused
from guildmark_portal.identity.rejecting import REASONS, OfThing, Reason, reasons_for
from guildmark_portal.identity.sealed import Sealed
from guildmark_portal.mail import rewriting
from guildmark_portal.mail import services as mail

__all__ = ["REASONS", "Reason", "assign", "decide", "look", "reasons_for", "refuse_blind_approval", "release"]


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
        notices.entered(check, now=now)


@transaction.atomic
def look(*, check: Check, sealed: Sealed, what: str, viewer: User, now: datetime) -> bytes:
    """Open a piece of evidence for the reviewer who has taken its check, and write down that they saw it."""
    one = _waiting(check, viewer)
    if not one.assignments.filter(reviewer=viewer, released_at=None).exists():
        raise ReviewRefused(_("Take this check first, then you can look at it."))
    asked = facts.records_in(one)
    if asked is not None and sealed.pk not in asked:
        raise ReviewRefused(_("Only the address is asked about here; the other papers were not submitted."))
    Look.objects.create(of_check=check, viewer=viewer, what=what, sealed_id=sealed.pk, at=now)
    audit.record(actor=viewer, action="identity.look", subject=check, detail={"what": what, "record": str(sealed.pk)})
    return vault.unseal(sealed)


@transaction.atomic
def decide(  # noqa: PLR0913 - a decision has this many parts
    *,
    check: Check,
    reviewer: User,
    verdict: Verdict,
    reasons: Iterable[Reason] = (),
    of_things: Iterable[OfThing] = (),
    note: str = "",
    number: int | None = None,
    now: datetime,
) -> Decision:
    """Approve or reject a check that the reviewer has taken, and tell the candidate once it is decided.

    A reason of `of_things` is of that document, or of the photo; one of `reasons` of everything together. `number` is that of
    the round that the reviewer decides on; None: whichever waits. An approval needs a look at every record of it.
    """
    one = _waiting(check, reviewer)
    _refuse_another_round(one, number)
    _refuse_second_opinion(one, reviewer)
    general, named, note = sorted(set(reasons)), list(dict.fromkeys(of_things)), note.strip()
    codes = sorted({reason.value for reason in [*general, *(reason for reason, _thing in named)]})
    if (verdict is Verdict.REJECTED) != bool(codes) or (note and not codes):
        raise ReviewRefused(
            _("A rejection has one reason or more, an approval has none."), next_step=_("Choose again, then decide.")
        )
    rejecting.refuse_note(note)
    rejecting.refuse_others(one, (thing for _reason, thing in named))
    taken = one.assignments.filter(reviewer=reviewer, released_at=None).first()
    if taken is None:
        raise ReviewRefused(_("Take this check first, then decide."))
    if verdict is Verdict.APPROVED:
        _refuse_unseen(taken)
    taken.released_at = now
    taken.save(update_fields=["released_at"])
    made = Decision.objects.create(round=one, reviewer=reviewer, verdict=verdict.value, reasons=codes, decided_at=now)
    rejecting.keep(made, reasons=general, of_things=named, note=note)
    audit.record(actor=reviewer, action="identity.decided", subject=check, detail={"verdict": verdict.value, "reasons": codes})
    shredding.look_when_due(check)
    if facts.round_facts(one).outcome is None:
        notices.entered(check, now=now)  # for a second reviewer
    else:
        _tell(one, made)
    return made


def refuse_blind_approval(*, check: Check, reviewer: User) -> None:
    """Refuse, before anybody is asked to sign in anew, what `decide` would: an approval of what was not seen."""
    taken = Assignment.objects.filter(round__of_check=check, reviewer=reviewer, released_at=None).first()
    if taken is not None:
        _refuse_unseen(taken)


def _refuse_unseen(taken: Assignment) -> None:
    if seen.unseen(taken):
        raise ReviewRefused(
            _("You have not seen every picture of these papers."),
            next_step=_("Load the page again, look at each picture, then approve."),
        )


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


def _refuse_another_round(one: Round, number: int | None) -> None:
    if number not in {None, one.number}:
        raise ReviewRefused(
            _("This check was submitted anew since you opened its page."),
            next_step=_("Look at it as it is now, then decide."),
        )


def _refuse_second_opinion(one: Round, reviewer: User) -> None:
    if one.decisions.filter(reviewer=reviewer).exists():
        raise ReviewRefused(_("You have decided on this check already; the second approval is another reviewer's."))


def _tell(one: Round, decision: Decision) -> None:
    """Write to the candidate, in the language in which they submitted: the reviewer's own is no concern of theirs."""
    user = one.of_check.user
    mail.send(
        to=user.email,
        key=f"identity:{one.of_check_id}:{decision.decided_at.isoformat()}",
        template="identity/decided",
        context={
            "name": user.name,
            "approved": decision.verdict == Verdict.APPROVED.value,
            "is_address_only": one.scope == Scope.ADDRESS.value,
            "reasons": rejecting.lines_of(decision),  # lazy: they take the letter's language
            "has_note": Note.objects.filter(decision=decision).exists(),
            "url": f"{settings.PORTAL_URL}/identity/",
            "days": settings.IDENTITY_RETENTION_DAYS,
            **onward.for_letter(user),
        },
        language=one.language or None,
    )


@rewriting.writer("identity")
def _tell_again(key: str) -> None:
    check, _colon, at = key.partition(":")
    decision = Decision.objects.get(round__of_check=UUID(check), decided_at=datetime.fromisoformat(at))
    _tell(decision.round, decision)
