"""What the cache and the sessions hold: nobody reads an address in it, and it goes when its time is over."""

import hashlib
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client

from guildmark_portal import clock
from guildmark_portal.accounts import expiry
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.runner import Runner

ADDRESS = "candidate@example.org"


def keys() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM portal_cache")
        return [row[0] for row in cursor.fetchall()]


def test_no_key_of_the_cache_is_made_of_an_address_without_the_secret(candidate, settings):
    Client().post("/accounts/login/", {"login": ADDRESS})
    held = keys()
    assert held
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in held)
    assert hashlib.sha256(ADDRESS.encode()).hexdigest() not in "".join(held)
    settings.MASTER_SECRET = b"another secret of thirty-two byt"
    assert expiry.cache_key("x", "", 1) != expiry_key_with(b"a third secret of thirty-two byte", settings)


def expiry_key_with(secret: bytes, settings) -> str:
    settings.MASTER_SECRET = secret
    return expiry.cache_key("x", "", 1)


def test_what_has_expired_goes_every_day_and_what_has_not_stays(db):
    now = clock.now()
    cache.set("short", "x", timeout=60)
    cache.set("long", "x", timeout=3 * 24 * 3600)
    Session.objects.create(session_key="old", session_data="", expire_date=now + timedelta(minutes=1))
    Session.objects.create(session_key="new", session_data="", expire_date=now + timedelta(days=3))
    expiry.purge_daily()
    Runner().run_due()
    assert (len(keys()), Session.objects.count()) == (2, 2)
    with clock.use(lambda: now + timedelta(days=1, minutes=1)):
        Runner().run_due()
        assert (keys(), Session.objects.get().session_key) == ([cache.make_key("long")], "new")
        (job,) = Job.objects.filter(kind=expiry.PURGE)
        assert (job.finished_at, job.run_at > now + timedelta(days=2)) == (None, True)
