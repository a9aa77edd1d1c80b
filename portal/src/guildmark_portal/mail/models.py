"""Letters that did not arrive, and, while one may still come back, those that a mail server took."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from guildmark_portal.jobs.models import Job


class Outcome(models.TextChoices):
    """What somebody made of a letter that did not arrive."""

    RESENT = "resent"
    GIVEN_UP = "given_up"


class ToldBy(models.TextChoices):
    """Who said that a letter did not arrive: the mail server that was to take it, or a later one, by sending it back."""

    SMTP = "smtp"
    RETURNED = "returned"


class Posted(models.Model):
    """That a letter left, kept only where letters that come back are read, and only while they may.

    `id` stands in the sender of its envelope. Nobody but the mail servers on its way knows it, so that nobody else can say
    of an address that it takes no mail.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="posted")
    address = models.EmailField(max_length=254)
    posted_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.job)


class Refusal(models.Model):
    """That a letter was given up, and why: for staff, who see the address and never the letter.

    The letter itself stays with its job until somebody sends it again or gives it up; of one that came back nothing is left.
    `code` and `words` are the mail server's; where none answered, the code is empty and the words name the fault. `status` is
    the finer one of RFC 3463, such as `5.1.1`, where it is known.
    """

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="refusal")
    address = models.EmailField(max_length=254)
    told_by = models.CharField(max_length=8, choices=ToldBy.choices, default=ToldBy.SMTP)
    code = models.CharField(max_length=3, blank=True)
    status = models.CharField(max_length=11, blank=True)
    words = models.TextField(blank=True)
    refused_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)

    class Meta:
        """The order of showing; what is settled has an outcome."""

        ordering: ClassVar = ["-refused_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(settled_at=None, outcome="") | (Q(settled_at__isnull=False) & ~Q(outcome="")),
                name="a_settled_refusal_has_an_outcome",
            )
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.code}".strip()

    @property
    def is_permanent(self) -> bool:
        """Whether the address takes no mail, as far as the server that refused it knows."""
        return (self.status or self.code).startswith("5")
