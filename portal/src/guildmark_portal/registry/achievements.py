"""What certificates stand for: the page of every achievement that a badge can name, where the badge says that it is."""

from collections.abc import Set as AbstractSet
from functools import partial
from typing import Final

from guildmark_portal.credentials import achievements
from guildmark_portal.registry.pages import Site
from guildmark_portal.web.achievement import described

_TEMPLATE: Final = "registry/achievement.html"


def write(site: Site, *, named: AbstractSet[tuple[str, str]]) -> None:
    """The pages, in every language: those that certificates can name today, and `named`, which some in the export do name."""
    for program, version in sorted(named | achievements.live()):
        exams = achievements.exams_of(program, version)
        site.page(f"programs/{program}/achievements/{version}/", _TEMPLATE, partial(described, exams))
