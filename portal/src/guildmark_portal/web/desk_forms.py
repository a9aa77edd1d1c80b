"""The forms of the desk."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.rules.accommodation import LONGEST_BREAK_MINUTES, MOST_BREAKS, MOST_PERCENT
from guildmark.rules.case import CaseKind, Outcome
from guildmark_portal.operations.admission import MOST_CHARACTERS
from guildmark_portal.operations.granting import Accommodated
from guildmark_portal.web.case_wording import OUTCOMES
from guildmark_portal.web.day_fields import in_reach

_LONGEST_INSTANT = 40
_LONGEST_REASON = 500
_MOST_MINUTES = 24 * 60
_SAY_WHY = gettext_lazy("Say why.")


def _words(
    label: Any, read_by: Any, *, missing: Any = _SAY_WHY, longest: int = MOST_CHARACTERS, rows: int = 3
) -> forms.CharField:
    """A text that somebody else reads; `missing` is said where there is none."""
    return forms.CharField(
        label=label,
        help_text=read_by,
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing},
    )


class AnswerForm(forms.Form):
    """What is answered to a case."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Your decision"),
        widget=forms.RadioSelect,
        choices=[(outcome.value, said.word) for outcome, said in OUTCOMES.items()],
        error_messages={"required": gettext_lazy("Choose one of the three.")},
    )
    text = _words(
        gettext_lazy("The answer, with its reasons"),
        gettext_lazy("The candidate reads it as you write it."),
        missing=gettext_lazy("An answer gives its reasons."),
        rows=8,
    )


class CertificateForm(forms.Form):
    """Why a certificate is revoked, suspended or reinstated."""

    reason = _words(
        gettext_lazy("The reason"),
        gettext_lazy("Its holder reads it as you write it. Whoever checks the certificate does not."),
        longest=_LONGEST_REASON,
    )


class QuestionForm(forms.Form):
    """What the candidate is asked before there is an answer."""

    text = _words(
        gettext_lazy("Your question"),
        gettext_lazy("The candidate gets a letter, and replies on the page of the case. It goes on waiting."),
        missing=gettext_lazy("Write what you ask."),
        rows=4,
    )


class RevokeForm(forms.Form):
    """Why an accommodation is revoked."""

    text = _words(gettext_lazy("Why it is revoked"), gettext_lazy("The candidate reads it as you write it."))


class AccommodationAnswerForm(AnswerForm):
    """The same for an accommodation: what is granted is applied to every attempt that begins."""

    percent = forms.IntegerField(
        label=gettext_lazy("Extra time, in percent of the exam's own"), min_value=0, max_value=MOST_PERCENT, required=False
    )
    breaks = forms.IntegerField(label=gettext_lazy("Breaks in an exam"), min_value=0, max_value=MOST_BREAKS, required=False)
    break_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes of each break"), min_value=0, max_value=LONGEST_BREAK_MINUTES, required=False
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Leave it empty if it holds until somebody revokes it."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[in_reach],
    )
    field_order = ("outcome", "percent", "breaks", "break_minutes", "ends_on", "text")

    @property
    def accommodated(self) -> Accommodated:
        """What was entered."""
        numbers = {name: self.cleaned_data.get(name) or 0 for name in ("percent", "breaks", "break_minutes")}
        return Accommodated(**numbers, ends_on=self.cleaned_data.get("ends_on"))


def answer_form(kind: CaseKind, data: Any = None) -> AnswerForm:
    """The form for a case of that kind."""
    return (AccommodationAnswerForm if kind is CaseKind.ACCOMMODATION else AnswerForm)(data)


def question_form(data: Any = None) -> QuestionForm:
    """The form beside that of the answer."""
    return QuestionForm(data, auto_id="id_question_%s")


def revoke_form(number: int, data: Any = None) -> RevokeForm:
    """The form beside the accommodation with that number."""
    return RevokeForm(data, auto_id=f"id_revoke_{number}_%s")


def outcome_of(form: AnswerForm) -> Outcome:
    """What was chosen."""
    return Outcome(form.cleaned_data["outcome"])


def _key() -> str:
    return uuid4().hex


class _ActForm(forms.Form):
    """An act on an attempt, with its reason. `once` is new each time that the form is shown: sent twice, it is done once."""

    once = forms.CharField(widget=forms.HiddenInput, initial=_key, required=False, max_length=32)

    @property
    def words(self) -> dict[str, str]:
        """The reason and the key, as services take them."""
        return {"reason": self.cleaned_data["reason"], "once": self.cleaned_data["once"]}


class RegradeForm(_ActForm):
    """Why a submission is graded once more."""

    submission = forms.CharField(widget=forms.HiddenInput, max_length=36)
    reason = _words(
        gettext_lazy("Why it is graded once more"), gettext_lazy("It stays beside the new report."), longest=_LONGEST_REASON
    )


class RulingForm(_ActForm):
    """Which report stands, and why. `confirmed` are the points that were shown before a ruling that lowers the result."""

    report = forms.CharField(widget=forms.HiddenInput, max_length=20)
    confirmed = forms.CharField(widget=forms.HiddenInput, required=False, max_length=8)
    reason = _words(
        gettext_lazy("Why this report stands"),
        gettext_lazy("The candidate is told if it changes the result."),
        longest=_LONGEST_REASON,
    )


class CreditForm(_ActForm):
    """Time that is added to an attempt."""

    minutes = forms.IntegerField(label=gettext_lazy("Minutes to add"), min_value=1, max_value=_MOST_MINUTES)
    reason = forms.CharField(
        label=gettext_lazy("Why time is added"),
        help_text=gettext_lazy("The candidate is told."),
        max_length=200,
        error_messages={"required": _SAY_WHY},
    )


class OutageForm(forms.Form):
    """An outage that nobody measured. An instant that names no time zone is in UTC."""

    began_at = forms.CharField(
        label=gettext_lazy("Began (UTC)"),
        help_text=gettext_lazy("In UTC, not in the time of your clock."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}),
        validators=[MaxLengthValidator(_LONGEST_INSTANT)],
    )
    ended_at = forms.CharField(
        label=gettext_lazy("Ended (UTC)"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}),
        validators=[MaxLengthValidator(_LONGEST_INSTANT)],
    )
    reason = forms.CharField(
        label=gettext_lazy("What failed"), help_text=gettext_lazy("Every candidate whom it touched is told."), max_length=200
    )
    is_long = forms.BooleanField(
        label=gettext_lazy("It did last longer than three days."), required=False, widget=forms.HiddenInput
    )

    def ask_whether_it_is_long(self) -> None:
        """Show the box to tick."""
        self.fields["is_long"].widget = forms.CheckboxInput()

    def clean_began_at(self) -> datetime:
        """The instant."""
        return _instant(self.cleaned_data["began_at"])

    def clean_ended_at(self) -> datetime:
        """The instant."""
        return _instant(self.cleaned_data["ended_at"])


def _instant(written: str) -> datetime:
    try:
        instant = datetime.fromisoformat(written.strip())
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise forms.ValidationError(_("Write the day and the time in UTC, such as 2026-01-15T12:00.")) from error
