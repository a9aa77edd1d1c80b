"""Writing a letter."""

import uuid
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.translation import get_language, override

from guildmark_portal import clock, datadir
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import enqueue
from guildmark_portal.mail import letterhead
from guildmark_portal.mail.models import Posted, Refusal

KIND = "mail"
URGENT = 100


def send(  # noqa: PLR0913 - a letter has this many parts
    *,
    to: str,
    subject: str = "",
    body: str = "",
    template: str = "",
    context: Mapping[str, Any] | None = None,
    language: str | None = None,
    html: str = "",
    key: str | None = None,
    priority: int = 0,
    enclosures: Sequence[str] = (),
    reply_to: str = "",
) -> Job:
    """Send a letter to the address `to`, once the caller's transaction commits.

    Either `subject` and `body` (plain text; `html` beside it if wanted) are given, or a `template`: `TEMPLATE_subject.txt`,
    `TEMPLATE_message.txt` and, where it exists, `TEMPLATE_message.html` are rendered now with `context`, in `language`
    (default: that of the account with this address, else the active one). A letter without HTML gets it from its text
    (`letterhead`). While a letter with the same `key` waits, a second one is not written. The organisation that runs the
    portal signs it. `enclosures` name files that go with it (`mail.enclosures`). An answer goes to `reply_to`.
    """
    spoken = language or (_read_by(to) if template else None) or get_language()
    with override(spoken):
        if template:
            subject, body, html = _render(template, dict(context or {}))
        subject = " ".join(subject.split())
        if not subject or not body:
            raise ValueError("A letter needs a subject and a body.")
        payload: dict[str, Any] = {
            "to": to,
            "subject": subject,
            "body": _signed(body),
            "html": html or letterhead.dressed(subject, body),
        }
        if reply_to:
            payload["reply_to"] = reply_to
        if enclosures:
            payload["enclosures"] = list(enclosures)
    return enqueue(kind=KIND, key=key or uuid.uuid4().hex, payload=payload, priority=priority)


def _signed(body: str) -> str:
    """The letter, signed by the organisation that runs the portal, where it is named."""
    named = settings.ORGANISATION
    signature = "" if named == datadir.Config.organisation else f"\n-- \n{named}\n{settings.PORTAL_URL}\n"
    return f"{body.strip()}\n{signature}"


def forget(address: str) -> None:
    """Leave nothing of letters to `address` that are sent or given up; those that wait are not sent any more."""
    Refusal.objects.filter(address__iexact=address).delete()
    Posted.objects.filter(address__iexact=address).delete()
    for job in Job.objects.filter(kind=KIND, payload__to=address):
        job.payload, job.dead_at, job.last_error = {}, job.dead_at or (None if job.finished_at else clock.now()), ""
        job.save(update_fields=["payload", "dead_at", "last_error"])
    Job.objects.filter(kind=KIND, last_error__contains=address).update(last_error="")


def withdraw(key: str) -> None:
    """Do not send the letter with this key any more, and leave nothing of it."""
    Job.objects.filter(kind=KIND, key=key, finished_at=None, dead_at=None).update(dead_at=clock.now())
    forget_letter(key)


def forget_letter(key: str) -> None:
    """Leave nothing of the letter with this key, which is sent or given up: should it come back, nobody knows it."""
    job = Job.objects.filter(kind=KIND, key=key)
    for model in (Refusal, Posted):
        model.objects.filter(job__in=job).delete()
    job.update(payload={}, last_error="")


def held_addresses() -> set[str]:
    """The addresses of letters that wait, were given up, or may still come back."""
    unsent = Job.objects.filter(kind=KIND).exclude(payload={}).values_list("payload__to", flat=True)
    kept = (model.objects.values_list("address", flat=True) for model in (Refusal, Posted))
    return {*unsent, *chain.from_iterable(kept)}


def _read_by(address: str) -> str | None:
    readers = get_user_model().objects.filter(email__iexact=address)
    return readers.exclude(language="").values_list("language", flat=True).first()


def _render(template: str, context: dict[str, Any]) -> tuple[str, str, str]:
    subject = render_to_string(f"{template}_subject.txt", context)
    body = render_to_string(f"{template}_message.txt", context)
    try:
        html: str = render_to_string(f"{template}_message.html", context)
    except TemplateDoesNotExist:
        html = ""
    return subject, body, html
