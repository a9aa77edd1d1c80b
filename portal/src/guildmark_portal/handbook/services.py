"""Writing editions, and taking acknowledgements."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from guildmark.errors import Refused
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.queries import explained_version, was_offered
from guildmark_portal.handbook.contents import contents
from guildmark_portal.handbook.languages import ENGLISH, chosen, offered
from guildmark_portal.handbook.models import Acknowledgement, Edition, EditionText
from guildmark_portal.handbook.queries import newest, registered
from guildmark_portal.handbook.text import differences, digest, render, translated
from guildmark_portal.mail import rewriting
from guildmark_portal.mail import services as mail


class EditionSuperseded(Refused):
    """This is not the newest edition of the handbook."""


def on_change(*, program: Program, now: datetime, **_others: Any) -> None:
    """A program changed: write what its handbook says now."""
    if was_offered(program):
        keep_edition(program=program, now=now)


def keep_edition(*, program: Program, now: datetime) -> Edition:
    """The edition that says what holds now: the newest one, or a new one if a text in any language has changed since.

    A new edition is mailed to those registered. Raises `ExamVersion.DoesNotExist` for a program without a published version.
    """
    texts = _texts(program)
    standing = newest(program)
    if standing is not None and standing.sha256 == digest(texts):
        return standing  # without a transaction: every reader comes by here
    return _write(program, texts, now=now)


def _texts(program: Program) -> dict[str, str]:
    """What the handbook says now, in every language that it has."""
    version = explained_version(program)
    return {language: render(contents(version, language), language) for language in offered(program.policy.languages)}


@transaction.atomic
def _write(program: Program, texts: Mapping[str, str], *, now: datetime) -> Edition:
    Program.objects.select_for_update().get(pk=program.pk)
    standing = newest(program)
    if standing is not None and standing.sha256 == digest(texts):
        return standing  # somebody else was first
    edition = Edition.objects.create(
        program=program, number=1 if standing is None else standing.number + 1, sha256=digest(texts), written_at=now
    )
    EditionText.objects.bulk_create(
        EditionText(edition=edition, language=language, text=text, changes=_changes(standing, texts, language))
        for language, text in texts.items()
    )
    prefetch_related_objects([edition], "texts")
    detail = {"number": edition.number, "languages": sorted(texts)}
    audit.record(actor=audit.SYSTEM, action="handbook.edition", subject=edition, detail=detail)
    if standing is not None:
        _mail_changes(edition)
    return edition


def _changes(before: Edition | None, texts: Mapping[str, str], language: str) -> list[dict[str, str]]:
    """What is different in `language`; where it was not there before, what is different in English, by its own titles."""
    if before is None:
        return []
    earlier = before.text_in(language)
    changes = differences(earlier.text, texts[earlier.language])
    return changes if earlier.language == language else translated(changes, texts[ENGLISH], texts[language])


def _mail_changes(edition: Edition) -> None:
    titles = explained_version(edition.program).bank.exam.title
    for user in registered(edition.program):
        _tell(user, edition, titles)


def _tell(user: User, edition: Edition, titles: Mapping[str, str]) -> None:
    mail.send(
        to=user.email,
        key=f"handbook:{edition.pk}:{user.pk}",
        template="handbook/new_edition",
        language=user.language or ENGLISH,
        context={
            "name": user.name,
            "exam": titles[chosen(user.language, titles)],
            "number": edition.number,
            "changes": edition.text_in(user.language).changes,
            "url": f"{settings.PORTAL_URL}/handbook/{edition.program.slug}/",
        },
    )


@rewriting.writer("handbook")
def _tell_again(key: str) -> None:
    number, _colon, user = key.partition(":")
    edition = Edition.objects.get(pk=number)
    _tell(User.objects.get(pk=user), edition, explained_version(edition.program).bank.exam.title)


@transaction.atomic
def acknowledge(*, user: User, program: Program, number: int, now: datetime, language: str = ENGLISH) -> Acknowledgement:
    """Keep the word of `user` that they read edition `number`, in `language`, once.

    Raises `EditionSuperseded` unless that edition holds and has this language.
    """
    edition = newest(program)
    if edition is None or edition.number != number or language not in edition.languages:
        raise EditionSuperseded(
            _("The handbook has changed since this page was opened."),
            next_step=_("Read what changed, and acknowledge the new edition."),
        )
    given, is_new = Acknowledgement.objects.get_or_create(
        user=user, edition=edition, defaults={"at": now, "language": language}
    )
    if is_new:
        detail = {"number": edition.number, "language": language}
        audit.record(actor=user, action="handbook.acknowledged", subject=edition, detail=detail)
    return given
