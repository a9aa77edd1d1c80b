"""What happened to evidence of identity, and nothing else: where a check stands is computed by `guildmark.rules.identity`.

Sealed, DataKey (in `sealed`): the vault's two halves of what is encrypted. A record whose key is gone was shredded.
Check: one candidate's check. Document, Photo, Evidence: what was given for it. Leave, Link: how a photo may come.
ProviderSession, ProviderMessage (in `provider_models`): what a provider was asked and told.
Objection, Note (in `objections`): of what a rejection is, and what was written beside it.
Round, Assignment, Decision: what reviewers were asked, who took it, what they said. Look: who saw which evidence, and when.
Shredding (in `sealed`): that the evidence of a check is gone; who checked, when, how and the outcome stay.
ReviewersLetter (in `reviewers_letter`): when a reviewer was last told that something waits.

Names, numbers and machine-readable zones stand in no column: they are sealed like the images.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guildmark.rules.identity import LONG_SIDE, SHORT_SIDE, DocumentKind, Scope, Verdict
from guildmark_portal.identity.objections import Note, Objection  # noqa: F401 - Django looks here
from guildmark_portal.identity.provider_models import ProviderMessage, ProviderSession  # noqa: F401 - as above
from guildmark_portal.identity.reviewers_letter import ReviewersLetter  # noqa: F401 - as above
from guildmark_portal.identity.sealed import Sealed, Shredding  # noqa: F401 - as above


class Check(models.Model):
    """One candidate's check of identity. `changed_at` is the last time that its evidence changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="identity_checks", verbose_name=_("candidate")
    )
    opened_at = models.DateTimeField(_("opened at"))
    changed_at = models.DateTimeField(_("last change"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        """One open check per candidate. It is closed when its evidence is shredded, or when a new name asks for a new one."""

        ordering: ClassVar[list[str]] = ["-opened_at"]
        verbose_name = _("identity check")
        verbose_name_plural = _("identity checks")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user"], condition=Q(closed_at=None), name="one_open_check_a_candidate"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Document(models.Model):
    """A document that was given. Issuing country and expiry are emptied when its evidence is shredded."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    of_check = models.ForeignKey(Check, models.CASCADE, related_name="documents", verbose_name=_("identity check"))
    kind = models.CharField(_("kind"), max_length=24, choices=[(kind.value, kind.value) for kind in DocumentKind])
    issuing_country = models.CharField(_("issuing country"), max_length=2, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    shows_latin_name = models.BooleanField(_("shows the name in Latin script"))
    shows_address = models.BooleanField(_("shows the address"))
    particulars = models.OneToOneField(
        Sealed, models.PROTECT, related_name="document", verbose_name=_("what is printed on it, sealed")
    )
    added_at = models.DateTimeField(_("added at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        """In the order in which they were given."""

        ordering: ClassVar[list[str]] = ["added_at", "id"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self) -> str:
        return self.kind


class Leave(models.Model):
    """A reviewer's leave to send the photo as a file, used once."""

    of_check = models.ForeignKey(Check, models.CASCADE, related_name="leaves", verbose_name=_("identity check"))
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("granted by"))
    granted_at = models.DateTimeField(_("granted at"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        """One unused leave at a time."""

        verbose_name = _("leave for a file")
        verbose_name_plural = _("leaves for a file")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["of_check"], condition=Q(used_at=None), name="one_unused_leave_a_check"),
        ]

    def __str__(self) -> str:
        return str(self.granted_at)


class Link(models.Model):
    """A one-time link that lets another device take the photo. Only its digest is kept."""

    of_check = models.ForeignKey(Check, models.CASCADE, related_name="links", verbose_name=_("identity check"))
    token_sha256 = models.CharField(_("digest of the link"), max_length=64, unique=True)
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("expires at"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        """How links are named."""

        verbose_name = _("one-time link")
        verbose_name_plural = _("one-time links")

    def __str__(self) -> str:
        return str(self.made_at)


class PhotoSource(models.TextChoices):
    """Where a photo came from."""

    BROWSER = "browser", _("camera of the browser")
    DEVICE = "device", _("camera of another device, by a one-time link")
    FILE = "file", _("file, by a reviewer's leave")


class Photo(models.Model):
    """The candidate's own photo."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    of_check = models.ForeignKey(Check, models.CASCADE, related_name="photos", verbose_name=_("identity check"))
    source = models.CharField(_("source"), max_length=8, choices=PhotoSource.choices)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    leave = models.OneToOneField(Leave, models.PROTECT, null=True, blank=True, related_name="photo", verbose_name=_("leave"))
    added_at = models.DateTimeField(_("added at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        """One photo that counts, large enough; a file exactly with a leave."""

        ordering: ClassVar[list[str]] = ["added_at", "id"]
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["of_check"], condition=Q(withdrawn_at=None), name="one_photo_a_check"),
            models.CheckConstraint(
                condition=Q(width__gte=LONG_SIDE, height__gte=SHORT_SIDE) | Q(width__gte=SHORT_SIDE, height__gte=LONG_SIDE),
                name="photo_large_enough",
            ),
            models.CheckConstraint(
                condition=Q(source=PhotoSource.FILE, leave__isnull=False) | (~Q(source=PhotoSource.FILE) & Q(leave=None)),
                name="a_file_by_leave_only",
            ),
        ]

    def __str__(self) -> str:
        return self.source


class Evidence(models.Model):
    """One image: a page of a document, or the photo."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    of_check = models.ForeignKey(Check, models.CASCADE, related_name="evidence", verbose_name=_("identity check"))
    document = models.ForeignKey(
        Document, models.CASCADE, null=True, blank=True, related_name="pages", verbose_name=_("document")
    )
    photo = models.OneToOneField(Photo, models.CASCADE, null=True, blank=True, related_name="image", verbose_name=_("photo"))
    page = models.PositiveSmallIntegerField(_("page"), default=1)
    sealed = models.OneToOneField(Sealed, models.PROTECT, related_name="evidence", verbose_name=_("sealed record"))

    class Meta:
        """Of a document or of a photo, never both; a page once."""

        ordering: ClassVar[list[str]] = ["page"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["document", "page"], name="a_page_once"),
            models.CheckConstraint(
                condition=Q(document=None, photo__isnull=False) | Q(document__isnull=False, photo=None),
                name="of_a_document_or_a_photo",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Round(models.Model):
    """The evidence of a check, submitted for review. `reviewers_needed` is the policy of that day.

    `language` is the candidate's when they submitted: the letter that tells the outcome is written in it. `scope` is what
    reviewers are asked about.
    """

    of_check = models.ForeignKey(Check, models.CASCADE, related_name="rounds", verbose_name=_("identity check"))
    number = models.PositiveSmallIntegerField(_("number"))
    submitted_at = models.DateTimeField(_("submitted at"))
    reviewers_needed = models.PositiveSmallIntegerField(_("reviewers needed"))
    language = models.CharField(_("language"), max_length=10, blank=True)
    scope = models.CharField(
        _("scope"), max_length=7, default=Scope.PAPERS.value, choices=[(scope.value, scope.value) for scope in Scope]
    )

    class Meta:
        """Numbered from 1."""

        ordering: ClassVar[list[str]] = ["number"]
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["of_check", "number"], name="a_round_once"),
            models.CheckConstraint(condition=Q(reviewers_needed__gte=1, reviewers_needed__lte=2), name="one_or_two_reviewers"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Assignment(models.Model):
    """A reviewer took a round; released when they gave it back or decided."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="assignments", verbose_name=_("round"))
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("reviewer"))
    assigned_at = models.DateTimeField(_("assigned at"))
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)

    class Meta:
        """One reviewer works on a round at a time."""

        ordering: ClassVar[list[str]] = ["assigned_at", "id"]
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["round"], condition=Q(released_at=None), name="one_reviewer_at_a_time"),
        ]

    def __str__(self) -> str:
        return str(self.assigned_at)


class Decision(models.Model):
    """What a reviewer said of a round: once each, and reasons exactly where it is a rejection."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="decisions", verbose_name=_("round"))
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("reviewer"))
    verdict = models.CharField(_("verdict"), max_length=8, choices=[(verdict.value, verdict.value) for verdict in Verdict])
    reasons = models.JSONField(_("reasons"), default=list)
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        """In the order in which they were made."""

        ordering: ClassVar[list[str]] = ["decided_at", "id"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["round", "reviewer"], name="a_reviewer_decides_once"),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.APPROVED.value, reasons=[]) | (Q(verdict=Verdict.REJECTED.value) & ~Q(reasons=[])),
                name="reasons_exactly_for_a_rejection",
            ),
        ]

    def __str__(self) -> str:
        return self.verdict


class Look(models.Model):
    """Somebody saw a piece of evidence. Written in the same transaction that opens it. `what` outlives what was seen."""

    of_check = models.ForeignKey(Check, models.CASCADE, related_name="looks", verbose_name=_("identity check"))
    viewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    what = models.CharField(_("what"), max_length=60)
    sealed_id = models.UUIDField(_("sealed record"))
    at = models.DateTimeField(_("when"))

    class Meta:
        """The newest first."""

        ordering: ClassVar[list[str]] = ["-at", "-id"]
        verbose_name = _("look")
        verbose_name_plural = _("looks")

    def __str__(self) -> str:
        return f"{self.what} {self.at}"
