"""What the pages of results draw: bars that say the same as the number beside them."""

from django import template

from guildmark.packs.skills import AREAS
from guildmark.protocol import AreaResult, AttemptState, CategoryResult, Result, SkillResult

register = template.Library()


@register.inclusion_tag("guildmark/bar.html")
def points_bar(category: CategoryResult, result: Result) -> dict[str, str]:
    """As long as the category weighs, beside the heaviest one; filled as far as its points go."""
    heaviest = max(other.weight for other in result.categories)
    return {"of": f"{100 * category.weight / heaviest:.1f}", "filled": f"{100 * category.points / heaviest:.1f}"}


@register.inclusion_tag("guildmark/bar.html")
def share_bar(shown: SkillResult) -> dict[str, str]:
    """Filled as far as the skill or the area was shown."""
    return {"of": "100", "filled": str(shown.hundredths)}


@register.filter
def heading(area: AreaResult) -> str:
    """`C. Image classification`; an area that the checklist does not know has its letter alone."""
    return f"{area.id}. {area.title}" if area.id in AREAS else area.id


@register.filter
def weakest(areas: tuple[AreaResult, ...]) -> str:
    """The letter of the area that was shown least, of those that miss points; empty where none does."""
    missing = [area for area in areas if area.points < area.points_possible]
    return min(missing, key=lambda area: area.points / area.points_possible).id if missing else ""


@register.filter
def submitted(attempt: AttemptState) -> bool:
    """Whether anything was."""
    return any(category.submissions for category in attempt.categories)
