"""The forms about vouchers: one is used, a batch is made."""

from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guildmark.protocol import ExamKind
from guildmark.rules.money import Money, NoAmount
from guildmark.rules.voucher import VoucherKind, VoucherValue
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.queries import announced
from guildmark_portal.vouchers.codes import LONGEST_TYPED
from guildmark_portal.vouchers.making import MOST_CODES, MOST_USES, Plan
from guildmark_portal.vouchers.models import LONGEST_NAME
from guildmark_portal.web.day_fields import in_reach
from guildmark_portal.web.offers import title_of

_KINDS: Final = {
    VoucherKind.FULL: _("All of the fee"),
    VoucherKind.PERCENT: _("A share of the fee"),
    VoucherKind.AMOUNT: _("An amount"),
}


def _key() -> str:
    return uuid4().hex


class PaidProgramField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic for the type checker alone
    """A program that costs something, by the title of its exam."""

    def label_from_instance(self, obj: Program) -> str:
        """The title, in the language of the reader."""
        return title_of(obj)


def paid_programs() -> list[Program]:
    """The programs that take attempts and cost something."""
    return [program for program in announced() if not program.is_free]


class VoucherForm(forms.Form):
    """A code, and the exam that it is to pay; where there is one exam alone, that one."""

    code = forms.CharField(
        label=_("Code of the voucher"),
        help_text=_("Eighteen letters and digits in three groups, such as 7KXQ2M-VPRT43-9ABCDE."),
        max_length=LONGEST_TYPED,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "code"}
        ),
        error_messages={"required": _("Type the code that stands on the voucher.")},
    )
    program = PaidProgramField(
        queryset=Program.objects.none(),
        label=_("Exam"),
        to_field_name="slug",
        empty_label=_("Choose an exam"),
        error_messages={
            "required": _("Choose the exam that it is to pay."),
            "invalid_choice": _(
                "This exam costs nothing, or takes no new attempts. Keep the voucher; for a free exam, register at /exam/."
            ),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programs, field = paid_programs(), self.fields["program"]
        if isinstance(field, PaidProgramField):
            field.queryset = Program.objects.filter(pk__in=[program.pk for program in programs])
        if len(programs) == 1:
            field.widget, self.initial["program"] = forms.HiddenInput(), programs[0].slug


class BatchForm(forms.Form):
    """What a batch is to be. `once` is new each time that the form is shown: sent twice, one batch is made."""

    once = forms.CharField(widget=forms.HiddenInput, initial=_key, required=False, max_length=32)
    name = forms.CharField(
        label=_("Name of the batch"),
        help_text=_("For the desk, such as a school and a year."),
        max_length=LONGEST_NAME,
    )
    program = PaidProgramField(
        queryset=Program.objects.none(),
        label=_("Exam"),
        to_field_name="slug",
        empty_label=_("Any exam"),
        required=False,
    )
    kind = forms.ChoiceField(
        label=_("What each voucher pays"),
        widget=forms.RadioSelect,
        choices=[(kind.value, words) for kind, words in _KINDS.items()],
        initial=VoucherKind.FULL.value,
    )
    percent = forms.IntegerField(
        label=_("Percent, for a share"), min_value=1, max_value=100, required=False, widget=forms.NumberInput
    )
    amount = forms.DecimalField(label=_("Amount, such as 30 or 29.50"), min_value=Decimal(0), max_digits=12, required=False)
    currency = forms.RegexField(
        label=_("Currency of the amount"),
        regex=r"^[A-Z]{3}$",
        max_length=3,
        required=False,
        help_text=_("Three capital letters, such as USD."),
        error_messages={"invalid": _("Write three capital letters, such as USD.")},
    )
    count = forms.IntegerField(label=_("How many codes"), min_value=1, max_value=MOST_CODES, initial=1)
    uses = forms.IntegerField(
        label=_("Uses of each code"),
        help_text=_("Each person uses a code once."),
        min_value=1,
        max_value=MOST_USES,
        initial=1,
    )
    valid_from = forms.DateField(
        label=_("First day (may be left empty)"),
        widget=forms.DateInput(attrs={"type": "date"}),
        required=False,
        validators=[in_reach],
    )
    valid_until = forms.DateField(
        label=_("Last day (may be left empty)"),
        widget=forms.DateInput(attrs={"type": "date"}),
        required=False,
        validators=[in_reach],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["program"]
        if isinstance(field, PaidProgramField):
            paid = [program.pk for program in Program.objects.filter(kind=ExamKind.LIVE.value) if not program.is_free]
            field.queryset = Program.objects.filter(pk__in=paid)

    def clean(self) -> dict[str, Any]:
        """Make the plan's value; what is missing goes beside its field."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            cleaned["value"] = self._value(cleaned)
        return cleaned

    def _value(self, cleaned: dict[str, Any]) -> VoucherValue | None:
        kind = VoucherKind(cleaned["kind"])
        if kind is VoucherKind.FULL:
            return VoucherValue(kind)
        if kind is VoucherKind.PERCENT:
            if cleaned["percent"]:
                return VoucherValue.share(cleaned["percent"])
            self.add_error("percent", gettext("Say how many percent."))
            return None
        if not cleaned["amount"] or not cleaned["currency"]:
            self.add_error("amount", gettext("Say how much, and in which currency."))
            return None
        try:
            return VoucherValue.of(Money.of(cleaned["amount"], cleaned["currency"]))
        except NoAmount:
            self.add_error("amount", gettext("This currency has no coin as small as that."))
            return None

    @property
    def plan(self) -> Plan:
        """What was asked for, once the form is valid."""
        given = self.cleaned_data
        first: date | None = given["valid_from"]
        return Plan(
            name=given["name"],
            value=given["value"],
            count=given["count"],
            uses=given["uses"],
            program=given["program"],
            valid_from=first,
            valid_until=given["valid_until"],
        )
