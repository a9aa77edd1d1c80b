"""The Django application `orders`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """Orders, payments, refunds and disputes."""

    name = "guildmark_portal.orders"
    label = "orders"
    verbose_name = _("orders")

    def ready(self) -> None:
        """Register the part of a person's data, and what works on orders."""
        from guildmark_portal.accounts import personal_data
        from guildmark_portal.orders import needless, refunding, settling, sweeping
        from guildmark_portal.orders.personal_data import PART

        personal_data.register(PART)
        _ = needless, refunding, settling, sweeping
