"""Letters that did not arrive."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from guildmark_portal.jobs.models import Job


class Outcome(models.TextChoices):
    """What somebody made of a letter that did not arrive."""

    RESENT = "resent"
    GIVEN_UP = "given_up"


class Refusal(models.Model):
    """That a letter was given up, and why: for staff, who see the address and never the letter.

    The letter itself stays with its job until somebody sends it again or gives it up. `code` and `words` are the mail server's;
    where none answered, the code is empty and the words name the fault.
    """

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="refusal")
    address = models.EmailField(max_length=254)
    code = models.CharField(max_length=3, blank=True)
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
