"""A person's own cases: read out to them with what they wrote and sent, and erased with their account."""

import logging
from collections.abc import Iterator
from typing import Any, Final

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.personal_data import Part
from guildmark_portal.identity import vault
from guildmark_portal.identity.sealed import Sealed
from guildmark_portal.operations import shredding
from guildmark_portal.operations.models import Case, Evidence
from guildmark_portal.operations.queries import cases_of

NAME: Final = "cases"
_LOG: Final = logging.getLogger(__name__)


def export(user: User) -> list[Any]:
    """Every case: what was asked and answered, as long as it is kept, and when somebody looked."""
    return [_case(one.case, one.standing.value) for one in cases_of(user=user, now=clock.now())]


def pages(user: User) -> Iterator[tuple[str, bytes]]:
    """Every page of evidence that is still kept, as a JPEG, one after the other."""
    for evidence in Evidence.objects.filter(case__user=user).select_related("sealed"):
        if content := _opened(evidence.sealed):
            yield _file(evidence), content


def erase(user: User) -> None:
    """Shred everything that they wrote and were answered, and remove the rows."""
    for case in Case.objects.filter(user=user):
        sealed = shredding.records_of(case)
        shredding.shred(case=case, actor=f"user:{user.pk}")
        case.delete()
        Sealed.objects.filter(pk__in=sealed).delete()


def _case(case: Case, stands: str) -> dict[str, Any]:
    answer, withdrawal = getattr(case, "answer", None), getattr(case, "withdrawal", None)
    return {
        "kind": case.kind,
        "attempt": None if case.attempt_id is None else str(case.attempt_id),
        "program": None if case.program is None else case.program.slug,
        "opened_at": case.opened_at.isoformat(),
        "answer_due": case.answer_due.isoformat(),
        "stands": stands,
        "written": _text(case.words),
        "evidence": [f"{NAME}/{_file(page)}" for page in case.evidence.select_related("sealed") if _opened(page.sealed)],
        "answer": None
        if answer is None
        else {"answered_at": answer.answered_at.isoformat(), "outcome": answer.outcome, "written": _text(answer.words)},
        "messages": [
            {"kind": one.kind, "said_at": one.said_at.isoformat(), "written": _text(one.words)}
            for one in case.messages.select_related("words")
        ],
        "withdrawn_at": None if withdrawal is None else withdrawal.withdrawn_at.isoformat(),
        "looks": [{"at": look.at.isoformat(), "page": look.page} for look in case.looks.all()],
    }


def _file(evidence: Evidence) -> str:
    return f"case-{evidence.case_id}-{evidence.page}.jpg"


def _text(sealed: Sealed) -> str | None:
    content = _opened(sealed)
    return None if content is None else content.decode()


def _opened(sealed: Sealed) -> bytes | None:
    try:
        return vault.unseal(sealed)
    except vault.Shredded:
        return None
    except vault.Unreadable:  # everything else is still theirs to read
        _LOG.exception("The sealed record %s cannot be opened.", sealed.pk)
        return None


PART: Final = Part(name=NAME, export=export, erase=erase, contents=pages)
