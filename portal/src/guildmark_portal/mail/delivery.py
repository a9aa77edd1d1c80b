"""The handler of `mail` jobs: hands a letter to Django's e-mail backend. Its payload is forgotten once it is sent.

What a mail server answers often repeats the address. It would stay in the log, so only the kind of fault is passed on.
"""

from smtplib import SMTPException, SMTPResponseException

from django.core.mail import EmailMultiAlternatives

from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import handler
from guildmark_portal.mail.services import KIND


class NotSent(Exception):
    """The mail server did not take the letter."""


@handler(KIND, attempts=12, longest_wait_s=1800, forget_payload=True)
def deliver(job: Job) -> None:
    """Send the letter; whatever the backend raises makes it a failed attempt."""
    letter = job.payload
    message = EmailMultiAlternatives(letter["subject"], letter["body"], to=[letter["to"]])
    if letter.get("html"):
        message.attach_alternative(letter["html"], "text/html")
    try:
        message.send()
    except SMTPException as error:
        code = f" {error.smtp_code}" if isinstance(error, SMTPResponseException) else ""
        raise NotSent(f"{type(error).__name__}{code}") from None
