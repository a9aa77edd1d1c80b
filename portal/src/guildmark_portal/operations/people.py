"""Who may read and who may answer a case.

Examiners answer everything, support answers incidents. Nobody answers a case of their own, and nobody an appeal against what
they decided themselves. Auditors read, but not what was written or sent for an accommodation: that is for examiners alone.
"""

from django.db.models import Q, QuerySet

from guildmark.rules.case import CaseKind
from guildmark_portal.accounts.models import Role, User
from guildmark_portal.accounts.roles import holds
from guildmark_portal.audit.models import Entry
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
    if case.kind != CaseKind.APPEAL.value or case.attempt is None:
        return False
    submissions = [f"submission:{number}" for number in case.attempt.submissions.values_list("pk", flat=True)]
    ruled = Entry.objects.filter(
        action="submission.ruled", subject__in=submissions, actor=f"user:{viewer.pk}", at__lt=case.opened_at
    )
    answered = Answer.objects.filter(by=viewer, case__attempt=case.attempt, case__kind=CaseKind.APPEAL.value)
    return ruled.exists() or answered.exclude(case=case).exists()


def answerers(case: Case) -> QuerySet[User]:
    """Everybody whose role it is to answer a case of this kind, but for the candidate."""
    roles = [role.value for role in _ANSWERED_BY[CaseKind(case.kind)]]
    standing = Q(grants__role__in=roles, grants__revoked_at=None, is_active=True)
    return User.objects.filter(standing).exclude(pk=case.user_id).distinct().order_by("pk")
