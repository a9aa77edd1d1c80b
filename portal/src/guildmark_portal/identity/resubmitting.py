"""Handing in again after a rejection: something of what was refused must have changed, so that reviewers see news."""

from typing import Final

from guildmark.rules.identity import Standing, Subject, Verdict, is_answered
from guildmark_portal.identity import facts
from guildmark_portal.identity.models import Check, Decision, Round
from guildmark_portal.identity.rejecting import Reason
from guildmark_portal.profiles.models import LegalName, Residence

_DOCUMENTS: Final = frozenset({Subject.DOCUMENTS})
_OF_ALL: Final[dict[Reason, frozenset[Subject]]] = {
    Reason.UNREADABLE: frozenset({Subject.DOCUMENTS, Subject.PHOTO}),
    Reason.FACE_HIDDEN: frozenset({Subject.PHOTO}),
    Reason.NOT_THE_SAME_PERSON: frozenset({Subject.DOCUMENTS, Subject.PHOTO}),
}
"""What a reason is about that names no document; of any other reason it is the documents."""
_OF_PROFILE: Final = {Reason.NAME_DIFFERS.value, Reason.ADDRESS_DIFFERS.value}
"""Reasons that a corrected profile answers as well."""


def is_unchanged(check: Check) -> bool:
    """Whether the check was rejected, and nothing of what was refused has changed since it was submitted."""
    newest = check.rounds.last()
    if newest is None or facts.standing_of(check) is not Standing.REJECTED:
        return False
    decision = newest.decisions.filter(verdict=Verdict.REJECTED.value).latest("decided_at", "pk")
    return not is_answered(refused=_refused(decision), changed=_changed(check, newest, decision))


def _refused(decision: Decision) -> frozenset[Subject]:
    found: set[Subject] = set()
    for one in decision.objections.all():
        if one.photo_id is not None:
            found.add(Subject.PHOTO)
        elif one.document_id is not None:
            found.add(Subject.DOCUMENTS)
        else:
            found |= _OF_ALL.get(Reason(one.reason), _DOCUMENTS)
    if not found:  # nothing was named in particular
        found = {subject for code in decision.reasons for subject in _OF_ALL.get(Reason(code), _DOCUMENTS)}
    if _OF_PROFILE & set(decision.reasons):
        found.add(Subject.PROFILE)
    return frozenset(found)


def _changed(check: Check, newest: Round, decision: Decision) -> frozenset[Subject]:
    since = newest.submitted_at
    named = check.documents.filter(objections__decision=decision)
    removed = (named if named.exists() else check.documents).filter(withdrawn_at__gte=since)
    stated = (model.objects.filter(user=check.user, recorded_at__gt=since) for model in (LegalName, Residence))
    found = {
        Subject.DOCUMENTS: removed.exists() or check.documents.filter(added_at__gt=since).exists(),
        Subject.PHOTO: check.photos.filter(added_at__gt=since).exists(),
        Subject.PROFILE: any(rows.exists() for rows in stated),
    }
    return frozenset(subject for subject, has_changed in found.items() if has_changed)
