"""The account, and the roles that were granted to it.

What somebody may do follows from the grants that stand (`roles.py`); no flag on the account says it a second time.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from guildmark_portal import clock
from guildmark_portal.accounts.recovery_models import DIGEST_LENGTH, Recovery  # noqa: F401 - Django looks here for the model


class Role(models.TextChoices):
    """What a person does for the program. Who has none is a candidate; who is not signed in is a stranger."""

    OWNER = "owner", _("owner")
    EXAMINER = "examiner", _("examiner")
    REVIEWER = "reviewer", _("reviewer")
    AUTHOR = "author", _("item author")
    SUPPORT = "support", _("support")
    AUDITOR = "auditor", _("auditor")


class UserManager(BaseUserManager["User"]):
    """Makes accounts. Nobody has a password: the way in is a code sent to the address."""

    def create_user(self, email: str, name: str = "", **fields: Any) -> "User":
        """A new account. The address is kept in lower case."""
        if not email:
            raise ValueError("An account needs an e-mail address.")
        user = self.model(email=email.strip().lower(), name=name, **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, name: str = "", **fields: Any) -> "User":
        """A new account that owns the portal; `password` is accepted from Django's command, and ignored."""
        fields.pop("password", None)
        user = self.create_user(email, name, **fields)
        RoleGrant.objects.create(user=user, role=Role.OWNER, granted_by="createsuperuser", granted_at=clock.now())
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """The account of an address, in upper or lower case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person. `name` is what a certificate would say; `language` is what they read, empty until it is known."""

    email = models.EmailField(_("e-mail address"), unique=True, error_messages={"unique": _("This address has an account.")})
    name = models.CharField(_("name"), max_length=200, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    date_joined = models.DateTimeField(_("joined"), default=clock.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        """Names, and the constraint that makes an address one person's in every case."""

        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"), name="accounts_user_email_any_case", violation_error_message=_("This address has an account.")
            )
        ]

    def __str__(self) -> str:
        return self.email

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles that were granted and not revoked; read once, `refresh_from_db` reads them again."""
        granted = self.grants.filter(revoked_at=None).values_list("role", flat=True)
        return frozenset(Role(role) for role in granted) if self.is_active else frozenset()

    @property
    def is_staff(self) -> bool:
        """Whether the administration is open to them: owners change it, auditors read it."""
        return bool(self.roles & {Role.OWNER, Role.AUDITOR})

    def has_perm(self, perm: str, obj: object = None) -> bool:  # noqa: ARG002 - the framework's signature
        """Django's permissions `app.action_model`: all for owners, those to view for auditors, none for others."""
        if Role.OWNER in self.roles:
            return True
        return Role.AUDITOR in self.roles and perm.rpartition(".")[2].startswith("view_")

    def has_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        """Whether they have every one of the permissions."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:  # noqa: ARG002 - the framework's signature
        """Whether they see anything of an application in the administration."""
        return self.is_staff

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """As Django's; the roles are read again too."""
        self.__dict__.pop("roles", None)
        super().refresh_from_db(*args, **kwargs)

    def get_full_name(self) -> str:
        """The name, or the address of somebody who gave none."""
        return self.name or self.email

    def get_short_name(self) -> str:
        """As `get_full_name`."""
        return self.get_full_name()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the address in lower case, whoever wrote it."""
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    def has_usable_password(self) -> bool:
        """Never."""
        return False

    def check_password(self, raw_password: str | None) -> bool:  # noqa: ARG002 - the framework's signature
        """Never right: there are no passwords."""
        return False


class RoleGrant(models.Model):
    """A role that somebody was given, by whom and when, and when it was taken back.

    `granted_by` and `revoked_by` name an account as the audit table does (`user:7`), or the command that did it.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="grants", verbose_name=_("account"))
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    granted_by = models.CharField(_("granted by"), max_length=200)
    granted_at = models.DateTimeField(_("granted at"))
    revoked_by = models.CharField(_("revoked by"), max_length=200, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        """A role stands once a person; nothing is revoked before it was granted."""

        ordering: ClassVar = ["role", "-granted_at"]
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "role"], condition=Q(revoked_at=None), name="a_role_stands_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="a_role_that_is_known"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by="") | Q(revoked_at__isnull=False, revoked_at__gte=F("granted_at")),
                name="revoked_only_after_the_grant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}"


class FormerAddress(models.Model):
    """An address that the account once had, as a keyed digest: it finds the same address again, and names nobody."""

    user = models.ForeignKey(User, models.CASCADE, related_name="former_addresses", verbose_name=_("account"))
    digest = models.CharField(_("digest of the address"), max_length=DIGEST_LENGTH)
    left_at = models.DateTimeField(_("left at"))

    class Meta:
        """An address is kept once an account."""

        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "digest"], name="a_former_address_once")
        ]

    def __str__(self) -> str:
        return f"{self.left_at:%Y-%m-%d}"
