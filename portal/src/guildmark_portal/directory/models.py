"""Who asked to be found, and with what: nothing stands here that its holder did not choose to show.

Listing: a holder in the network, as the public sees them; without a row there is nothing to find. ListedCertificate: one that
they show; it is copied here so that a search reads no other table. SearchKey: what somebody may type to find a holder.
UsedSlug: an address that was given away once, so that nobody else ever answers there. Message: what was passed on to a holder.

`newest_on` and `valid_until` of a listing are those of its certificates that count; both are empty while none does (all of them
suspended, say), and such a listing is not public.
"""

import uuid
from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guildmark_portal.credentials.models import Certificate

LONGEST: Final = {"slug": 40, "town": 80, "headline": 120, "about": 1000, "link": 200}
LONGEST_KEY: Final = 160
_DIGEST_LENGTH: Final = 64


class Listing(models.Model):
    """A holder in the network. Empty fields are not shown."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="listing", verbose_name=_("user"))
    slug = models.CharField(_("name in addresses"), max_length=LONGEST["slug"], unique=True)
    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(_("country"), max_length=2, blank=True)
    town = models.CharField(_("town or city"), max_length=LONGEST["town"], blank=True)
    headline = models.CharField(_("headline"), max_length=LONGEST["headline"], blank=True)
    about = models.TextField(_("about"), max_length=LONGEST["about"], blank=True)
    links: "models.JSONField[list[str], list[str]]" = models.JSONField(_("links"), default=list, blank=True)
    shows_skills = models.BooleanField(_("shows skills"), default=False)
    is_indexed = models.BooleanField(_("open to search engines"), default=False)
    takes_messages = models.BooleanField(_("takes messages"), default=True)
    newest_on = models.DateField(_("newest certificate"), null=True, blank=True, editable=False)
    valid_until = models.DateField(_("valid until"), null=True, blank=True, editable=False)
    listed_at = models.DateTimeField(_("listed at"))
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        """The newest certificate first, which is the order of every search."""

        ordering: ClassVar[list[str]] = ["-newest_on", "-id"]
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-newest_on", "-id"], name="listing_newest"),
            models.Index(fields=["country", "-newest_on", "-id"], name="listing_newest_of_country"),
            models.Index(fields=["country", "valid_until"], name="listing_count_of_country"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(slug="") & ~Q(name=""), name="listing_has_slug_and_name"),
            models.CheckConstraint(
                condition=Q(newest_on=None, valid_until=None) | Q(newest_on__isnull=False, valid_until__isnull=False),
                name="listing_counts_or_not",
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class ListedCertificate(models.Model):
    """A certificate that a holder shows. `counts` is false while it does not: suspended, revoked, declined, replaced."""

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="certificates", verbose_name=_("listing"))
    certificate = models.OneToOneField(Certificate, models.CASCADE, related_name="+", verbose_name=_("certificate"))
    identifier = models.CharField(_("identifier"), max_length=20)
    program = models.CharField(_("program"), max_length=80)
    title = models.CharField(_("title"), max_length=200)
    level = models.CharField(_("level"), max_length=60)
    issued_on = models.DateField(_("issued on"))
    expires_on = models.DateField(_("expires on"))
    skills = models.CharField(_("skills"), max_length=400, blank=True)
    """Ids with a space on either side of each, ` A1 B6 `; empty where the holder does not show them."""
    counts = models.BooleanField(_("counts"), default=True)

    class Meta:
        """The newest first. Found by listing alone: with an index by program, SQLite would read all of a program per holder."""

        ordering: ClassVar[list[str]] = ["-issued_on", "-id"]
        verbose_name = _("listed certificate")
        verbose_name_plural = _("listed certificates")
        indexes: ClassVar[list[models.Index]] = [
            # SQLite knows nothing of a table's content: this one is what it takes to look into one listing.
            models.Index(fields=["listing", "program", "expires_on"], name="listed_of_listing"),
        ]

    def __str__(self) -> str:
        return self.identifier

    @property
    def skill_ids(self) -> tuple[str, ...]:
        """The skills, one by one."""
        return tuple(self.skills.split())


class SearchKey(models.Model):
    """What finds a name or a headline: whoever types the beginning of `key` means this listing too.

    Keys are bytes (UTF-8), because the order of bytes is the same in every database and language: a prefix is a range.
    """

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="keys", db_index=False, verbose_name=_("listing"))
    key = models.BinaryField(_("key"), max_length=LONGEST_KEY)

    class Meta:
        """A key leads to a listing once. Rare words are found by key; common ones while listings are read, the newest first."""

        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["key", "listing"], name="search_key_of_word")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["listing", "key"], name="search_key_once_a_listing"),
        ]

    def __str__(self) -> str:
        return bytes(self.key).decode("utf-8", "replace")


class UsedSlug(models.Model):
    """An address that was somebody's, as a keyed digest: an old link must never lead to another person.

    It says nothing of the address to whoever has the database alone. Whose it was, and when they chose it, is known while they
    have an account; `chosen_at` is empty for one that was drawn.
    """

    digest = models.CharField(max_length=_DIGEST_LENGTH, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    chosen_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.digest[:8]


class Message(models.Model):
    """What was passed on to a holder: kept for the limits, and so that the holder can report it. See `messages.KEPT_FOR`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("holder"))
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("sender"))
    name = models.CharField(_("name"), max_length=200)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    text = models.TextField(_("message"), blank=True)
    sent_at = models.DateTimeField(_("sent at"))
    reported_at = models.DateTimeField(_("reported at"), null=True, blank=True)

    class Meta:
        """The newest first."""

        ordering: ClassVar[list[str]] = ["-sent_at", "-id"]
        verbose_name = _("message to a holder")
        verbose_name_plural = _("messages to holders")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["sender", "sent_at"], name="message_of_sender"),
            models.Index(fields=["holder", "sent_at"], name="message_to_holder"),
        ]

    def __str__(self) -> str:
        return str(self.id)
