"""Opening what is sealed in a case. Where somebody of the staff sees what may be medical, the look is written down first."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from guildmark.rules.case import CaseKind
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.identity import vault
from guildmark_portal.identity.sealed import Sealed
from guildmark_portal.operations.models import Case, Evidence, Look, Message
from guildmark_portal.operations.people import may_look, may_read
from guildmark_portal.operations.refusals import AnswerRefused


def own_words(sealed: Sealed) -> str | None:
    """What was written, for whoever wrote it or was answered; None once it was shredded. Raises `Unreadable`."""
    try:
        return vault.unseal(sealed).decode()
    except vault.Shredded:
        return None


@dataclass(frozen=True)
class Said:
    """A message of a case with its words, which are None once they were shredded."""

    message: Message
    words: str | None


def conversation(case: Case) -> list[Said]:
    """What was said in the case after it was opened. Raises `Unreadable`."""
    return [Said(one, own_words(one.words)) for one in case.messages.select_related("words", "by")]


@transaction.atomic
def words_of(*, case: Case, viewer: User, now: datetime) -> str | None:
    """What the candidate wrote, for the staff; None once it was shredded. Raises `AnswerRefused`, or `Unreadable`.

    Of an accommodation, the look is written down. Raises `Case.DoesNotExist` where its account was deleted meanwhile.
    """
    Case.objects.select_for_update().get(pk=case.pk)
    if not may_read(case, viewer):
        raise AnswerRefused
    if case.kind == CaseKind.ACCOMMODATION.value:
        _record(case, viewer, page=0, now=now)
    return own_words(case.words)


@transaction.atomic
def page_of(*, evidence: Evidence, viewer: User, now: datetime) -> bytes:
    """One page of evidence as a JPEG; the look is written down. Raises `AnswerRefused`, `Shredded` or `Unreadable`.

    Raises `Case.DoesNotExist` where its account was deleted meanwhile.
    """
    Case.objects.select_for_update().get(pk=evidence.case_id)
    if not may_look(evidence.case, viewer):
        raise AnswerRefused
    _record(evidence.case, viewer, page=evidence.page, now=now)
    return vault.unseal(evidence.sealed)


def _record(case: Case, viewer: User, *, page: int, now: datetime) -> None:
    Look.objects.create(case=case, viewer=viewer, page=page, at=now)
    audit.record(actor=viewer, action="case.look", subject=case, detail={"page": page})
