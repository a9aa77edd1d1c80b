"""What candidates state about themselves, and what they agree to: facts with their history.

LegalName, Residence: a change is a new row, and the newest one holds; what a certificate showed stays with the certificate.
SittingPlace: where somebody says that they sit an attempt; the newest one of the attempt holds.
PersonStatement: somebody says that they are a natural person. TermsVersion, TermsText: terms as they were published, in every
language of theirs. Acceptance: somebody agreed to them. Nothing of this is ever edited.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guildmark.rules.eligibility import Place


class LegalName(models.Model):
    """A name as it stands on somebody's papers, with its Latin form where the script is another one."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="legal_names", verbose_name=_("user"))
    name = models.CharField(_("legal name"), max_length=200)
    latin_name = models.CharField(_("name in Latin letters"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        """The newest first."""

        ordering: ClassVar[list[str]] = ["-id"]
        verbose_name = _("legal name")
        verbose_name_plural = _("legal names")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(name=""), name="legal_name_is_not_empty")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.latin_name})" if self.latin_name else self.name

    @property
    def in_latin(self) -> str:
        """The name in Latin letters, which it may be by itself."""
        return self.latin_name or self.name


class Residence(models.Model):
    """Where somebody lives. In a country that is embargoed as a whole nothing but the country is asked."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="residences", verbose_name=_("user"))
    country = models.CharField(_("country"), max_length=2)
    region = models.CharField(_("region"), max_length=100, blank=True)
    locality = models.CharField(_("town or city"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    street = models.CharField(_("street and number"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        """The newest first."""

        ordering: ClassVar[list[str]] = ["-id"]
        verbose_name = _("residence")
        verbose_name_plural = _("residences")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(country=""), name="residence_has_a_country")
        ]

    def __str__(self) -> str:
        return self.country

    @property
    def place(self) -> Place:
        """The place, as the rules judge it."""
        return Place(self.country, self.region, self.locality, self.postal_code)


class SittingPlace(models.Model):
    """Where somebody says that they sit an attempt. The attempt stands in a layer above: its id is all that is known of it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sitting_places", verbose_name=_("user"))
    attempt = models.UUIDField(_("attempt"), db_index=True)
    country = models.CharField(_("country"), max_length=2)
    region = models.CharField(_("region"), max_length=100, blank=True)
    declared_at = models.DateTimeField(_("declared at"))

    class Meta:
        """The newest first."""

        ordering: ClassVar[list[str]] = ["-id"]
        verbose_name = _("place of sitting")
        verbose_name_plural = _("places of sitting")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(country=""), name="sitting_place_has_a_country")
        ]

    def __str__(self) -> str:
        return self.country

    @property
    def place(self) -> Place:
        """The place, as the rules judge it."""
        return Place(country=self.country, region=self.region)


class PersonStatement(models.Model):
    """Somebody states that they are a natural person and register for themselves; `wording` is what they read."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="person_statement", verbose_name=_("user")
    )
    wording = models.TextField(_("wording"))
    stated_at = models.DateTimeField(_("stated at"))

    class Meta:
        """How statements are named."""

        verbose_name = _("statement of being a person")
        verbose_name_plural = _("statements of being a person")

    def __str__(self) -> str:
        return f"{self.stated_at:%Y-%m-%d}"


class TermsKind(models.TextChoices):
    """What a document is: terms are agreed to, a privacy notice is taken note of."""

    TERMS = "terms", _("Terms of the exam")
    PRIVACY = "privacy", _("Privacy notice")


class TermsVersion(models.Model):
    """One version of a document, in force from its publication until the next one of its kind."""

    kind = models.CharField(_("kind"), max_length=8, choices=TermsKind.choices)
    version = models.CharField(_("version"), max_length=20)
    published_at = models.DateTimeField(_("published at"))
    published_by = models.CharField(_("published by"), max_length=200)

    class Meta:
        """The newest first; a version is published once."""

        ordering: ClassVar[list[str]] = ["-published_at", "-id"]
        verbose_name = _("version of terms")
        verbose_name_plural = _("versions of terms")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "version"], name="terms_version_once_a_kind"),
            models.CheckConstraint(condition=Q(kind__in=TermsKind.values), name="terms_of_a_known_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}-{self.version}"

    @property
    def slug(self) -> str:
        """Its name in addresses: `terms-1`."""
        return str(self)


class TermsText(models.Model):
    """The text of a version in one language: Markdown."""

    terms = models.ForeignKey(TermsVersion, models.CASCADE, related_name="texts", verbose_name=_("version"))
    language = models.CharField(_("language"), max_length=10)
    text = models.TextField(_("text"))

    class Meta:
        """One text a language."""

        ordering: ClassVar[list[str]] = ["language"]
        verbose_name = _("text of terms")
        verbose_name_plural = _("texts of terms")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["terms", "language"], name="terms_text_once_a_language")
        ]

    def __str__(self) -> str:
        return f"{self.terms} ({self.language})"


class Acceptance(models.Model):
    """Somebody agreed to a version, having it before them in `language`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="acceptances", verbose_name=_("user"))
    terms = models.ForeignKey(TermsVersion, models.PROTECT, related_name="acceptances", verbose_name=_("version"))
    language = models.CharField(_("language"), max_length=10)
    accepted_at = models.DateTimeField(_("accepted at"))

    class Meta:
        """The newest first; a version is accepted once."""

        ordering: ClassVar[list[str]] = ["-id"]
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "terms"], name="terms_accepted_once")
        ]

    def __str__(self) -> str:
        return f"{self.terms}, {self.accepted_at:%Y-%m-%d}"
