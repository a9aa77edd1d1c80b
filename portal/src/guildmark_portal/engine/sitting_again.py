"""An examiner lets a candidate sit again, and the letter that says so."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import get_language, override

from guildmark.packs.model import text_in
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt
from guildmark_portal.exams.queries import attempt_with
from guildmark_portal.exams.waiving import waive
from guildmark_portal.mail import rewriting
from guildmark_portal.mail import services as mail


@transaction.atomic
def let_sit_again(*, attempt: Attempt, actor: AbstractBaseUser | str, now: datetime) -> None:
    """Waive the wait, and tell the candidate. Raises `NoWaiver`."""
    waive(attempt=attempt, actor=actor, now=now)
    _tell(attempt)


@rewriting.writer("again")
def _tell_again(key: str) -> None:
    _tell(attempt_with(UUID(key)))


def _tell(attempt: Attempt) -> None:
    language, program = attempt.user.language or get_language(), attempt.program
    with override(language):
        context = {
            "name": attempt.user.name,
            "exam": text_in(attempt.exam_version.bank.exam.title, current()),
            "is_paid": not program.is_free,
            "register_url": f"{settings.PORTAL_URL}/register/?program={program.slug}",
        }
    mail.send(to=attempt.user.email, key=f"again:{attempt.pk}", template="engine/again", language=language, context=context)
