"""What the templates of cases need: words for codes, and how much waits."""

from typing import Any

from django import template
from django.utils.functional import Promise

from guildmark.rules.attempt import Phase
from guildmark_portal.accounts.models import Role, User
from guildmark_portal.accounts.roles import holds
from guildmark_portal.operations.queries import Stands, count_waiting
from guildmark_portal.web import case_wording, wording
from guildmark_portal.web.wording import Saying

register = template.Library()


@register.filter
def case_kind(stands: Stands) -> str | Promise:
    """What the case is about."""
    return case_wording.KINDS[stands.kind]


@register.filter
def case_saying(stands: Stands) -> Saying:
    """Where it stands, or what was answered."""
    return case_wording.saying(stands.standing, stands.outcome)


@register.simple_tag
def attempt_standing(phase: Phase, passed: bool | None) -> str | Promise:  # noqa: FBT001 - templates name no arguments
    """Where an attempt stands, in a word."""
    return wording.of_attempt(phase, passed=passed).word


@register.simple_tag(takes_context=True)
def cases_waiting(context: dict[str, Any]) -> int | None:
    """How many cases wait for whoever reads the page; None for those of whom nothing is asked."""
    user = context.get("user")
    return count_waiting(user) if isinstance(user, User) and holds(user, Role.EXAMINER, Role.SUPPORT) else None


@register.simple_tag(takes_context=True)
def reads_desk(context: dict[str, Any]) -> bool:
    """Whether the desk opens to whoever reads the page, though nothing is asked of them."""
    return holds(context.get("user"), Role.AUDITOR)
