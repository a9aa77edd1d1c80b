"""How the lines of `doctor` and `rehearse` are told."""

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from guildmark.cli.screen import Screen
from guildmark.client.health import Check
from guildmark.i18n import _


def tell(screen: Screen, check: Check) -> None:
    """A line with its mark, and what to do below it."""
    mark = Text(_("good"), style="bold green") if check.good else Text(_("look"), style="bold yellow")
    screen.say(mark.append(f"  {check.said}", style="default"))
    if check.fallback:
        screen.say(Text(f"      {check.fallback}"))


def rows(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """The lines in the JSON of a command."""
    return [{"name": one.name, "good": one.good, "message": one.said, "next_step": one.fallback} for one in checks]
