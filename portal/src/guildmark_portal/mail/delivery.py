"""The handler of `mail` jobs: hands a letter to Django's e-mail backend. Its payload is forgotten once it is sent.

What a mail server answers often repeats the address. It would stay in the log, so only the kind of fault is passed on.

A server that refuses the recipient or the letter for good (5xx) is believed: asking again would change nothing. What it has
against the portal itself (its sender, its sign-in, its greeting) is for the operator to mend, so those letters wait like those
of a server that cannot be reached. A letter that is given up is noted for staff (`refusals`).
"""

from email.utils import parseaddr
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Hopeless, handler
from guildmark_portal.mail import enclosures, envelopes, refusals
from guildmark_portal.mail.services import KIND

ATTEMPTS = 12


class NotSent(Exception):
    """The mail server did not take the letter."""


class RefusedForGood(Hopeless):
    """The mail server will never take the letter, or not for this address."""


@handler(KIND, attempts=ATTEMPTS, longest_wait_s=1800, forget_payload=True)
def deliver(job: Job) -> None:
    """Send the letter; whatever the backend raises makes it a failed attempt."""
    try:
        _message(job).send()
    except SMTPException as error:
        code, words = _answer(error)
        is_refused = code.startswith("5") and isinstance(error, SMTPRecipientsRefused | SMTPDataError)
        if is_refused or job.attempts >= ATTEMPTS:
            refusals.note(job=job, code=code, words=words)
        raise (RefusedForGood if is_refused else NotSent)(f"{type(error).__name__} {code}".strip()) from None
    except OSError as error:
        if job.attempts >= ATTEMPTS:
            refusals.note(job=job, code="", words=type(error).__name__)
        raise


def _answer(error: SMTPException) -> tuple[str, str]:
    """The three digits and the words of the server's answer; empty where there was none."""
    if isinstance(error, SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()), ("", b""))
        return str(code), _read(words)
    if isinstance(error, SMTPResponseException):
        return str(error.smtp_code), _read(error.smtp_error)
    return "", type(error).__name__


def _read(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _message(job: Job) -> EmailMultiAlternatives:
    """The letter with its headers: machines are told not to answer it, and that a second delivery is the same letter."""
    letter = job.payload
    headers = {
        "From": settings.DEFAULT_FROM_EMAIL,
        "Message-ID": _message_id(job),
        "Auto-Submitted": "auto-generated",
    }
    answers_to = [letter["reply_to"]] if letter.get("reply_to") else None
    if answers_to:
        headers["X-Auto-Response-Suppress"] = "All"  # no notice of absence tells a stranger who reads this
    envelope = envelopes.sender_for(job)
    message = EmailMultiAlternatives(
        letter["subject"], letter["body"], envelope, [letter["to"]], headers=headers, reply_to=answers_to
    )
    if letter.get("html"):
        message.attach_alternative(letter["html"], "text/html")
    for file in enclosures.made(letter.get("enclosures", ())):
        message.attach(file.name, file.content, file.media_type)
    return message


def _message_id(job: Job) -> str:
    """The same at every attempt: of an answer that was lost on the way, mailboxes show one letter."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{job.created_at:%Y%m%d%H%M%S%f}.{job.pk}.{job.requests}@{domain}>"
