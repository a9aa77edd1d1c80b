"""The forms about stipends: an application, and a decision."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from guildmark.rules.voucher import ALL
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.queries import announced
from guildmark_portal.stipends.applying import MOST_CHARACTERS, Words, has_stipends
from guildmark_portal.stipends.criteria import listed
from guildmark_portal.stipends.deciding import MOST_CHARACTERS as LONGEST_DECISION
from guildmark_portal.web.voucher_forms import PaidProgramField


class ApplicationForm(forms.Form):
    """What somebody writes. `application_id` is drawn with the form, so that one that is sent twice is one application."""

    application_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    program = PaidProgramField(
        queryset=Program.objects.none(),
        label=_("Exam"),
        to_field_name="slug",
        empty_label=_("Choose an exam"),
        error_messages={"required": _("Choose the exam that you want to sit.")},
    )
    reasons = forms.CharField(
        label=_("What the exam would change for you"),
        help_text=_("And how you prepare for it. A few sentences are enough."),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write a few sentences, in your own words.")},
    )
    circumstances = forms.CharField(
        label=_("Your circumstances, and how much of the fee you can carry"),
        help_text=_("No documents are needed. It is encrypted, and read by those who decide alone."),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write a few sentences, in your own words.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offering = [program for program in announced() if has_stipends(program)]
        field = self.fields["program"]
        if isinstance(field, PaidProgramField):
            field.queryset = Program.objects.filter(pk__in=[program.pk for program in offering])
        if len(offering) == 1:
            field.widget, self.initial["program"] = forms.HiddenInput(), offering[0].slug
        self.initial.setdefault("application_id", uuid4())

    @property
    def words(self) -> Words:
        """What was written, once the form is valid."""
        return Words(self.cleaned_data["reasons"], self.cleaned_data["circumstances"])


class DecisionForm(forms.Form):
    """Which criteria are met, how much of the fee, and what the applicant is told."""

    met = forms.MultipleChoiceField(
        label=_("Which of the criteria are met"), widget=forms.CheckboxSelectMultiple, required=False
    )
    percent = forms.IntegerField(
        label=_("How much of the fee, in percent"),
        help_text=_("100 is all of it, 0 grants nothing."),
        min_value=0,
        max_value=ALL,
    )
    text = forms.CharField(
        label=_("What the applicant is told"),
        help_text=_("They read it as you write it."),
        max_length=LONGEST_DECISION,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write a sentence to the applicant.")},
    )

    def __init__(self, *args: Any, program: Program, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, criteria = self.fields["met"], listed(program.policy.stipend_criteria)
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = criteria
        if not criteria:
            del self.fields["met"]
