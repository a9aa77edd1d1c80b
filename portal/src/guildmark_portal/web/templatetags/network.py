"""Numbers as people read them, and the choices of a search: hundreds of them, too many for the loop of a template."""

from collections.abc import Iterable

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def grouped(count: int) -> str:
    """A whole number with its thousands apart, as the reader's language writes it."""
    return number_format(count, use_l10n=True, force_grouping=True)


@register.simple_tag
def options(offered: Iterable[tuple[str, str]], chosen: str) -> SafeString:
    """The options of a select: value and words, with the chosen one selected."""
    selected = SafeString(" selected")
    rows = ((value, selected if value == chosen else "", words) for value, words in offered)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)
