"""Writing editions, and taking acknowledgements."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.errors import Refused
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.queries import current_version
from guildmark_portal.handbook.contents import contents
from guildmark_portal.handbook.models import Acknowledgement, Edition
from guildmark_portal.handbook.queries import newest, registered
from guildmark_portal.handbook.text import differences, digest, render
from guildmark_portal.mail import services as mail


class EditionSuperseded(Refused):
    """This is not the newest edition of the handbook."""


def on_change(*, program: Program, now: datetime, **_others: Any) -> None:
    """A program changed: write what its handbook says now."""
    if program.versions.exists():
        keep_edition(program=program, now=now)


def keep_edition(*, program: Program, now: datetime) -> Edition:
    """The edition that says what holds now: the newest one, or a new one if the text has changed since.

    A new edition is mailed to those registered. Raises `ExamVersion.DoesNotExist` for a program without a published version.
    """
    text = render(contents(current_version(program)))
    standing = newest(program)
    if standing is not None and standing.sha256 == digest(text):
        return standing  # without a transaction: every reader comes by here
    return _write(program, text, now=now)


@transaction.atomic
def _write(program: Program, text: str, *, now: datetime) -> Edition:
    Program.objects.select_for_update().get(pk=program.pk)
    standing = newest(program)
    if standing is not None and standing.sha256 == digest(text):
        return standing  # somebody else was first
    edition = Edition.objects.create(
        program=program,
        number=1 if standing is None else standing.number + 1,
        sha256=digest(text),
        text=text,
        changes=[] if standing is None else differences(standing.text, text),
        written_at=now,
    )
    audit.record(actor=audit.SYSTEM, action="handbook.edition", subject=edition, detail={"number": edition.number})
    if standing is not None:
        _mail_changes(edition)
    return edition


def _mail_changes(edition: Edition) -> None:
    for user in registered(edition.program):
        mail.send(
            to=user.email,
            key=f"handbook:{edition.pk}:{user.pk}",
            template="handbook/new_edition",
            context={
                "name": user.name,
                "exam": edition.program.title,
                "number": edition.number,
                "changes": edition.changes,
                "url": f"{settings.PORTAL_URL}/handbook/{edition.program.slug}/",
            },
        )


@transaction.atomic
def acknowledge(*, user: User, program: Program, number: int, now: datetime) -> Acknowledgement:
    """Keep the word of `user` that they read edition `number`, once. Raises `EditionSuperseded` unless that one holds."""
    edition = newest(program)
    if edition is None or edition.number != number:
        raise EditionSuperseded(
            _("The handbook has changed since this page was opened."),
            next_step=_("Read what changed, and acknowledge the new edition."),
        )
    given, is_new = Acknowledgement.objects.get_or_create(user=user, edition=edition, defaults={"at": now})
    if is_new:
        audit.record(actor=user, action="handbook.acknowledged", subject=edition, detail={"number": edition.number})
    return given
