"""What a person fills in to get an account, beside the address."""

import unicodedata
from typing import Final

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from guildmark_portal.accounts.models import User

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
