"""What a handbook states. Every number is read here from the place that the system itself reads it from.

What is said in words (spans, lists, names) is said in the language of the text; how it stands in a sentence, its template says.
"""

from collections.abc import Iterable
from textwrap import indent
from typing import Any

from django.conf import settings
from django.utils.translation import ngettext, pgettext

from guildmark import i18n
from guildmark.client.requirements import pythons_for
from guildmark.inspection.allowed import CODE_LAYERS
from guildmark.packs.bank import BankManifest
from guildmark.packs.model import CategorySpec, text_in
from guildmark.packs.skills import AREAS
from guildmark.rules.contract import ModelFormat
from guildmark.rules.counting import Counts
from guildmark.rules.credential import IdentityLevel
from guildmark.rules.retake import Wait
from guildmark.rules.scoring import MAX_SCORE, PassRule
from guildmark_portal.exams.models import ExamVersion, Program
from guildmark_portal.exams.policy import IDENTITY_LEVELS, ProgramPolicy
from guildmark_portal.exams.policy_instants import written
from guildmark_portal.exams.queries import known_version
from guildmark_portal.exams.support import contact_of
from guildmark_portal.handbook.languages import name_of, offered, speaking
from guildmark_portal.handbook.text import plain
from guildmark_portal.profiles.embargoes import in_force

_MIB, _KIB, _MINUTES = 1024 * 1024, 1024, 60


def contents(version: ExamVersion, language: str) -> dict[str, Any]:
    """The values of the template in `language`, for the exam `version` and the settings of its program."""
    program, exam, policy = version.program, version.bank.exam, version.program.policy
    with speaking(language):
        return {
            "organisation": plain(settings.ORGANISATION),
            "address": settings.PORTAL_URL,
            "title": plain(text_in(exam.title, language)),
            "slug": program.slug,
            "level": plain(exam.level),
            "framework": plain(exam.framework),
            "version": exam.version,
            "kind": program.kind,
            "issues_certificates": program.exam_kind.certifies,
            "duration": span(exam.duration_minutes),
            "grace": span(exam.grace_minutes),
            "full": MAX_SCORE,
            "weighted": exam.pass_rule is PassRule.WEIGHTED,
            "pass_mark": exam.pass_mark,
            "last_counts": exam.counts is Counts.LAST,
            "feedback": exam.feedback.value,
            "validity_months": exam.validity_months,
            "exam_languages": _in_words(map(name_of, exam.languages)),
            "written_in": _in_words(map(name_of, offered(policy.languages))),
            "categories": [_category(category, version.bank, language) for category in exam.categories],
            "code_layers": sorted(CODE_LAYERS),
            "requirements": indent(version.bank.requirements.strip(), "    "),
            "pythons": pythons_for(version.bank.requirements, platform="linux"),
            **_settled(policy),
            **_window(policy),
            "requires": plain(_title_of(policy.requires, language)) if policy.requires else "",
            "free": program.is_free,
        }


def _settled(policy: ProgramPolicy) -> dict[str, Any]:
    return {
        "fee": policy.price,
        "entitlement_months": policy.entitlement_months,
        "waits": [_waited(wait) for wait in policy.retake_waits],
        "refunds": [{"days": step.days, "percent": step.percent} for step in policy.refunds],
        "teachers_see": policy.teachers_see.value,
        "transfers": {source.value for source in policy.transfers},
        "stipend_days": policy.stipend_use_days,
        "stipend_applications": policy.stipend_applications_a_year,
        "languages": _in_words(map(name_of, policy.languages)),
        "hourly_share": policy.submissions_an_hour,
        "appeal_days": policy.appeal_days,
        "answer_days": policy.answer_days,
        "support": contact_of(policy),
        "support_is_mail": "@" in contact_of(policy) and not contact_of(policy).startswith("https://"),
        "retention_days": settings.IDENTITY_RETENTION_DAYS,
        "reviewers": settings.IDENTITY_REVIEWERS,
        "embargoed": _in_words(plain(i18n._(place.name)) for place in in_force()),
        "steps": policy.registration,
        "has_steps": bool(policy.registration.steps),
        "identity": str(IDENTITY_LEVELS[policy.identity_check]),
        "identity_reviewed": policy.identity_check is IdentityLevel.REVIEWED,
    }


def _window(policy: ProgramPolicy) -> dict[str, str]:
    """Instants as they are settled, in UTC: the same in every language."""
    instants = {"opens": policy.opens_at, "closes": policy.closes_at, "registration_closes": policy.registration_closes_at}
    return {name: "" if at is None else written(at) for name, at in instants.items()}


def _title_of(slug: str, language: str) -> str:
    """What another program is called."""
    program = Program.objects.filter(slug=slug).first()
    version = None if program is None else known_version(program)
    return slug if version is None else text_in(version.bank.exam.title, language)


def span(minutes: int) -> str:
    """`5 hours`, `90 minutes`, in the active language."""
    hours, rest = divmod(minutes, _MINUTES)
    if hours and not rest:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def _waited(wait: Wait) -> str:
    count = {"count": wait.count}
    if wait.unit == "day":
        return ngettext("%(count)d day", "%(count)d days", wait.count) % count
    if wait.unit == "month":
        return ngettext("%(count)d month", "%(count)d months", wait.count) % count
    return ngettext("%(count)d year", "%(count)d years", wait.count) % count


def _category(category: CategorySpec, bank: BankManifest, language: str) -> dict[str, Any]:
    tasks = [form.task for form in bank.forms_of(category.id)]
    allowed = {model_format for task in tasks for model_format in task.formats}
    areas = sorted({skill[0] for task in tasks for skill in task.skills})
    return {
        "number": category.number,
        "title": plain(text_in(category.title, language)),
        "weight": category.weight,
        "formats": [_named(found) for found in ModelFormat if found in allowed],
        "size": _size(max((task.size_limit for task in tasks), default=0)),
        "areas": [{"letter": letter, "title": i18n._(AREAS[letter])} for letter in areas],
    }


def _named(model_format: ModelFormat) -> str:
    return f"SavedModel ({model_format.suffix})" if model_format is ModelFormat.SAVED_MODEL else model_format.suffix


def _size(count: int) -> str:
    return f"{count / _MIB:g} MiB" if count >= _MIB else f"{count / _KIB:g} KiB"


def _in_words(listed: Iterable[str]) -> str:
    """`A`, `A and B`, `A, B and C`, in the active language; nothing for nothing."""
    *others, last = list(listed) or [""]
    if not others:
        return last
    # Translators: what stands between two things of a list, such as languages or places
    comma = pgettext("list", ", ")
    return pgettext("list", "%(others)s and %(last)s") % {"others": comma.join(others), "last": last}
