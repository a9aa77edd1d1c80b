"""How often something may be tried: number, time, and whose tries are counted together.

By the address of the network nothing is counted tightly: a classroom signs in at the same minute. `key` is given by the code
that asks.
"""

from typing import Final

OF_ACCOUNTS: Final = {
    "login": "60/m/ip",
    "signup": "60/m/ip",
    "request_login_code": "60/m/ip",
    "code_for_who_is_signed_in": "3/m/key,20/h/key",
    "code_for_known_browser": "3/m/key,20/h/key",
    "code_from_network": "3/m/key,6/h/key",  # to one address
    "code_for_address": "20/h/key",
    "login_failed": "10/m/ip,5/5m/key",
    "confirm_email": "60/m/ip",
    "manage_email": "10/m/user",
    "reauthenticate": "10/m/user",
    "data_download": "2/10m/user",  # the whole of somebody's models
    "identity_provider": "10/10m/key",
    "identity_upload": "20/10m/key",  # reading pictures of papers is work; by a one-time link, its maker's
    "identity_link": "20/h/key",
    "transfer": "6/h/user,20/d/user",  # each writes to an address that somebody typed
    "voucher": "10/10m/user,40/d/user,300/m/ip",  # a class in one room uses theirs at the same moment
    "invitation": "30/10m/user,600/m/ip",  # as above
    "payment": "30/10m/user",  # each asks the payment provider
    "verify_file": "60/m/ip",  # a file of a stranger is read
}
"""Letters with codes are counted in `accounts.code_letters`."""

OF_SECOND_STEPS: Final = {"webauthn_login": "60/m/ip"}

OF_DEVICES: Final = {"device_user_code": "60/m/ip", "device_code": "60/m/ip"}
"""A code has eight letters of twenty: 60 guesses a minute are none."""
