"""The right to sit that stands for a seat that was taken, and the way back from a right to its seat.

It is granted once for the taking, and may have been given on since (`entitling.transfer`): both ways follow that.
"""

from typing import Final

from guildmark_portal.cohorts.models import Taking
from guildmark_portal.exams.models import Entitlement, Voided

SOURCE: Final = "cohort"
_SEAT: Final = "seat:"
_MOVED: Final = "moved:"


def rights_of(takings: list[Taking]) -> dict[int, Entitlement]:
    """The right that stands now, by the number of the taking; a query for all of them, and one more for each giving on."""
    numbers = {taking.once: taking.pk for taking in takings}
    found = dict[int, Entitlement]()
    while numbers:
        following = {}
        for right in Entitlement.objects.filter(once__in=numbers).select_related("program"):
            found[numbers[right.once]] = right
            if right.voided == Voided.MOVED.value:
                following[f"{_MOVED}{right.pk}"] = numbers[right.once]
        numbers = following
    return found


def taking_of(right: Entitlement) -> Taking | None:
    """The seat that was taken for it; None of a right that is no cohort's."""
    if right.source != SOURCE:
        return None
    once = right.once
    while once.startswith(_MOVED):
        before = Entitlement.objects.filter(pk=once.removeprefix(_MOVED)).values_list("once", flat=True).first()
        once = before or ""
    number = once.removeprefix(_SEAT)
    if not once.startswith(_SEAT) or not number.isdecimal():
        return None
    return Taking.objects.select_related("seat", "invitation__cohort__program").filter(pk=number).first()
