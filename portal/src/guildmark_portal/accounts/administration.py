"""The administration: whoever changes something there has signed in freshly."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite

from guildmark_portal.accounts.fresh import fresh_sign_in_required


class Administration(AdminSite):
    """Django's, whose every form asks for a fresh sign-in before it is taken; to read needs none, and to sign out neither."""

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002
        """The view behind the door."""
        is_way_out = getattr(view, "__name__", "") == "logout"
        return super().admin_view(view if is_way_out else fresh_sign_in_required(to_read=False)(view), cacheable)
