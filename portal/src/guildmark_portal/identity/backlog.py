"""How much waits for reviewers, in one query: every page of theirs says so."""

from django.db.models import Count, F, Q

from guildmark.rules.identity import Verdict
from guildmark_portal.identity.models import Round


def checks_waiting() -> int:
    """How many checks the queue shows. A new round is submitted only once the one before has its outcome."""
    approvals = Count("decisions", filter=Q(decisions__verdict=Verdict.APPROVED.value))
    undecided = Round.objects.filter(of_check__closed_at=None).exclude(decisions__verdict=Verdict.REJECTED.value)
    return undecided.annotate(approvals=approvals).filter(approvals__lt=F("reviewers_needed")).count()
