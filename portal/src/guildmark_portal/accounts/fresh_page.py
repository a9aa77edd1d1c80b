"""`/accounts/reauthenticate/`: a code by mail, for a fresh sign-in of somebody without passkey and authenticator app."""

from typing import Any

from allauth.account.views import BaseReauthenticateView
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from guildmark_portal.accounts import fresh
from guildmark_portal.accounts.forms import FreshCodeForm
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.people import signed_in


class FreshSignIn(BaseReauthenticateView):  # type: ignore[misc]
    """Sends the code when asked to, takes it, and goes on with what was about to be done."""

    form_class = FreshCodeForm
    template_name = "account/reauthenticate.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """`action=send` sends a code; anything else is one that was typed."""
        if request.POST.get("action") == "send":
            return self._send(request)
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Go on if the code is right."""
        if not fresh.enter_code(self.request, self._person, form.cleaned_data["code"]):
            form.add_error("code", self._what_now())
            again: HttpResponse = self.form_invalid(form)
            return again
        response: HttpResponse = super().form_valid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page says."""
        more = {"email": self._person.email, "is_code_waiting": fresh.is_code_waiting(self.request)}
        return {**super().get_context_data(**kwargs), **more}

    def _send(self, request: HttpRequest) -> HttpResponse:
        is_new_one = fresh.is_code_waiting(request)
        fresh.send_code(request, self._person)
        if is_new_one:
            messages.success(request, _("A new message is on its way. Only the newest code counts."))
        return HttpResponseRedirect(request.get_full_path())

    @property
    def _person(self) -> User:
        return signed_in(self.request)

    def _what_now(self) -> str:
        if fresh.is_code_waiting(self.request):
            return _("This is not the code of the newest message. Type it again as it stands there.")
        return _("This code is no longer valid. Ask for a new one.")


show = login_required(FreshSignIn.as_view())
