"""The forms of owners about exam versions: the next step, and who sits a pilot."""

from collections.abc import Iterable
from typing import Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from guildmark.rules.exam_stage import Stage
from guildmark_portal.exams.stages import LONGEST_REASON, name_of

_LONGEST_LIST: Final = 4000


class StepForm(forms.Form):
    """Where a version goes, and why. `seen` is where it stood when the form was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=7)
    to = forms.ChoiceField(label=gettext_lazy("The next stage"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("It stays in the history."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why.")},
    )
    override = forms.BooleanField(label=gettext_lazy("Take the step although something is missing for it"), required=False)

    def __init__(self, data: QueryDict | None, *, stage: Stage, steps: Iterable[Stage], lacks: bool) -> None:
        super().__init__(data, initial={"seen": stage.value})
        chosen = self.fields["to"]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = [(step.value, name_of(step)) for step in steps]
        if not lacks:
            del self.fields["override"]


class InviteForm(forms.Form):
    """Addresses, one a line or with commas between."""

    emails = forms.CharField(
        label=gettext_lazy("Email addresses"),
        help_text=gettext_lazy("One a line. Whoever has proved one of them sits the pilot once, at no cost."),
        max_length=_LONGEST_LIST,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write at least one address.")},
    )

    @property
    def addresses(self) -> list[str]:
        """What was written, without what stands between."""
        written: str = self.cleaned_data["emails"]
        return written.replace(",", " ").replace(";", " ").split()
