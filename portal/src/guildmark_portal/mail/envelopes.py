"""The sender of a letter's envelope: to whom mail servers send back what they could not deliver.

Where `[mail] bounces` names a mailbox, each letter gets a sender of its own below it, `bounces+ID@exam.example.org`, by which
a letter that comes back says which one it is. Without it, letters come back to the address that people see.
"""

import re
from datetime import timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from guildmark_portal import clock
from guildmark_portal.jobs.models import Job
from guildmark_portal.mail.models import Posted

KEPT_FOR: Final = timedelta(days=14)
"""Mail servers try for about five days, and then say so; after this nothing comes back."""
_MOST_SENDERS: Final = 50
"""So many that a message names are looked for; one of a mail server names one, a few times."""


def sender_for(job: Job) -> str:
    """The envelope's sender for the letter of `job`, the same at every attempt. What is older than any return is forgotten."""
    mailbox: str = settings.MAIL_BOUNCES
    if not mailbox:
        return str(settings.DEFAULT_FROM_EMAIL)
    now = clock.now()
    Posted.objects.filter(posted_at__lt=now - KEPT_FOR).delete()
    posted, _new = Posted.objects.update_or_create(job=job, defaults={"address": job.payload["to"], "posted_at": now})
    local, _at, domain = mailbox.rpartition("@")
    return f"{local}+{posted.pk.hex}@{domain}"


def letter_of(text: str) -> Posted | None:
    """The letter whose envelope's sender stands in `text`, while it is known."""
    local, _at, domain = str(settings.MAIL_BOUNCES).rpartition("@")
    if not local:
        return None
    senders = re.finditer(rf"{re.escape(local)}\+([0-9a-f]{{32}})@{re.escape(domain)}", text, re.IGNORECASE)
    named = [UUID(found[1]) for found in islice(senders, _MOST_SENDERS)]
    return Posted.objects.select_related("job").filter(pk__in=named).first()


def sent_to(address: str) -> list[dict[str, Any]]:
    """What is held on letters to the address that may still come back."""
    return [dict(one) for one in Posted.objects.filter(address__iexact=address).values("address", "posted_at")]
