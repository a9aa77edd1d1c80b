"""What waits in the outbox, in a terminal: sent with a bar, and told."""

from typing import Any

from rich.text import Text

from guildmark.cli.screen import Screen
from guildmark.client.outbox import Waiting
from guildmark.client.sending import Emptied
from guildmark.client.session import Session
from guildmark.i18n import _
from guildmark.protocol import Problem
from guildmark.rules.wording import size_text


def send_what_waits(screen: Screen, session: Session) -> Emptied:
    """Send what waits, and say what became of it."""
    if not session.waiting():
        return Emptied(stopped_by=session.sender.outbox.unreadable())
    with screen.transfer(_("Sending what waited")) as progress:
        emptied = session.send_waiting(lambda _item, done, total: progress(done, total))
    for one in emptied.sent:
        screen.note(
            _("{category}: {name}, which waited here, is received. The receipt is in .guildmark/receipts.").format(
                category=one.category, name=one.file_name
            )
        )
    return emptied


def tell(screen: Screen, session: Session) -> None:
    """Say what waits, and what waited and was refused; not what another tool is sending at this moment."""
    for one in session.sender.outbox.resting():
        said = _(
            "{category}: {name} ({size}) waits here to be sent. It is not submitted: it counts from the moment that the portal "
            "answers."
        )
        screen.say(Text(said.format(category=one.category, name=one.path.name, size=size_text(one.size)), style="bold"))
        if one.problem is not None:
            screen.say(Text(_("The last try came to nothing: {reason}").format(reason=one.problem.message)))
    for one in session.sender.outbox.refused():
        if one.refused is not None:
            screen.say(Text(_not_taken(one, one.refused), style="bold"))
    if unseen := session.sender.outbox.unreadable():
        screen.say(Text(f"{unseen.message} {unseen.next_step}", style="bold"))


def documents(session: Session) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {**one.model_dump(mode="json", exclude={"before"}), "file_name": one.path.name}
        for one in (*session.waiting(), *session.sender.outbox.refused())
    ]


def _not_taken(item: Waiting, why: Problem) -> str:
    said = _("{category}: {name} waited here and was not taken, so it does not count: {reason}")
    return said.format(category=item.category, name=item.path.name, reason=why.message)
