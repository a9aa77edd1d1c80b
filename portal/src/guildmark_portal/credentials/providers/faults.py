"""What can go wrong at a badge provider, in words for the desk. What a provider answers is never kept: it may repeat a name."""

from enum import Enum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Fault(str, Enum):
    """Why an attempt failed."""

    UNREACHABLE = "unreachable"
    SLOW = "slow"
    PRIVATE = "private"
    REDIRECTED = "redirected"
    KEY = "key"
    MISSING = "missing"
    GONE = "gone"
    BUSY = "busy"
    REFUSED = "refused"
    BROKEN = "broken"
    UNREADABLE = "unreadable"
    NOT_SET_UP = "not_set_up"


FAULTS: Final[dict[Fault, str | Promise]] = {
    Fault.UNREACHABLE: _("The provider could not be reached. Check the address in portal.toml."),
    Fault.SLOW: _("The provider did not answer in time."),
    Fault.PRIVATE: _("The address leads into a private network. If that is meant, name it in private_addresses."),
    Fault.REDIRECTED: _("The provider sends us to another address. Write that one into portal.toml."),
    Fault.KEY: _("The provider does not accept our key. Replace it in secrets.json."),
    Fault.MISSING: _("The provider knows nothing of this address or group. Correct it in portal.toml."),
    Fault.GONE: _("The provider no longer takes certificates here. Ask it for another address."),
    Fault.BUSY: _("The provider has too much to do."),
    Fault.REFUSED: _("The provider refused what we sent. Ask it why."),
    Fault.BROKEN: _("The provider failed."),
    Fault.UNREADABLE: _("The provider answered something that cannot be read."),
    Fault.NOT_SET_UP: _("The provider is not set up for this program. See portal.toml and secrets.json."),
}


class NotTaken(Exception):
    """The provider did not do what was asked. `status` is that of HTTP, 0 where there was no answer."""

    def __init__(self, fault: Fault, status: int = 0) -> None:
        self.fault, self.status = fault, status
        super().__init__(f"{fault.value} {status or ''}".strip())
