"""`guildmark status`."""

from rich.text import Text

from guildmark.cli import show
from guildmark.cli.here import exam_here
from guildmark.cli.options import AsJson
from guildmark.cli.outbox_told import documents, send_what_waits, tell
from guildmark.cli.screen import Screen
from guildmark.client import wording
from guildmark.client.kept import LastHeard, this_machines_time
from guildmark.client.outbox import Waiting
from guildmark.client.session import Session
from guildmark.errors import ServerUnreachable, SignInRequired
from guildmark.i18n import _
from guildmark.protocol import AttemptState, OpenUpload
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
        except (ServerUnreachable, SignInRequired):
            _tell_last(screen, session)
            raise
        if send_what_waits(screen, session).sent:
            state = session.state()
        _tell(screen, state, session.waiting())
        tell(screen, session)
        screen.answer({**state.model_dump(mode="json"), "waiting": documents(session)})


def _tell(screen: Screen, state: AttemptState, waiting: tuple[Waiting, ...]) -> None:
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
            screen.say(_under_way(category.number, category.open_upload, waiting))


def _under_way(number: int, upload: OpenUpload, waiting: tuple[Waiting, ...]) -> str:
    """How far an upload is; what the outbox does not have goes on only when it is handed in again."""
    said = _("Category {number}: {name} is under way, {offset} of {size}.").format(
        number=number, name=upload.file_name, offset=size_text(upload.offset), size=size_text(upload.size)
    )
    is_here = any(
        (one.category, one.path.name, one.size) == (upload.category, upload.file_name, upload.size) for one in waiting
    )
    return said if is_here else f"{said} {_('Submit it again to go on.')}"


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
