"""What a person fills in about the account."""

import unicodedata
from datetime import date
from typing import Any, Final

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from guildmark.rules.names import hidden_characters
from guildmark_portal import clock
from guildmark_portal.accounts.models import Role, User
from guildmark_portal.accounts.recovery_models import LONGEST_REASON, SHORTEST_REASON

_LONGEST_KEY_NAME: Final = 100


class NameForm(forms.Form):
    """What somebody is called, on certificates too where no legal name was given; allauth's sign-up form is built on it."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("What we call you in letters. A certificate carries it too, unless you enter a legal name."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_name(self) -> str:
        """The name in composed form, with single spaces. Refuses what cannot be seen and may turn the text around it."""
        name = " ".join(unicodedata.normalize("NFC", self.cleaned_data["name"]).split())
        if hidden_characters(name):
            raise forms.ValidationError(_("The name holds characters that cannot be seen. Type it again by hand."))
        if not any(sign.isalnum() for sign in name):
            raise forms.ValidationError(_("Enter a name with letters in it."))
        return name

    def signup(self, request: HttpRequest, user: User) -> None:  # noqa: ARG002 - the framework's signature
        """Keep the name with the account."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey. Every one signs in by itself, so each must have checked who holds it."""

    passwordless = None
    field_order = ("name", "credential")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the passkey")
        self.fields["name"].help_text = _("To tell it from your others, such as: laptop, phone, blue key.")
        self.fields["name"].max_length = _LONGEST_KEY_NAME  # for the page; what is sent is held against the validator
        self.fields["name"].validators.append(MaxLengthValidator(_LONGEST_KEY_NAME))

    def clean(self) -> dict[str, Any]:
        """As allauth's, with the check that it asks of passkeys that sign in by themselves."""
        self.cleaned_data["passwordless"] = True
        cleaned: dict[str, Any] = super().clean()
        return cleaned


class FreshCodeForm(forms.Form):
    """The code that was sent for a fresh sign-in."""

    code = forms.CharField(
        label=_("Code"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True})
    )


class RoleForm(forms.Form):
    """A role for an account."""

    email = forms.EmailField(label=_("Email address"), help_text=_("Of an account that exists."))
    role = forms.ChoiceField(label=_("Role"), choices=[("", _("Choose a role")), *Role.choices])


class ClosingForm(forms.Form):
    """Whose account is closed, and when they asked for it."""

    email = forms.EmailField(label=_("Email address"), help_text=_("Of the account that is deleted."))
    asked_on = forms.DateField(
        label=_("Date of the written request"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    understood = forms.BooleanField(
        label=_("I have the request in writing, and know who wrote it. Nothing can be brought back.")
    )

    def fill_in(self) -> list[forms.BoundField]:
        """The fields before the box to tick."""
        return [self["email"], self["asked_on"]]

    def clean_asked_on(self) -> date:
        """A day that has begun."""
        day: date = self.cleaned_data["asked_on"]
        if day > clock.now().date():
            raise forms.ValidationError(_("This day is yet to come. Enter the date on the request."))
        return day


class RecoveryForm(forms.Form):
    """Whose second step is lost, and how support knows."""

    email = forms.EmailField(label=_("Email address"), help_text=_("Of the account whose second step is lost."))
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("How you know that the person asks, and what they have lost. The person reads it."),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
