"""Certificates without the exam before them: signed, on the status lists, as those that were sat for."""

from portal.tests.directory.holding import Certifying

from guildmark.protocol import ExamKind
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials import services
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.exams import services as exams
from guildmark_portal.exams.models import Attempt, Program


def issue(user: User, program: str, *, kind: ExamKind = ExamKind.LIVE) -> Certificate:
    """One that `user` earned with full marks."""
    now = clock.now()
    attempt = exams.open_attempt(user=user, program=program, now=now)
    Program.objects.filter(slug=program).update(kind=kind.value)
    found = Program.objects.get(slug=program)
    document = Certifying(found, found.versions.get().bank)._document(user.name, now.date(), 5)
    said = {"url": services.address(document.identifier), "categories": _full(document.categories)}
    return services._keep(Attempt.objects.get(pk=attempt.pk), document.model_copy(update=said), now=now)


def _full(categories):  # type: ignore[no-untyped-def]
    return tuple(one.model_copy(update={"points": float(one.weight)}) for one in categories)
