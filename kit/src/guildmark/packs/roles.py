"""What people call the roles of references."""

from collections.abc import Mapping

from guildmark.i18n import mark
from guildmark.packs.model import Role

ROLE_TITLES: Mapping[Role, str] = {
    Role.FULL: mark("full"),
    Role.PARTIAL: mark("partial"),
    Role.BASELINE: mark("baseline"),
    Role.REFUSED: mark("refused"),
}
"""To be translated when they are shown."""
