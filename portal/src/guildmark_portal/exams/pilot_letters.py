"""The letter to whoever is invited to a pilot, once an invitation: when it can be sat, not before."""

from typing import Final

from django.conf import settings
from django.utils.translation import override

from guildmark.packs.model import text_in
from guildmark_portal.accounts.own_data import is_deleted
from guildmark_portal.exams.entitling import who_proved
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import ExamVersion, PilotInvitation
from guildmark_portal.exams.support import contact_of
from guildmark_portal.jobs.models import Job
from guildmark_portal.mail import rewriting
from guildmark_portal.mail import services as mail

_PRIORITY: Final = 30


def tell_invited(invitation: PilotInvitation) -> None:
    """That the pilot can be sat, at no cost, and what comes of it; nobody is written whose account is deleted."""
    if is_deleted(invitation.email):
        return
    version, reader = invitation.exam_version, who_proved(invitation.email)
    policy = version.program.policy
    language = (reader.language if reader is not None else "") or settings.LANGUAGE_CODE
    with override(language):
        context = {
            "name": "" if reader is None else reader.name,
            "exam": text_in(version.bank.exam.title, current()),
            "organisation": settings.ORGANISATION,
            "certifies": policy.pilot_certifies,
            "is_known": reader is not None,
            "to": invitation.email,
            "page": f"{settings.PORTAL_URL}/exam/",
            "support": contact_of(policy),
        }
    mail.send(
        to=invitation.email,
        key=_key(invitation),
        template="exams/pilot_invited",
        language=language,
        context=context,
        priority=_PRIORITY,
    )


def tell_all(version: ExamVersion) -> None:
    """The same to everybody whose invitation to `version` stands, and who was not written to in a pilot before."""
    for invitation in version.invitations.filter(withdrawn_at=None):
        if not Job.objects.filter(kind=mail.KIND, key=_key(invitation)).exists():
            tell_invited(invitation)


def _key(invitation: PilotInvitation) -> str:
    return f"pilot:{invitation.pk}"


@rewriting.writer("pilot")
def _again(key: str) -> None:
    tell_invited(PilotInvitation.objects.select_related("exam_version__program").get(pk=int(key)))
