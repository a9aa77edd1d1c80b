"""Certificates, as they were signed, and what happened to them since.

Certificate: one signed document, its Open Badge, and its place on the status lists. CertificateEvent: what happened to it;
what it is worth is computed from these by `guildmark.rules.credential`. StatusList: a list as it was last signed.
NameChoice: in which form somebody wants the own name on certificates. ExpiryReminder: that its holder was reminded of its end.
"""

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guildmark.rules.credential import Happening, Standing, StatusPurpose, standing
from guildmark_portal.exams.models import Attempt

_LONGEST_REASON = 500


class Certificate(models.Model):
    """A certificate of one passed attempt. `document` is the signed `protocol.Certificate`; the columns repeat it to search.

    `credential` is the same as an Open Badge 3.0, signed, and `jwt` as a VC-JWT; both are empty until they are made, right
    after it is issued. `status_list` and `status_index` are its place on the status lists. `replaces` is the certificate
    of the same attempt in whose place it came (another name); `renews` the holder's earlier one of the same program.
    """

    identifier = models.CharField(_("identifier"), max_length=20, unique=True)
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="certificates", verbose_name=_("attempt"))
    holder = models.CharField(_("holder"), max_length=200)
    demonstration = models.BooleanField(_("demonstration"))
    issued_on = models.DateField(_("issued on"))
    expires_on = models.DateField(_("expires on"))
    document = models.JSONField(_("signed document"))
    issued_at = models.DateTimeField(_("issued at"))
    credential: "models.JSONField[dict[str, Any] | None, dict[str, Any] | None]" = models.JSONField(
        _("Open Badge"), null=True, blank=True, editable=False
    )
    jwt = models.TextField(_("Open Badge as JWT"), blank=True, editable=False)
    status_list = models.PositiveIntegerField(_("status list"), null=True, blank=True, editable=False)
    status_index = models.PositiveIntegerField(_("place on the status list"), null=True, blank=True, editable=False)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replacement", verbose_name=_("replaces")
    )
    renews = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="renewal", verbose_name=_("renews")
    )
    mailed_at = models.DateTimeField(_("mailed at"), null=True, blank=True, editable=False)

    class Meta:
        """The newest first; an attempt has one certificate, and others only in the place of it."""

        ordering: ClassVar[list[str]] = ["-issued_at", "-id"]
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["attempt"], condition=Q(replaces=None), name="issued_once_an_attempt"),
            models.UniqueConstraint(fields=["status_list", "status_index"], name="one_place_on_a_status_list"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["expires_on"], name="certificate_by_expiry"),
        ]

    def __str__(self) -> str:
        return self.identifier

    @property
    def happened(self) -> tuple[Happening, ...]:
        """What happened to it, the oldest first."""
        return tuple(Happening(event.kind) for event in self.events.all())

    def standing(self, *, today: date) -> Standing:
        """What it is worth on `today`."""
        return standing(self.happened, expires_on=self.expires_on, today=today)


class NameKey(models.TextChoices):
    """The forms of a name: in its own script, in Latin letters, or one beside the other."""

    OWN = "own", _("own script")
    LATIN = "latin", _("Latin letters")
    BOTH = "both", _("both")


class NameChoice(models.Model):
    """The form of the name that somebody wants on certificates."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="name_choice", verbose_name=_("user"))
    form = models.CharField(_("form of the name"), max_length=5, choices=NameKey.choices)
    chosen_at = models.DateTimeField(_("chosen at"))

    class Meta:
        """How choices are named."""

        verbose_name = _("form of the name")
        verbose_name_plural = _("forms of the name")

    def __str__(self) -> str:
        return f"{self.user}: {self.form}"


class CertificateEvent(models.Model):
    """Something that happened to a certificate. Its holder reads the `reason`; anybody reads only what happened."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="events", verbose_name=_("certificate"))
    kind = models.CharField(_("what happened"), max_length=10, choices=[(kind.value, kind.value) for kind in Happening])
    reason = models.CharField(_("reason"), max_length=_LONGEST_REASON, blank=True)
    happened_at = models.DateTimeField(_("happened at"))
    actor = models.CharField(_("by"), max_length=200)

    class Meta:
        """In the order in which it happened; only a suspension comes more than once."""

        ordering: ClassVar[list[str]] = ["id"]
        verbose_name = _("event of a certificate")
        verbose_name_plural = _("events of certificates")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["certificate", "kind"],
                condition=~Q(kind__in=[Happening.SUSPENDED.value, Happening.REINSTATED.value]),
                name="happens_once_to_a_certificate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate} {self.kind}"


class ExpiryReminder(models.Model):
    """That its holder was reminded, so many days before its end, as the program asks for it."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="reminders", verbose_name=_("certificate"))
    days = models.PositiveIntegerField(_("days before the end"))
    written_at = models.DateTimeField(_("written at"))

    class Meta:
        """Each reminder once."""

        verbose_name = _("reminder of a certificate's end")
        verbose_name_plural = _("reminders of certificates' ends")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["certificate", "days"], name="reminded_once"),
        ]

    def __str__(self) -> str:
        return f"{self.certificate}: {self.days}"


class StatusList(models.Model):
    """A status list as it was last signed, when it knew of `known_events` that happened to its certificates."""

    number = models.PositiveIntegerField(_("number"))
    purpose = models.CharField(_("purpose"), max_length=10, choices=[(one.value, one.value) for one in StatusPurpose])
    credential: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(_("signed list"))
    signed_at = models.DateTimeField(_("signed at"))
    known_events = models.PositiveBigIntegerField(_("known events"), default=0)

    class Meta:
        """One of each."""

        verbose_name = _("status list")
        verbose_name_plural = _("status lists")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["number", "purpose"], name="one_status_list_of_each"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.purpose}"


from guildmark_portal.credentials.provider_models import Handover as Handover  # noqa: E402, PLC0414 - a model of this application
