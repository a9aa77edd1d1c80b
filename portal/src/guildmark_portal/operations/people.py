"""Who may read and who may answer a case.

Examiners answer everything, support answers incidents. Nobody answers a case of their own, and nobody an appeal against what
they decided themselves. Auditors read, but not what was written or sent for an accommodation: that is for examiners alone.
"""

from django.db.models import Q

from guildmark.rules.case import CaseKind
from guildmark_portal.accounts.models import Role, User
from guildmark_portal.accounts.roles import holds
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams.models import Attempt, Submission
from guildmark_portal.operations.models import Answer, Case

_ANSWERED_BY = {
    CaseKind.INCIDENT: (Role.EXAMINER, Role.SUPPORT),
    CaseKind.APPEAL: (Role.EXAMINER,),
    CaseKind.ACCOMMODATION: (Role.EXAMINER,),
}


def may_see(case: Case, viewer: User) -> bool:
    """Whether somebody of the staff may open the case at all. Support sees incidents alone."""
    return holds(viewer, *_ANSWERED_BY[CaseKind(case.kind)], Role.AUDITOR)


def may_read(case: Case, viewer: User) -> bool:
    """Whether somebody of the staff may read what was written in the case."""
    auditors = () if case.kind == CaseKind.ACCOMMODATION.value else (Role.AUDITOR,)
    return case.user_id != viewer.pk and holds(viewer, *_ANSWERED_BY[CaseKind(case.kind)], *auditors)


def may_look(case: Case, viewer: User) -> bool:
    """Whether somebody may open the evidence: examiners alone, and never their own."""
    return case.user_id != viewer.pk and holds(viewer, Role.EXAMINER)


def may_answer(case: Case, viewer: User) -> bool:
    """Whether somebody may answer it."""
    return case.user_id != viewer.pk and holds(viewer, *_ANSWERED_BY[CaseKind(case.kind)]) and not had_part(case, viewer)


def had_part(case: Case, viewer: User) -> bool:
    """Whether it is an appeal against what this person decided before: a ruling, or the answer to an earlier appeal."""
    return viewer.pk in _had_part(case)


def _had_part(case: Case) -> set[int]:
    """The numbers of all who had a part. An appeal that names no attempt is against every result of its candidate's."""
    if case.kind != CaseKind.APPEAL.value:
        return set()
    mine = Attempt.objects.filter(pk=case.attempt_id) if case.attempt_id else Attempt.objects.filter(user=case.user_id)
    submissions = Submission.objects.filter(attempt__in=mine).values_list("pk", flat=True)
    ruled = Entry.objects.filter(
        action="submission.ruled", subject__in=[f"submission:{number}" for number in submissions], at__lt=case.opened_at
    )
    rulers = (actor.removeprefix("user:") for actor in ruled.values_list("actor", flat=True) if actor.startswith("user:"))
    earlier = Answer.objects.filter(case__attempt__in=mine, case__kind=CaseKind.APPEAL.value).exclude(case=case.pk)
    return {int(number) for number in rulers} | set(earlier.values_list("by", flat=True))


def answerers(case: Case) -> list[User]:
    """Everybody who may answer this case: who has the role, is not the candidate, and had no part in what it is against."""
    roles = [role.value for role in _ANSWERED_BY[CaseKind(case.kind)]]
    standing = Q(grants__role__in=roles, grants__revoked_at=None, is_active=True)
    return list(User.objects.filter(standing).exclude(pk__in={case.user_id, *_had_part(case)}).distinct().order_by("pk"))
