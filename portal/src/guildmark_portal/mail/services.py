"""Writing a letter."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.translation import get_language, override

from guildmark_portal import clock
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import enqueue

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
) -> Job:
    """Send a letter to the address `to`, once the caller's transaction commits.

    Either `subject` and `body` (plain text; `html` beside it if wanted) are given, or a `template`: `TEMPLATE_subject.txt`,
    `TEMPLATE_message.txt` and, where it exists, `TEMPLATE_message.html` are rendered now with `context`, in `language`
    (default: the active one). While a letter with the same `key` waits, a second one is not written.
    """
    if template:
        subject, body, html = _render(template, dict(context or {}), language)
    if not subject or not body:
        raise ValueError("A letter needs a subject and a body.")
    payload = {"to": to, "subject": " ".join(subject.split()), "body": body.strip() + "\n", "html": html}
    return enqueue(kind=KIND, key=key or uuid.uuid4().hex, payload=payload, priority=priority)


def forget(address: str) -> None:
    """Leave nothing of letters to `address` that are sent or given up; those that wait are not sent any more."""
    for job in Job.objects.filter(kind=KIND, payload__to=address):
        job.payload, job.dead_at, job.last_error = {}, job.dead_at or (None if job.finished_at else clock.now()), ""
        job.save(update_fields=["payload", "dead_at", "last_error"])
    Job.objects.filter(kind=KIND, last_error__contains=address).update(last_error="")


def _render(template: str, context: dict[str, Any], language: str | None) -> tuple[str, str, str]:
    with override(language or get_language()):
        subject = render_to_string(f"{template}_subject.txt", context)
        body = render_to_string(f"{template}_message.txt", context)
        try:
            html: str = render_to_string(f"{template}_message.html", context)
        except TemplateDoesNotExist:
            html = ""
    return subject, body, html
