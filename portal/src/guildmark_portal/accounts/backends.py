"""How Django finds the account of a session. What it may do follows from its roles."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from guildmark_portal.accounts.models import User


class Permissions(BaseBackend):
    """Finds accounts, and signs nobody in: there are no passwords."""

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002 - the framework's signature
        **_credentials: Any,
    ) -> None:
        """Nobody."""
        return

    def get_user(self, user_id: int) -> User | None:
        """The account, unless it is closed."""
        return User.objects.filter(pk=user_id, is_active=True).first()
