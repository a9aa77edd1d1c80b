"""Levels: a program that requires another one is for holders of a valid certificate of that (rule P9)."""

from datetime import datetime

from django.utils.translation import gettext as _

from guildmark.packs.model import text_in
from guildmark.rules.credential import is_suspended
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials.refusals import LevelMissing
from guildmark_portal.credentials.renewing import held
from guildmark_portal.exams.conditions import condition
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.queries import known_version


@condition
def holds_what_it_requires(user: User, program: Program, now: datetime) -> LevelMissing | None:
    """Whoever registers holds a certificate of the level before, on its last day too."""
    required = program.policy.requires
    if not required:
        return None
    valid = held(user, required).filter(expires_on__gte=now.date()).prefetch_related("events")
    if any(not is_suspended(certificate.happened) for certificate in valid):
        return None
    title = title_of(required)
    return LevelMissing(
        _("This exam is for holders of a valid certificate: %(program)s.") % {"program": title},
        next_step=_("Pass %(program)s first.") % {"program": title},
    )


def title_of(slug: str) -> str:
    """What the program that another one requires is called, in the language of the reader."""
    program = Program.objects.filter(slug=slug).first()
    version = None if program is None else known_version(program)
    if version is not None:
        return text_in(version.bank.exam.title, current())
    return slug if program is None else program.title
