"""What the templates of pages need beyond Django's own: score marks, icons, and the words for codes."""

from datetime import datetime
from functools import lru_cache
from typing import Final

from allauth.account import app_settings as account
from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from guildmark.protocol import AttemptState, AttemptSummary, CategoryState, MetricView, ReportView, SubmissionState
from guildmark.rules.contract import ModelFormat, TensorContract, shape_text
from guildmark.rules.credential import IdentityLevel
from guildmark.rules.scoring import MAX_SCORE, PassRule
from guildmark_portal.exams.policy import IDENTITY_LEVELS
from guildmark_portal.web import markdown, wording

register = template.Library()

_MINUTE: Final = 60
_HOUR: Final = 3600


@register.simple_tag
def score(value: int | None) -> SafeString:
    """Five marks that fill up to `value`, with the number beside them; None is "no score yet"."""
    return _score(value, get_language())


@lru_cache(maxsize=256, typed=True)
def _score(value: int | None, _language: str | None) -> SafeString:
    """The marks in the active language, which is `_language`: an exported register asks for them a million times."""
    label = gettext("no score yet") if value is None else gettext("%(score)d of %(full)d") % {"score": value, "full": MAX_SCORE}
    marks = [(16 * place, place < (value or 0)) for place in range(MAX_SCORE)]
    return render_to_string("guildmark/score.html", {"value": value, "label": label, "marks": marks})


@register.inclusion_tag("guildmark/icon.html")
def icon(tone: str) -> dict[str, str]:
    """The icon of a tone: "good", "caution", "bad", "waiting"; anything else is the plain one."""
    return {"tone": tone}


@register.filter
def markdown_html(text: str, title: str = "") -> SafeString:
    """Markdown of an exam's author as safe HTML, without a first heading that repeats `title`."""
    return markdown.to_html(text, title)


@register.filter
def saying(submission: SubmissionState) -> wording.Saying:
    """What became of a submission."""
    return wording.of_submission(submission)


@register.filter
def standing(attempt: AttemptSummary | AttemptState) -> wording.Saying:
    """Where an attempt stands."""
    if isinstance(attempt, AttemptSummary):
        return wording.of_attempt(attempt.phase, passed=attempt.passed)
    return wording.of_attempt(attempt.phase, passed=attempt.result.passed if attempt.result else None)


@register.filter
def metric(view: MetricView) -> str:
    """A metric with its name, value and unit."""
    return wording.metric(view)


@register.filter
def metric_name(name: str) -> str:
    """A metric's name in words."""
    return wording.metric_name(name)


@register.filter
def quantity(value: float, unit: str) -> str:
    """A value with its unit."""
    return wording.quantity(value, unit)


@register.filter
def clock(seconds: float) -> str:
    """Seconds as `4:59:59`."""
    return wording.clock(seconds)


@register.filter
def duration(seconds: float) -> str:
    """Seconds as `5 hours` or `90 minutes`."""
    hours, rest = divmod(int(seconds), _HOUR)
    if hours and not rest:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    minutes = int(seconds) // _MINUTE
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


@register.filter
def size(count: int) -> str:
    """Bytes as `5 MiB`, `114.2 KiB` or `16 bytes`."""
    return wording.size(count)


@register.filter
def shape(tensor: TensorContract) -> str:
    """A tensor as candidates write it: `(None, 28, 28) float32`, and `left (None, 3) float32` where it has a name."""
    return f"{tensor.name} {shape_text(tensor.shape)} {tensor.dtype}".strip()


@register.filter
def suffix(allowed: ModelFormat) -> str:
    """The ending of a model file: `.keras`, `.zip` for a SavedModel."""
    return allowed.suffix


@register.filter
def identity_level(level: IdentityLevel) -> str:
    """How the holder's identity was checked, in words."""
    return str(IDENTITY_LEVELS[level])


@register.filter
def bands(category: CategoryState) -> tuple[wording.BandShown, ...]:
    """The bands of a category's task, with the place of what counts."""
    return wording.bands(category)


@register.filter
def to_next(report: ReportView) -> str:
    """How far a graded model is from its next point."""
    return wording.to_next(report)


@register.filter
def time_level(attempt: AttemptState) -> str:
    """How near the end is."""
    return wording.time_level(attempt.time_left_s, wording.warnings(attempt))


@register.filter
def time_ahead(attempt: AttemptState) -> int:
    """The seconds that its candidate will have from the start: the exam's own, and the extra time that was granted."""
    return attempt.duration_s + attempt.extra_s


@register.filter
def warns(attempt: AttemptState, level: str) -> bool:
    """Whether its candidate is warned when so little time is left."""
    return level in wording.warnings(attempt)


@register.filter
def instant(at: datetime) -> SafeString:
    """An instant for a sentence, as `instant.html` writes it: pages show it in the reader's own zone."""
    return mark_safe(render_to_string("guildmark/instant.html", {"at": at}).strip())  # noqa: S308 - our own template


@register.filter
def time_added(attempt: AttemptState) -> str:
    """All the time that was added, as `12 min 5 s`."""
    return wording.span(sum(credit.seconds for credit in attempt.credits))


@register.filter
def span(seconds: int) -> str:
    """Seconds as `12 min 5 s`."""
    return wording.span(seconds)


@register.filter
def announcement(category: CategoryState) -> str:
    """What a screen reader is told when the newest submission of `category` changes; empty without one."""
    if not category.submissions:
        return ""
    newest = category.submissions[0]
    parts = [
        gettext("Category %(number)d") % {"number": category.number},
        newest.file_name,
        str(wording.of_submission(newest).word),
    ]
    if newest.report is not None and newest.report.score is not None:
        parts.append(gettext("%(score)d of %(full)d") % {"score": newest.report.score, "full": MAX_SCORE})
    if newest.report is not None:
        parts.append(newest.report.message)
    return ", ".join(parts)


@register.simple_tag
def code_minutes(purpose: str) -> int:
    """For how many minutes a code is valid: one to sign in ("login"), or one that confirms an address."""
    seconds = account.LOGIN_BY_CODE_TIMEOUT if purpose == "login" else account.EMAIL_VERIFICATION_BY_CODE_TIMEOUT
    return int(seconds) // _MINUTE


@register.simple_tag
def pass_rule(rule: PassRule, mark: int) -> str:
    """What a pass needs, in words."""
    if rule is PassRule.ALL_FULL:
        return gettext("full score in every category")
    return gettext("%(mark)d of 100 points") % {"mark": mark}
