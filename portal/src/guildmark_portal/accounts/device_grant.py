"""A missing piece between allauth and oauthlib, for the device grant.

oauthlib 4.0.1 asks its validator for the state of a device code; allauth 65.21 has no such method, because its token view has
looked the code up already and refused it unless the person confirmed it. Only then does it name the person
(`request.user`) to oauthlib. So the answer here is: authorised exactly if the view has named somebody. An allauth that brings
the method itself is left alone.
"""

from typing import Any

from allauth.idp.oidc.internal.oauthlib.request_validator import OAuthLibRequestValidator
from oauthlib.oauth2.rfc8628.grant_types import DeviceCodeGrant


def complete_validator() -> None:
    """Give allauth's validator the method, if it has none."""
    if not hasattr(OAuthLibRequestValidator, "validate_device_code"):
        OAuthLibRequestValidator.validate_device_code = _validate_device_code


def _validate_device_code(
    validator: OAuthLibRequestValidator, client_id: str, _code: str, request: Any, *_args: Any, **_kwargs: Any
) -> str | None:
    if getattr(request, "user", None) is None:
        return None
    if request.scope is None:
        request.scopes = validator.get_default_scopes(client_id, request)
    return str(DeviceCodeGrant.DEVICE_CODE_AUTHORIZED)
