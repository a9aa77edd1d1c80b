"""The command-line client, as the OpenID provider knows it: public, with the device grant and refresh tokens only."""

from typing import Any

from allauth.idp.oidc.models import Client
from django.conf import settings


def ensure_client(**_signal: Any) -> None:
    """Make the client, or bring it back to what it must be; safe to call at any time."""
    grants = (Client.GrantType.DEVICE_CODE, Client.GrantType.REFRESH_TOKEN)
    Client.objects.update_or_create(
        id=settings.OIDC_CLIENT_ID,
        defaults={
            "name": "Guildmark",
            "type": Client.Type.PUBLIC,
            "grant_types": "\n".join(grants),
            "scopes": "\n".join(settings.OIDC_CLIENT_SCOPES),
            "default_scopes": "\n".join(settings.OIDC_CLIENT_SCOPES),
            "response_types": "",
            "redirect_uris": "",
        },
    )
