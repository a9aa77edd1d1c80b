"""The account."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from guildmark_portal import clock


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
        """A new account that may do everything; `password` is accepted from Django's command, and ignored."""
        fields.pop("password", None)
        return self.create_user(email, name, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """The account of an address, in upper or lower case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. `name` is what a certificate would say."""

    email = models.EmailField(_("e-mail address"), unique=True, error_messages={"unique": _("This address has an account.")})
    name = models.CharField(_("name"), max_length=200, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May sign in to the administration."))
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
