"""Documents that make a page of their own, such as the terms."""

from django import template
from django.utils.safestring import SafeString

from guildmark_portal.web import markdown

register = template.Library()


@register.filter
def document_html(text: str) -> SafeString:
    """Markdown as safe HTML, without a title on its first line: the page has one."""
    first, _newline, rest = text.partition("\n")
    return markdown.to_html(rest if first.startswith("# ") else text, below=0)
