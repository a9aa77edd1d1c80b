"""The language of the request, as exam packs name languages."""

from django.utils import translation


def current() -> str:
    """The active language as a pack's key, such as `en`, `ko` or `zh-Hans`; English where none is active."""
    language = translation.get_language() or "en"
    primary, _, rest = language.partition("-")
    return f"{primary}-{rest.title()}" if len(rest) == len("Hans") else primary
