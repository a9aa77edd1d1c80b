"""Everything that writes about cases, each in one transaction with its audit entry and its letter.

The words of a case and of its answer, and every page that was sent, are sealed before their row is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import get_language

from guildmark.rules.case import CaseKind, Outcome, answer_due
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.models import Attempt, Program
from guildmark_portal.exams.policy import ProgramPolicy
from guildmark_portal.identity import vault
from guildmark_portal.identity.intake.pages import Page, pages_of
from guildmark_portal.operations import admission, letters, shredding
from guildmark_portal.operations.conversation import add_words
from guildmark_portal.operations.granting import NOTHING, Accommodated, grant
from guildmark_portal.operations.models import Answer, Case, Evidence, Withdrawal
from guildmark_portal.operations.people import may_answer
from guildmark_portal.operations.refusals import (
    AnswerRefused,
    TooManyPages,
)

__all__ = ["About", "Accommodated", "add", "answer", "open_case", "withdraw"]

WORDS, ANSWER, PAGE = "case", "case-answer", "case-page"
MOST_PAGES: Final = 12


@dataclass(frozen=True)
class About:
    """What a case is about: an attempt of the candidate's, a program, or neither."""

    attempt: Attempt | None = None
    program: Program | None = None

    @property
    def policy(self) -> ProgramPolicy:
        """The settings of the program that it is about; where it is about none, those of the first one that is open."""
        program = self.program or (self.attempt.program if self.attempt else Program.objects.filter(is_open=True).first())
        return ProgramPolicy() if program is None else program.policy


def open_case(  # noqa: PLR0913 - a case has this many parts
    *,
    user: User,
    kind: CaseKind,
    about: About,
    text: str,
    now: datetime,
    files: Sequence[bytes] = (),
    case_id: UUID | None = None,
) -> Case:
    """Open a case and tell its candidate by when it is answered. `case_id` is the form's: sent twice, it is one case.

    Raises what `admission` refuses, `TooManyPages`, or `FileUnusable`.
    """
    number = case_id or uuid4()
    if (before := Case.objects.filter(pk=number).first()) is not None:
        if before.user_id == user.pk:
            return before
        number = uuid4()  # somebody else's: theirs stays theirs
    words = admission.checked(text)
    admission.refuse_appeal(kind, about.attempt, now=now)
    pages = _pages(user, files, room=MOST_PAGES)  # takes time: before the transaction
    with transaction.atomic():
        if (before := Case.objects.filter(pk=number, user=user).first()) is not None:
            return before
        admission.refuse_gone(user, about.attempt)
        admission.refuse_second_appeal(kind, about.attempt)
        admission.refuse_flood(user, kind, now=now)
        case = Case.objects.create(
            id=number,
            kind=kind.value,
            user=user,
            attempt=about.attempt,
            program=about.program,
            words=vault.seal(content=words.encode(), purpose=WORDS),
            opened_at=now,
            answer_due=answer_due(now, days=about.policy.answer_days),
            language=get_language() or "",
        )
        _keep(case, pages, now=now)
        audit.record(actor=user, action="case.opened", subject=case, detail={"kind": kind.value, "pages": len(pages)})
        letters.opened(case)
        letters.remind(case, at=now)
    return case


@transaction.atomic
def _keep(case: Case, pages: Sequence[Page], *, now: datetime) -> None:
    first = case.evidence.count() + 1
    if first + len(pages) - 1 > MOST_PAGES:
        raise TooManyPages
    for number, page in enumerate(pages, start=first):
        sealed = vault.seal(content=page.jpeg, purpose=PAGE)
        Evidence.objects.create(case=case, page=number, sealed=sealed, added_at=now)


def add(*, case: Case, text: str = "", files: Sequence[bytes] = (), now: datetime) -> int:
    """Keep what the candidate adds while the case waits, all or nothing; the number of pages.

    Raises `CaseOver`, `TooManyPages`, `TooMuchWritten`, `TooMuchSaid` or `FileUnusable`.
    """
    pages = _pages(case.user, files, room=MOST_PAGES - case.evidence.count())
    with transaction.atomic():
        held = admission.waiting(case, now=now)
        if text.strip():
            add_words(case=held, text=text, now=now)
        if pages:
            _keep(held, pages, now=now)
            audit.record(actor=held.user, action="case.evidence", subject=held, detail={"pages": len(pages)})
        letters.added(held)
    return len(pages)


@transaction.atomic
def answer(  # noqa: PLR0913 - an answer has this many parts
    *, case: Case, by: User, outcome: Outcome, text: str, now: datetime, accommodated: Accommodated = NOTHING
) -> Answer:
    """Answer the case, tell its candidate, and grant what was granted.

    Raises `AnswerRefused`, `CaseOver`, `NothingWritten`, `TooMuchWritten`, or `AccommodationRefused` where nothing is granted.
    """
    held, words = admission.waiting(case, now=now), admission.checked(text)
    if not may_answer(held, by):
        raise AnswerRefused
    given = Answer.objects.create(
        case=held,
        by=by,
        outcome=outcome.value,
        words=vault.seal(content=words.encode(), purpose=ANSWER),
        answered_at=now,
    )
    if held.kind == CaseKind.ACCOMMODATION.value and outcome is Outcome.GRANTED:
        grant(case=held, accommodated=accommodated, actor=by, now=now)
    audit.record(actor=by, action="case.answered", subject=held, detail={"kind": held.kind, "outcome": outcome.value})
    letters.answered(held, outcome)
    shredding.look_when_due(held)
    return given


@transaction.atomic
def withdraw(*, case: Case, now: datetime) -> Withdrawal:
    """Let the candidate take the case back. Raises `CaseOver`."""
    held = admission.waiting(case, now=now)
    withdrawal = Withdrawal.objects.create(case=held, withdrawn_at=now)
    audit.record(actor=held.user, action="case.withdrawn", subject=held)
    shredding.look_when_due(held)
    return withdrawal


def _pages(user: User, files: Sequence[bytes], *, room: int) -> list[Page]:
    pages = [page for file in files for page in pages_of(file, sender=user.pk)]
    if len(pages) > room:
        raise TooManyPages
    return pages
