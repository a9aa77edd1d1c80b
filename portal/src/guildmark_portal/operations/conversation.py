"""What is said in a case after it was opened: what its candidate adds, and what they are asked or told. All of it is sealed."""

from datetime import datetime
from typing import Final

from django.db import transaction

from guildmark.rules.case import MessageKind
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.identity import vault
from guildmark_portal.operations import admission, letters, shredding
from guildmark_portal.operations.models import Case, Message
from guildmark_portal.operations.people import may_answer
from guildmark_portal.operations.refusals import AnswerRefused, TooMuchSaid

PURPOSE: Final = "case-message"
MOST_ADDED: Final = 20
"""By its candidate in one case."""


@transaction.atomic
def add_words(*, case: Case, text: str, now: datetime) -> Message:
    """Let the candidate add words to a case that waits. Raises `CaseOver`, `NothingWritten`, or what is too much."""
    held, words = admission.waiting(case, now=now), admission.checked(text)
    if held.messages.filter(kind=MessageKind.ADDED.value).count() >= MOST_ADDED:
        raise TooMuchSaid
    return say(case=held, kind=MessageKind.ADDED, by=held.user, words=words, now=now)


@transaction.atomic
def ask(*, case: Case, by: User, text: str, now: datetime) -> Message:
    """Ask the candidate something; the case goes on waiting. Raises `AnswerRefused`, `CaseOver`, or what is too much."""
    held, words = admission.waiting(case, now=now), admission.checked(text)
    if not may_answer(held, by):
        raise AnswerRefused
    message = say(case=held, kind=MessageKind.QUESTION, by=by, words=words, now=now)
    letters.asked(held)
    return message


def say(*, case: Case, kind: MessageKind, by: User, words: str, now: datetime) -> Message:
    """Keep what is said, sealed; in the caller's transaction."""
    sealed = vault.seal(content=words.encode(), purpose=PURPOSE)
    message = Message.objects.create(case=case, kind=kind.value, by=by, words=sealed, said_at=now)
    audit.record(actor=by, action=f"case.{kind.value}", subject=case)
    shredding.look_when_due(case)
    return message
