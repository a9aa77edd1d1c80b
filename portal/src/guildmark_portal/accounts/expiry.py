"""What the cache and the sessions hold for a while: unreadable without the portal's secret, and gone a day after its time.

Limits are counted by address of the mail; a plain digest of an address is found by whoever tries addresses.
"""

import hashlib
import hmac
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection

from guildmark_portal import clock
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, enqueue, handler

PURGE: Final = "accounts.purge"
_EVERYTHING: Final = "all"
_A_DAY: Final = timedelta(days=1)
_PURPOSE: Final = b"guildmark cache 1"


def cache_key(key: str, prefix: str, version: int) -> str:
    """The name under which the cache keeps what is asked for as `key`."""
    secret = hmac.digest(settings.MASTER_SECRET, _PURPOSE, hashlib.sha256)
    return hmac.digest(secret, f"{prefix}:{version}:{key}".encode(), hashlib.sha256).hex()


def purge_daily() -> None:
    """Have what has expired removed now, and every day after."""
    enqueue(kind=PURGE, key=_EVERYTHING)


def purge() -> None:
    """Remove rows of the cache and sessions whose time is over."""
    now = clock.now()
    Session.objects.filter(expire_date__lt=now).delete()
    table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE expires < %s",  # noqa: S608 - the table's name is a setting
            [connection.ops.adapt_datetimefield_value(now)],
        )


@handler(PURGE, attempts=None)
def _purge(_job: Job) -> None:
    purge()
    raise Later(clock.now() + _A_DAY)
