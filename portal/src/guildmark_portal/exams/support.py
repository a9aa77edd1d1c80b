"""Whom candidates write to: as their program says, else as the portal does."""

from django.conf import settings

from guildmark_portal.exams.models import Program
from guildmark_portal.exams.policy import ProgramPolicy


def contact_of(policy: ProgramPolicy) -> str:
    """The mail address or page of a program; empty where nobody named one."""
    return policy.support_contact or str(settings.SUPPORT_CONTACT)


def contact() -> str:
    """The one of the whole portal, else the first that an open program names; empty where nobody named one."""
    named = (program.policy.support_contact for program in Program.objects.filter(is_open=True))
    return str(settings.SUPPORT_CONTACT) or next(filter(None, named), "")
