"""`guildmark break`."""

from guildmark.cli import show
from guildmark.cli.here import exam_here
from guildmark.cli.options import AsJson
from guildmark.cli.screen import Screen
from guildmark.client.wording import local_time
from guildmark.i18n import _


def take_break(*, as_json: AsJson = False) -> None:
    """Take a break that was granted: its minutes are added, and the clock runs on."""
    screen = Screen(as_json=as_json)
    with exam_here() as session:
        state = session.take_break()
    until = "" if state.break_until is None else local_time(state.break_until)
    screen.say(_("You are on a break until {time}. Breaks left after it: {left}").format(time=until, left=state.breaks_left))
    screen.say(show.time_left(state))
    screen.answer(state.model_dump(mode="json"))
