"""Codes of authenticator apps, each of which counts once for as long as it could be taken."""

from typing import Any, Final

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.validators import MaxLengthValidator
from django.utils.crypto import salted_hmac

_SALT: Final = "guildmark.app-code"
_LONGEST: Final = 40


class _Once(forms.Form):
    """Allauth remembers for one step of the clock what was entered; with its tolerance a code lives for several."""

    authenticator: Authenticator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].validators.append(MaxLengthValidator(_LONGEST))

    def clean_code(self) -> str:
        """The code, if it is right and was not entered before."""
        code: str = super().clean_code()  # type: ignore[misc]  # of the form beside it
        if self.authenticator.type == Authenticator.Type.TOTP and not _is_first(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SignInForm(_Once, AuthenticateForm):  # type: ignore[misc]
    """The second step of a sign-in."""


class FreshSignInForm(_Once, ReauthenticateForm):  # type: ignore[misc]
    """A fresh sign-in."""


def _is_first(authenticator: Authenticator, code: str) -> bool:
    """Whether the code is entered for the first time; it is marked for all steps in which it is taken."""
    digits = "".join(sign for sign in code if sign.isdigit())
    mark = salted_hmac(_SALT, f"{authenticator.pk}:{digits}", algorithm="sha256").hexdigest()
    seconds = app_settings.TOTP_PERIOD * (2 * settings.MFA_TOTP_TOLERANCE + 1)
    return bool(cache.add(f"guildmark.app-code:{mark}", "used", timeout=seconds))
