"""When a request arrived: what counts where minutes do, not when a thread or the database got round to it."""

from datetime import datetime
from typing import Final

from django.http import HttpRequest

from guildmark_portal import clock

ARRIVED: Final = "guildmark.arrived_at"
"""Where the ASGI scope keeps the instant of a request's last byte."""


def arrived_at(request: HttpRequest) -> datetime:
    """The instant at which the last byte of the request arrived; now, where no server noted it."""
    noted = getattr(request, "scope", {}).get(ARRIVED)
    return noted if isinstance(noted, datetime) else clock.now()
