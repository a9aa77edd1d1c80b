"""What was submitted, each article of it rendered once: a page that lives sends its whole list again with every score."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from guildmark.protocol import AttemptState, SubmissionState
from guildmark.rules.attempt import Phase
from guildmark.rules.counting import Counts

register = template.Library()


@dataclass(frozen=True)
class _Article:
    """Equal to another one that reads the same."""

    facts: str
    phase: Phase
    counts: Counts
    language: str | None
    submission: SubmissionState = field(compare=False)


@lru_cache(maxsize=2048)
def _rendered(article: _Article) -> SafeString:
    return render_to_string("guildmark/submission.html", vars(article))


@register.simple_tag(takes_context=True)
def submission_article(context: dict[str, Any], submission: SubmissionState) -> SafeString:
    """A submission of the attempt `state`: what became of it, its file, its receipt, and whether it counts."""
    state: AttemptState = context["state"]
    return _rendered(_Article(submission.model_dump_json(), state.phase, state.counts, get_language(), submission))
