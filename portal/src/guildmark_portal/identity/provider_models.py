"""What a provider of identity checks was asked and told; where a session stands is computed from it.

No name, number, picture or address of a session stands in a column.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guildmark.rules.eligibility import OnPapers
from guildmark.rules.identity_session import NameForm, Told


class ProviderSession(models.Model):
    """A session at a provider. `name_agrees`: whether the name on the document is the profile's; None before it was held so.

    `agreed_form` says which of the profile's names that was: the one that a certificate may carry. `address` says what was
    found of the address on the document, empty if it was not asked for. `language` is the candidate's when they began.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    of_check = models.ForeignKey(
        "identity.Check", models.CASCADE, related_name="provider_sessions", verbose_name=_("identity check")
    )
    provider = models.CharField(_("provider"), max_length=20)
    reference = models.CharField(_("the provider's number"), max_length=200)
    started_at = models.DateTimeField(_("started at"))
    name_agrees = models.BooleanField(_("the name agrees"), null=True, blank=True)
    agreed_form = models.CharField(
        _("form of the name that agrees"), max_length=5, blank=True, choices=[(form.value, form.value) for form in NameForm]
    )
    compared_at = models.DateTimeField(_("name compared at"), null=True, blank=True)
    address = models.CharField(
        _("address on the document"), max_length=9, blank=True, choices=[(found.value, found.value) for found in OnPapers]
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    redaction_asked_at = models.DateTimeField(_("redaction asked at"), null=True, blank=True)

    class Meta:
        """The newest last."""

        ordering: ClassVar[list[str]] = ["started_at", "id"]
        verbose_name = _("session at a provider")
        verbose_name_plural = _("sessions at a provider")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["provider", "reference"], name="a_reference_once_a_provider"),
            models.CheckConstraint(
                condition=Q(name_agrees=None, compared_at=None) | Q(name_agrees__isnull=False, compared_at__isnull=False),
                name="compared_at_some_time",
            ),
            models.CheckConstraint(condition=Q(agreed_form="") | Q(name_agrees=True), name="a_form_only_where_it_agrees"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ProviderMessage(models.Model):
    """One thing that the provider told of a session, kept once however often it was delivered. `told_at` is its own time."""

    session = models.ForeignKey(ProviderSession, models.CASCADE, related_name="messages", verbose_name=_("session"))
    event = models.CharField(_("the provider's event"), max_length=200)
    told = models.CharField(_("what it tells"), max_length=16, choices=[(told.value, told.value) for told in Told])
    reasons = models.JSONField(_("reasons"), default=list)
    told_at = models.DateTimeField(_("told at"))
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        """In the provider's order."""

        ordering: ClassVar[list[str]] = ["told_at", "id"]
        verbose_name = _("message of a provider")
        verbose_name_plural = _("messages of a provider")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["session", "event"], name="an_event_once"),
        ]

    def __str__(self) -> str:
        return self.told
