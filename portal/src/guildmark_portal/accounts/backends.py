"""Who may do what, without passwords."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest


class Permissions(ModelBackend):
    """Django's permissions of accounts and groups. It signs nobody in: there are no passwords."""

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002 - the framework's signature
        username: str | None = None,  # noqa: ARG002 - the framework's signature
        password: str | None = None,  # noqa: ARG002 - the framework's signature
        **_fields: Any,
    ) -> None:
        """Nobody."""
        return
