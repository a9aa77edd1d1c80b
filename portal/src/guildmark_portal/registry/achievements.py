"""What certificates stand for: the page of every achievement that a badge can name, where the badge says that it is."""

from functools import partial
from typing import Any, Final

from guildmark_portal.credentials import achievements
from guildmark_portal.registry.pages import Site
from guildmark_portal.web.achievement import described

_TEMPLATE: Final = "registry/achievement.html"


def write(site: Site) -> None:
    """The pages, in every language."""
    for program, version in achievements.live():
        site.page(f"programs/{program}/achievements/{version}/", _TEMPLATE, partial(_told, program, version))


def _told(program: str, version: str) -> dict[str, Any]:
    return described(program, version) or {}
