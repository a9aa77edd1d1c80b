"""What can be sat: programs, and the versions of their exams. Part of `models`, from which everybody imports them."""

from functools import lru_cache
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from guildmark.packs.bank import BankManifest
from guildmark.protocol import ExamKind
from guildmark_portal.exams.policy import ProgramPolicy, stored

DIGEST_LENGTH = 64


@lru_cache(maxsize=32)
def _parsed(manifest: str) -> BankManifest:
    return BankManifest.model_validate_json(manifest)


class Program(models.Model):
    """A program that can be sat, such as the practitioner exam; its demo and its mock are programs of their own.

    `policy_document` holds what was settled for it; the rest has the defaults of its kind. Nothing invalid can be saved.
    """

    slug = models.SlugField(_("name in addresses"), unique=True, max_length=80)
    title = models.CharField(_("title"), max_length=200)
    level = models.CharField(_("level"), max_length=60)
    framework = models.CharField(_("framework"), max_length=60)
    kind = models.CharField(_("kind"), max_length=9, choices=[(kind.value, kind.value) for kind in ExamKind])
    is_open = models.BooleanField(_("takes new attempts"), default=True)
    policy_document: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(
        _("policy"), default=dict, blank=True, editable=False
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        """How programs are listed and named."""

        ordering: ClassVar[list[str]] = ["slug"]
        verbose_name = _("program")
        verbose_name_plural = _("programs")

    def __str__(self) -> str:
        return self.slug

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the row; raises `pydantic.ValidationError` if its policy is none."""
        _ = self.policy
        super().save(*args, **kwargs)

    @property
    def exam_kind(self) -> ExamKind:
        """The kind as the protocol names it."""
        return ExamKind(self.kind)

    @property
    def is_rehearsal(self) -> bool:
        """Whether it is the practice exam, of which nothing is kept as a result and which stands in no list."""
        return self.exam_kind is ExamKind.REHEARSAL

    @property
    def is_free(self) -> bool:
        """Whether an attempt costs nothing: whatever fee is settled, only a live exam is paid for."""
        return self.exam_kind is not ExamKind.LIVE or self.policy.is_free

    @property
    def policy(self) -> ProgramPolicy:
        """What is settled for the program."""
        return stored(self.policy_document, self.exam_kind)


class ExamVersion(models.Model):
    """A published bank, frozen: `manifest` is its bank.json, byte for byte, and `bank_sha256` the digest of those bytes."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="versions", verbose_name=_("program"))
    version = models.CharField(_("version"), max_length=12)
    bank_sha256 = models.CharField(_("digest of the bank"), max_length=DIGEST_LENGTH)
    manifest = models.TextField(_("manifest of the bank"))
    published_at = models.DateTimeField(_("published at"))
    published_by = models.CharField(_("published by"), max_length=200)

    class Meta:
        """A bank is published once in a program."""

        ordering: ClassVar[list[str]] = ["-published_at", "-id"]
        verbose_name = _("exam version")
        verbose_name_plural = _("exam versions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["program", "bank_sha256"], name="bank_published_once_a_program"),
        ]

    def __str__(self) -> str:
        return f"{self.program} {self.version}"

    @property
    def bank(self) -> BankManifest:
        """The manifest, parsed."""
        return _parsed(self.manifest)
