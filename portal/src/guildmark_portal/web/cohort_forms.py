"""The forms about cohorts: one is made, gets seats and a teacher; a roster is looked at and imported."""

from typing import Any, Final
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from guildmark.protocol import ExamKind
from guildmark.rules.cohort import LONGEST_SPREAD_MINUTES
from guildmark_portal.cohorts.making import MOST_SEATS, Plan
from guildmark_portal.cohorts.models import LONGEST_NAME, LONGEST_ORGANISATION, LONGEST_REFERENCE, Paid
from guildmark_portal.cohorts.roster import MOST_BYTES
from guildmark_portal.exams.models import Program
from guildmark_portal.web.day_fields import in_reach
from guildmark_portal.web.voucher_forms import PaidProgramField

_PAID: Final = {
    Paid.BOUGHT: _("Bought: the payment is seen"),
    Paid.GRANTED: _("Granted: nobody pays"),
}


def _key() -> str:
    return uuid4().hex


class CohortForm(forms.Form):
    """What a cohort is to be. `once` is new each time that the form is shown: sent twice, one is made."""

    once = forms.CharField(widget=forms.HiddenInput, initial=_key, required=False, max_length=32)
    name = forms.CharField(
        label=_("Name of the cohort"),
        help_text=_("Those who are invited read it, such as a class and a year."),
        max_length=LONGEST_NAME,
    )
    organisation = forms.CharField(
        label=_("Organisation"), help_text=_("Who invites them: letters say so."), max_length=LONGEST_ORGANISATION
    )
    program = PaidProgramField(
        queryset=Program.objects.none(), label=_("Exam"), to_field_name="slug", empty_label=_("Choose an exam")
    )
    opens_at = forms.DateTimeField(
        label=_("Can be begun from (UTC)"),
        help_text=_("In UTC, not in the time of your clock."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        validators=[in_reach],
    )
    closes_at = forms.DateTimeField(
        label=_("Can be begun until (UTC)"),
        help_text=_("Who has begun by then has all of the exam's time."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        validators=[in_reach],
    )
    spread_minutes = forms.IntegerField(
        label=_("Beginnings are spread over so many minutes"),
        help_text=_("0: everybody may begin at once. Otherwise each seat has its own instant, equally spaced."),
        min_value=0,
        max_value=LONGEST_SPREAD_MINUTES,
        initial=0,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["program"]
        if isinstance(field, PaidProgramField):
            field.queryset = Program.objects.filter(is_open=True).exclude(kind=ExamKind.REHEARSAL.value)

    @property
    def plan(self) -> Plan:
        """What was asked for, once the form is valid."""
        given = self.cleaned_data
        return Plan(
            **{name: given[name] for name in ("name", "organisation", "program", "opens_at", "closes_at", "spread_minutes")}
        )


class SeatsForm(forms.Form):
    """A block of seats, and who pays for it."""

    once = forms.CharField(widget=forms.HiddenInput, initial=_key, required=False, max_length=32)
    count = forms.IntegerField(label=_("How many seats"), min_value=1, max_value=MOST_SEATS)
    paid = forms.ChoiceField(
        label=_("Who pays"),
        widget=forms.RadioSelect,
        choices=[(paid.value, words) for paid, words in _PAID.items()],
        initial=Paid.BOUGHT.value,
    )
    reference = forms.CharField(
        label=_("Reference of the payment, or the reason"),
        help_text=_("As the bank's statement shows it, so that others find it there."),
        max_length=LONGEST_REFERENCE,
    )


class ProlongForm(forms.Form):
    """Until when the exam can be begun, later than before."""

    closes_at = forms.DateTimeField(
        label=_("Can be begun until (UTC)"),
        help_text=_("Later than now. Everybody who has not begun gets a letter."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        validators=[in_reach],
    )


class TeacherForm(forms.Form):
    """Whose account sees how far the cohort is."""

    email = forms.EmailField(label=_("Email address of their account"), max_length=254)


class RosterForm(forms.Form):
    """A file, to be looked at before anything is imported."""

    file = forms.FileField(
        label=_("Roster, as a CSV file"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )

    @property
    def content(self) -> bytes:
        """Of what was sent, no more than can be a roster, and a byte that shows that there is more."""
        sent: bytes = self.cleaned_data["file"].read(MOST_BYTES + 1)
        return sent


class ImportForm(forms.Form):
    """What was looked at, to be imported now."""

    roster = forms.CharField(widget=forms.HiddenInput, strip=False, max_length=MOST_BYTES)
