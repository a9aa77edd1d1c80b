"""A voucher's code that somebody brought along, until they use it: sealed in their session.

The address on a printed voucher may be opened before signing in, and a voucher that pays a part is taken into account when the
rest is paid: the code is remembered from one to the other.
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from django.http import HttpRequest

from guildmark_portal.accounts import sealing
from guildmark_portal.vouchers.codes import normalised

_KEPT: Final = "voucher"


def keep(request: HttpRequest, code: str) -> None:
    """Remember the code, if it can be one."""
    if (written := normalised(code)) is not None:
        request.session[_KEPT] = sealing.seal(written)


def kept(request: HttpRequest) -> str:
    """The code that is remembered; empty if there is none."""
    try:
        return sealing.unseal(request.session.get(_KEPT, ""))
    except (ValueError, InvalidTag):
        return ""


def forget(request: HttpRequest) -> None:
    """It was used, or is not wanted."""
    request.session.pop(_KEPT, None)
