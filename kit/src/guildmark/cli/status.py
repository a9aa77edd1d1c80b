"""`guildmark status`."""

from rich.text import Text

from guildmark.cli import show
from guildmark.cli.here import exam_here
from guildmark.cli.options import AsJson
from guildmark.cli.outbox_told import documents, send_what_waits, tell
from guildmark.cli.screen import Screen
from guildmark.client import wording
from guildmark.client.kept import LastHeard, this_machines_time
from guildmark.client.session import Session
from guildmark.errors import ServerUnreachable
from guildmark.i18n import _
from guildmark.protocol import AttemptState
from guildmark.rules.attempt import Phase
from guildmark.rules.wording import size_text

_NEXT = {
    Phase.REGISTERED: _("Next: guildmark start"),
    Phase.PREPARED: _("Next: guildmark start"),
    Phase.RUNNING: _("Next: guildmark submit CATEGORY; when all is done, guildmark finish"),
    Phase.GRADING: _("The last submissions are being graded. Next: guildmark result"),
    Phase.DECIDED: _("Next: guildmark result"),
}


def status(*, as_json: AsJson = False) -> None:
    """Phase, clock, scores, and what waits to be sent; it is sent if the portal answers."""
    screen = Screen(as_json=as_json)
    with exam_here() as session:
        try:
            state = session.state()
        except ServerUnreachable:
            _tell_last(screen, session)
            raise
        if send_what_waits(screen, session).sent:
            state = session.state()
        _tell(screen, state)
        tell(screen, session)
        screen.answer({**state.model_dump(mode="json"), "waiting": documents(session)})


def _tell(screen: Screen, state: AttemptState) -> None:
    screen.say(
        Text(f"{state.exam_title}  {state.exam_version}", style="bold"),
        show.time_left(state),
        *wording.last_day(state),
        "",
        show.categories(state.categories, screen.out),
        "",
        _NEXT[state.phase],
    )
    for category in state.categories:
        if category.open_upload is not None:
            upload = category.open_upload
            screen.say(
                _("Category {number}: {name} is under way, {offset} of {size}. Submit it again to go on.").format(
                    number=category.number,
                    name=upload.file_name,
                    offset=size_text(upload.offset),
                    size=size_text(upload.size),
                )
            )


def _tell_last(screen: Screen, session: Session) -> None:
    """What is known without the portal."""
    last = session.last_heard()
    if last is not None:
        state = last.state
        screen.say(Text(f"{state.exam_title}  {state.exam_version}", style="bold"), _time_by_this_clock(last), "")
        screen.say(show.categories(state.categories, screen.out), "")
    tell(screen, session)


def _time_by_this_clock(last: LastHeard) -> Text:
    if last.state.phase is not Phase.RUNNING:
        return show.time_left(last.state)
    said = _("Time left {time} by this machine's clock; the portal's decides.")
    return Text(said.format(time=wording.clock(last.time_left_s(this_machines_time()))), style="bold")
