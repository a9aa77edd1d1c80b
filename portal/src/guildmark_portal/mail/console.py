"""Mail for a portal without a mail server: printed where the portal runs, as a person reads a letter."""

import sys
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

RULE = "─" * 72


class ConsoleBackend(BaseEmailBackend):
    """Prints each letter to stdout in one piece, between two rules; without MIME and encodings."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Print the letters; their number."""
        for message in email_messages:
            head = f"To: {', '.join(message.to)}\nSubject: {message.subject}"
            sys.stdout.write(f"{RULE}\n{head}\n\n{str(message.body).rstrip()}\n{RULE}\n")
        sys.stdout.flush()
        return len(email_messages)
