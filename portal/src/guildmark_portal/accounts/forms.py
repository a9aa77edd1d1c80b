"""What a person fills in about the account."""

import unicodedata
from typing import Any, Final

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from guildmark_portal.accounts.models import Role, User

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS: Final = frozenset("\u200c\u200d")  # letters of Persian and of Indian scripts need them


class NameForm(forms.Form):
    """The name, as it will stand on a certificate; allauth's sign-up form is built on it."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("As it should stand on your certificate."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_name(self) -> str:
        """The name in composed form, with single spaces. Refuses what cannot be seen and may turn the text around it."""
        name = " ".join(unicodedata.normalize("NFC", self.cleaned_data["name"]).split())
        unseen = {letter for letter in name if unicodedata.category(letter) in _UNSEEN} - _JOINERS
        if unseen:
            raise forms.ValidationError(_("The name holds characters that cannot be seen. Type it again by hand."))
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
        self.fields["name"].max_length = 100

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
