"""The forms about orders: one for each thing that staff does about them."""

from typing import Final
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy

from guildmark_portal.orders.models import LONGEST_REASON

_LONGEST_REFERENCE = 200


def _key() -> str:
    return uuid4().hex


class RefundForm(forms.Form):
    """Why all that is held goes back. `once` is new each time that the form is shown: sent twice, it is asked once."""

    once = forms.CharField(widget=forms.HiddenInput, initial=_key, required=False, max_length=32)
    reason = forms.CharField(
        label=gettext_lazy("The reason"),
        help_text=gettext_lazy("Its buyer reads it as you write it."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why.")},
    )


class ReferenceForm(forms.Form):
    """The reference of a payment that was seen elsewhere."""

    reference = forms.CharField(
        label=gettext_lazy("Reference of the payment"),
        help_text=gettext_lazy("As the bank's statement shows it, so that others find it there."),
        max_length=_LONGEST_REFERENCE,
        error_messages={"required": gettext_lazy("Write the reference down.")},
    )


class SeenForm(forms.Form):
    """What came of looking at a dispute."""

    note = forms.CharField(
        label=gettext_lazy("What you did about it"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say what you did.")},
    )


ACTS: Final[dict[str, type[forms.Form]]] = {
    "refund": RefundForm,
    "confirm": ReferenceForm,
    "returned": ReferenceForm,
    "seen": SeenForm,
}
"""What is done about an order, by the name that its form sends."""
