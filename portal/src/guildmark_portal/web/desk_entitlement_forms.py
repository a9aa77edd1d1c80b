"""The forms about rights to sit."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy

from guildmark.protocol import ExamKind
from guildmark_portal.exams.models import Program
from guildmark_portal.web.day_fields import in_reach

_LONGEST_REASON = 500


def _key() -> str:
    return uuid4().hex


class ProgramField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic for the type checker alone
    """A program by its title, and by its name in addresses, which tells two of one title apart."""

    def label_from_instance(self, obj: Program) -> str:
        """`Practitioner (practitioner)`."""
        return f"{obj.title} ({obj.slug})"


class GrantForm(forms.Form):
    """Who gets the right to sit what. `once` is new each time that the form is shown: sent twice, it is granted once."""

    once = forms.CharField(widget=forms.HiddenInput, initial=_key, required=False, max_length=32)
    address = forms.EmailField(
        label=gettext_lazy("Email address"),
        help_text=gettext_lazy("Of an account, or of somebody who has none yet: whoever proves this address gets it."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    program = ProgramField(
        queryset=Program.objects.exclude(kind=ExamKind.REHEARSAL.value),
        label=gettext_lazy("Exam"),
        to_field_name="slug",
        empty_label=gettext_lazy("Choose an exam"),
    )
    until = forms.DateField(
        label=gettext_lazy("Last day (may be left empty)"),
        help_text=gettext_lazy("The exam is begun by then. Left empty, it is as long as the program settles."),
        widget=forms.DateInput(attrs={"type": "date"}),
        required=False,
        validators=[in_reach],
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it is granted"),
        help_text=gettext_lazy("It stays beside it. For a payment, write its reference."),
        max_length=_LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why.")},
    )


class GiveOnForm(forms.Form):
    """To whom a right to sit is given, and why."""

    address = forms.EmailField(
        label=gettext_lazy("Email address of the other person"),
        help_text=gettext_lazy("Whoever has proved it, or proves it later, gets the right, with the same last day."),
        max_length=254,
    )
    reason = forms.CharField(
        label=gettext_lazy("The reason"),
        help_text=gettext_lazy("Its holder reads it as you write it."),
        max_length=_LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why.")},
    )


class TakeBackForm(forms.Form):
    """Why a right to sit is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("The reason"),
        help_text=gettext_lazy("Its holder reads it as you write it."),
        max_length=_LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why.")},
    )
