"""`guildmark finish`."""

from typing import Annotated

import typer

from guildmark.cli import show
from guildmark.cli.here import exam_here
from guildmark.cli.options import AsJson, Yes
from guildmark.cli.outbox_told import send_what_waits, tell
from guildmark.cli.screen import Screen
from guildmark.client.ending_told import besides, held_up
from guildmark.client.finishing import require_taken
from guildmark.client.session import Session
from guildmark.errors import AttemptClosed, ConfirmationNeeded, NotStarted, StillWaiting
from guildmark.i18n import _
from guildmark.protocol import AttemptState, Readiness
from guildmark.rules.attempt import Phase

_STOPPED = 130


def finish(
    *,
    yes: Yes = False,
    without_waiting: Annotated[
        bool, typer.Option("--without-waiting", help=_("Finish although files that were handed in are not sent yet."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what finishing would mean, ask, finish. While files wait to be sent, that takes a word of its own."""
    screen = Screen(as_json=as_json)
    with exam_here() as session:
        state = session.state()
        if state.phase in (Phase.REGISTERED, Phase.PREPARED):
            raise NotStarted
        if state.phase is not Phase.RUNNING:
            raise AttemptClosed
        emptied = send_what_waits(screen, session)
        tell(screen, session)
        if yes and not without_waiting:  # else somebody sees it before the question
            require_taken(emptied)
        found = session.readiness()
        screen.say(show.time_left(state), "", show.readiness(found, screen.out), "")
        outbox = session.sender.outbox
        sending = [one for one in session.waiting() if outbox.is_being_sent(one)]  # what rests was told above
        screen.say(*besides(found, sending))
        try:
            sure = screen.confirm(_("Finish the exam now? The clock cannot be started again."), yes=yes)
        except ConfirmationNeeded:
            if not screen.as_json:  # people see the list above
                raise ConfirmationNeeded(next_step=_("Run: guildmark finish --yes")) from None
            raise ConfirmationNeeded(
                " ".join(
                    [*_missing(found), *besides(found, session.waiting()), _("The exam is not finished: that needs your word.")]
                ),
                next_step=_("Run: guildmark finish --yes"),
            ) from None
        except KeyboardInterrupt:
            screen.note(_("The exam goes on."))
            raise typer.Exit(_STOPPED) from None
        if not sure:
            screen.say(_("The exam goes on."), show.time_left(state))
            screen.answer(state.model_dump(mode="json"))
            return
        ended = _ended(screen, session, yes=yes, without_waiting=without_waiting)
        if ended is None:
            screen.say(_("The exam goes on."), show.time_left(state))
            screen.answer(state.model_dump(mode="json"))
            return
    screen.say(_("The exam is finished. Next: guildmark result"))
    screen.answer(ended.model_dump(mode="json"))


def _ended(screen: Screen, session: Session, *, yes: bool, without_waiting: bool) -> AttemptState | None:
    """The attempt, finished; None where files wait to be sent and somebody would rather have them sent."""
    try:
        return _finished(screen, session, leave_waiting=without_waiting)
    except StillWaiting as left:
        if yes or not screen.can_ask:
            step = _("Wait until they are sent, or run: guildmark finish --yes --without-waiting")
            raise StillWaiting(left.message, next_step=step, files=tuple(left.details["files"])) from left
        screen.note(left.message)
        try:
            if not screen.confirm(_("Finish without these files?"), yes=False):
                return None
        except KeyboardInterrupt:
            screen.note(_("The exam goes on."))
            raise typer.Exit(_STOPPED) from None
    return _finished(screen, session, leave_waiting=True)


def _finished(screen: Screen, session: Session, *, leave_waiting: bool) -> AttemptState:
    with screen.transfer(_("Sending what waited")) as progress:
        return session.finish(
            confirm=True,
            leave_waiting=leave_waiting,
            progress=lambda _item, done, total: progress(done, total),
            held_up=lambda: screen.note(held_up()),
        )


def _missing(found: Readiness) -> list[str]:
    return [
        _("Category {number} ({title}): {warning}").format(number=item.number, title=item.title, warning=item.warning)
        for item in found.items
        if item.warning
    ]
