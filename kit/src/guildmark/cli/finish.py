"""`guildmark finish`."""

import typer

from guildmark.cli import show
from guildmark.cli.here import exam_here
from guildmark.cli.options import AsJson, Yes
from guildmark.cli.outbox_told import send_what_waits, tell
from guildmark.cli.screen import Screen
from guildmark.errors import AttemptClosed, ConfirmationNeeded, NotStarted
from guildmark.i18n import _
from guildmark.protocol import Readiness
from guildmark.rules.attempt import Phase

_STOPPED = 130


def finish(*, yes: Yes = False, as_json: AsJson = False) -> None:
    """Show what finishing would mean, ask, finish."""
    screen = Screen(as_json=as_json)
    with exam_here() as session:
        state = session.state()
        if state.phase in (Phase.REGISTERED, Phase.PREPARED):
            raise NotStarted
        if state.phase is not Phase.RUNNING:
            raise AttemptClosed
        send_what_waits(screen, session)
        tell(screen, session)
        found = session.readiness()
        screen.say(show.time_left(state), "", show.readiness(found, screen.out), "")
        screen.say(*_also(found))
        try:
            sure = screen.confirm(_("Finish the exam now? The clock cannot be started again."), yes=yes)
        except ConfirmationNeeded:
            if not screen.as_json:  # people see the list above
                raise ConfirmationNeeded(next_step=_("Run: guildmark finish --yes")) from None
            raise ConfirmationNeeded(
                " ".join([*_missing(found), *_also(found), _("The exam is not finished: that needs your word.")]),
                next_step=_("Run: guildmark finish --yes"),
            ) from None
        except KeyboardInterrupt:
            screen.note(_("The exam goes on."))
            raise typer.Exit(_STOPPED) from None
        if not sure:
            screen.say(_("The exam goes on."), show.time_left(state))
            screen.answer(state.model_dump(mode="json"))
            return
        state = session.finish(confirm=True)
    screen.say(_("The exam is finished. Next: guildmark result"))
    screen.answer(state.model_dump(mode="json"))


def _missing(found: Readiness) -> list[str]:
    return [
        _("Category {number} ({title}): {warning}").format(number=item.number, title=item.title, warning=item.warning)
        for item in found.items
        if item.warning
    ]


def _also(found: Readiness) -> list[str]:
    uploads = [
        _("The upload of {name} is under way and would be abandoned.").format(name=upload.file_name)
        for upload in found.open_uploads
    ]
    pending = [_("{count} submissions are still being graded; they count.").format(count=found.pending)]
    return [*uploads, *(pending if found.pending else [])]
