"""What a letter that did not arrive was, as far as its key says: its kind, the exam, and whose it is. Never what it says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guildmark.packs.model import text_in
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt, Credit
from guildmark_portal.mail import refusals
from guildmark_portal.mail.models import Refusal

_KINDS: Final[Mapping[str, str | Promise]] = {
    "result": _("Result"),
    "revised": _("Result that changed"),
    "credit": _("Added time"),
    "again": _("May sit again"),
    "case.opened": _("Case that was opened"),
    "case.answered": _("Answer to a case"),
    "case.waiting": _("Case that waits"),
    "outage.began": _("Outage"),
    "outage.over": _("Outage"),
    "identity": _("Papers"),
    "identity.provided": _("Papers"),
    "identity.leave": _("Papers"),
    "identity.waiting": _("Papers to review"),
    "terms": _("Terms"),
    "handbook": _("Handbook"),
    "cohort.invited": _("Invitation to a cohort"),
    "cohort.reminded": _("Invitation to a cohort"),
    "cohort.withdrawn": _("Invitation to a cohort"),
    "cohort.accepted": _("Seat in a cohort"),
    "cohort.prolonged": _("Longer window of a cohort"),
}
_OTHER: Final = _("A code, or a notice about the account")
_OF_AN_ATTEMPT: Final = frozenset({"result", "revised", "again"})


@dataclass(frozen=True)
class Row:
    """A letter. `address` leads to what it was about, where whoever reads may open that."""

    refusal: Refusal
    kind: str | Promise
    name: str
    exam: str
    address: str
    can_be_sent: bool


def rows(found: Iterable[Refusal], *, leads_to_desk: bool) -> list[Row]:
    """The letters in their order."""
    letters = list(found)
    people = {one.email.lower(): one.get_full_name() for one in User.objects.filter(email__in={one.address for one in letters})}
    attempts = _attempts(letters)
    return [_row(one, people.get(one.address.lower(), ""), attempts.get(one.pk), leads=leads_to_desk) for one in letters]


def _row(refusal: Refusal, name: str, attempt: Attempt | None, *, leads: bool) -> Row:
    kind, _colon, rest = refusal.job.key.partition(":")
    address = "" if attempt is None else reverse("web:desk_attempt", args=[attempt.pk])
    if kind.startswith("case.") and (case := _uuid(rest.partition(":")[0])) is not None:
        address = reverse("web:desk_case", args=[case])
    return Row(
        refusal=refusal,
        kind=_KINDS.get(kind, _OTHER),
        name=name,
        exam="" if attempt is None else text_in(attempt.exam_version.bank.exam.title, current()),
        address=address if leads else "",
        can_be_sent=refusals.can_be_sent(refusal),
    )


def _attempts(letters: Iterable[Refusal]) -> dict[int, Attempt]:
    """The attempt that each is about, for those that are about one."""
    parts = {one.pk: one.job.key.split(":") for one in letters}
    credited = {number: int(part[1]) for number, part in parts.items() if part[0] == "credit" and part[1].isdecimal()}
    by_credit = dict(Credit.objects.filter(pk__in=credited.values()).values_list("pk", "attempt"))
    named = {number: _uuid(part[1]) for number, part in parts.items() if part[0] in _OF_AN_ATTEMPT}
    named |= {number: by_credit.get(credit) for number, credit in credited.items()}
    known = Attempt.objects.select_related("exam_version").in_bulk([found for found in named.values() if found is not None])
    return {number: known[found] for number, found in named.items() if found in known}


def _uuid(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None
