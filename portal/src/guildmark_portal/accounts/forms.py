"""What a person fills in to get an account, beside the address."""

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from guildmark_portal.accounts.models import User


class NameForm(forms.Form):
    """The name, as it will stand on a certificate; allauth's sign-up form is built on it."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("As it should stand on your certificate."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def signup(self, request: HttpRequest, user: User) -> None:  # noqa: ARG002 - the framework's signature
        """Keep the name with the account."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
