"""What a handbook states. Every number is read here from the place that the system itself reads it from."""

from collections.abc import Iterable
from textwrap import indent
from typing import Any

from django.conf import settings
from django.utils.translation import override

from guildmark.inspection.allowed import CODE_LAYERS
from guildmark.packs.bank import BankManifest
from guildmark.packs.model import CategorySpec, text_in
from guildmark.packs.skills import AREAS
from guildmark.protocol import ExamKind
from guildmark.rules.contract import ModelFormat
from guildmark.rules.credential import IdentityLevel
from guildmark.rules.scoring import MAX_SCORE, PassRule
from guildmark_portal.exams.models import ExamVersion
from guildmark_portal.exams.policy import IDENTITY_LEVELS, ProgramPolicy
from guildmark_portal.exams.uploads import HOURLY_SHARE
from guildmark_portal.handbook.text import LANGUAGE, plain
from guildmark_portal.profiles.embargoes import in_force

_MIB, _KIB, _MINUTES = 1024 * 1024, 1024, 60
_LANGUAGES = {"en": "English", "ko": "Korean", "zh-Hans": "Chinese (simplified)"}


def contents(version: ExamVersion) -> dict[str, Any]:
    """The values of the template, for the exam `version` and the settings of its program."""
    program, exam, policy = version.program, version.bank.exam, version.program.policy
    with override(LANGUAGE):
        return {
            "organisation": plain(settings.ORGANISATION),
            "address": settings.PORTAL_URL,
            "title": plain(text_in(exam.title, LANGUAGE)),
            "slug": program.slug,
            "level": plain(exam.level),
            "framework": plain(exam.framework),
            "version": exam.version,
            "kind": program.kind,
            "issues_certificates": program.exam_kind is not ExamKind.MOCK,
            "duration": span(exam.duration_minutes),
            "grace": span(exam.grace_minutes),
            "full": MAX_SCORE,
            "weighted": exam.pass_rule is PassRule.WEIGHTED,
            "pass_mark": exam.pass_mark,
            "validity_months": exam.validity_months,
            "exam_languages": _in_words([_LANGUAGES.get(language, language) for language in exam.languages]),
            "categories": [_category(category, version.bank) for category in exam.categories],
            "code_layers": sorted(CODE_LAYERS),
            "hourly_share": HOURLY_SHARE,
            "requirements": indent(version.bank.requirements.strip(), "    "),
            **_settled(policy),
        }


def _settled(policy: ProgramPolicy) -> dict[str, Any]:
    return {
        "fee": policy.price,
        "free": policy.is_free,
        "entitlement_months": policy.entitlement_months,
        "waits": [str(wait) for wait in policy.retake_waits],
        "stipend_days": policy.stipend_use_days,
        "stipend_applications": policy.stipend_applications_a_year,
        "languages": _in_words([_LANGUAGES.get(language, language) for language in policy.languages]),
        "support": policy.support_contact,
        "support_is_mail": "@" in policy.support_contact and not policy.support_contact.startswith("https://"),
        "retention_days": settings.IDENTITY_RETENTION_DAYS,
        "reviewers": settings.IDENTITY_REVIEWERS,
        "embargoed": _in_words([plain(place.name) for place in in_force()] or ["no place"]),
        "steps": policy.registration,
        "has_steps": bool(policy.registration.steps),
        "identity": str(IDENTITY_LEVELS[policy.identity_check]),
        "identity_reviewed": policy.identity_check is IdentityLevel.REVIEWED,
    }


def span(minutes: int) -> str:
    """`5 hours`, `90 minutes`."""
    hours, rest = divmod(minutes, _MINUTES)
    if hours and not rest:
        return "1 hour" if hours == 1 else f"{hours} hours"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def _category(category: CategorySpec, bank: BankManifest) -> dict[str, Any]:
    tasks = [form.task for form in bank.forms_of(category.id)]
    allowed = {model_format for task in tasks for model_format in task.formats}
    areas = sorted({skill[0] for task in tasks for skill in task.skills})
    return {
        "number": category.number,
        "title": plain(text_in(category.title, LANGUAGE)),
        "weight": category.weight,
        "formats": ", ".join(_named(found) for found in ModelFormat if found in allowed),
        "size": _size(max((task.size_limit for task in tasks), default=0)),
        "areas": ", ".join(f"{area} ({AREAS[area].lower()})" for area in areas),
    }


def _named(model_format: ModelFormat) -> str:
    return f"SavedModel ({model_format.suffix})" if model_format is ModelFormat.SAVED_MODEL else model_format.suffix


def _size(count: int) -> str:
    return f"{count / _MIB:g} MiB" if count >= _MIB else f"{count / _KIB:g} KiB"


def _in_words(listed: Iterable[str]) -> str:
    *others, last = listed
    return f"{', '.join(others)} and {last}" if others else last
