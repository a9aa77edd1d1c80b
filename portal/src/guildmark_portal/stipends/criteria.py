"""The criteria by which applications are decided, in words. A program settles them (`stipend_criteria`)."""

from typing import Final

from django.utils.translation import gettext_lazy as _

_KNOWN: Final = {
    "need": _("The fee, or a part of it, is more than the applicant can carry."),
    "reasons": _("The application says what the exam would change for the applicant."),
    "readiness": _("The applicant prepares for the exam, and can sit it before the stipend ends."),
}


def wording_of(criterion: str) -> str:
    """The criterion as applicants and staff read it; one that a program wrote itself stands as it is."""
    return str(_KNOWN.get(criterion, criterion))


def listed(criteria: tuple[str, ...] | list[str]) -> list[tuple[str, str]]:
    """Each criterion with its words."""
    return [(criterion, wording_of(criterion)) for criterion in criteria]
