"""`guildmark submit`: check, warn, send, wait, show the score."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from guildmark.cli import completion, show
from guildmark.cli.here import exam_here
from guildmark.cli.options import AsJson, Yes
from guildmark.cli.outbox_told import send_what_waits
from guildmark.cli.screen import Screen
from guildmark.client import wording
from guildmark.client.check import unavailable
from guildmark.client.looking import Considered, Look, consider, time_left_s
from guildmark.client.notices import Notice
from guildmark.client.session import Session
from guildmark.client.submissions import after_it_was_received
from guildmark.errors import ModelRefused, OurFault
from guildmark.i18n import _
from guildmark.protocol import AttemptState, CategoryState, SubmissionState
from guildmark.rules.verdict import Verdict

_STOPPED = 130


def submit(  # noqa: PLR0913  # the options of the command
    category: Annotated[str, typer.Argument(help=_("The category: 3 or category3."), autocompletion=completion.categories)],
    file: Annotated[
        Path | None, typer.Argument(help=_("The saved model; the newest mymodel.keras or mymodel.h5 if not given."))
    ] = None,
    *,
    check: Annotated[bool, typer.Option("--check/--no-check", help=_("Look at the file before it is sent."))] = True,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help=_("Wait for the score."))] = True,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Hand in a model; exit status 3 for a verdict that is the candidate's to mend.

    Where the portal does not answer, the file is kept, and sent by the next command that finds the portal: exit status 5.
    """
    screen = Screen(as_json=as_json)
    with exam_here() as session:
        path = file or session.model_of(category)
        with _told_when_stopped(screen, session):
            found = _considered(screen, session, category, path, looks=check)
            if not _is_wanted(screen, found.notices, yes=yes):
                screen.say(_("Nothing was submitted."))
                screen.answer({"submission": None, "warnings": _documents(found.notices), "local_check": found.look.value})
                return
            with screen.transfer(_("Sending {name}").format(name=path.name)) as progress:
                sent = session.submit(
                    category, path, progress=progress, wait=False, rest=False, held_up=lambda: _held_up(screen)
                )
            screen.note(_("Received in time. The receipt is in .guildmark/receipts."))
            send_what_waits(screen, session)
        final, state = _await(screen, session, sent, wait=wait)
    of_it = next(one for one in state.categories if one.id == final.category)
    _tell(screen, final, of_it)
    screen.say(show.time_left(state))
    screen.answer(
        {
            "submission": final.model_dump(mode="json"),
            "best_score": of_it.best_score,
            "time_left_s": state.time_left_s,
            "local_check": found.look.value,
            "warnings": _documents(found.notices),
        }
    )
    if final.report is not None and final.report.verdict is not Verdict.GRADED:
        raise typer.Exit(OurFault.exit_code if final.report.verdict.is_ours else ModelRefused.exit_code)


@contextmanager
def _told_when_stopped(screen: Screen, session: Session) -> Iterator[None]:
    """Say on Ctrl+C what becomes of the file: from the moment that it is kept here, the next command sends it."""
    before = {one.ticket for one in session.waiting()}
    try:
        yield
    except KeyboardInterrupt:
        wanted = next((one for one in session.waiting() if one.ticket not in before), None)
        if wanted is None:
            screen.note(_("Stopped. guildmark status shows what was submitted."))
        else:
            said = _(
                "Stopped. {name} is kept here and not sent whole yet; the next command goes on with it, such as: {command}"
            )
            screen.note(said.format(name=wanted.path.name, command="guildmark status"))
        raise typer.Exit(_STOPPED) from None


def _considered(screen: Screen, session: Session, category: str, path: Path, *, looks: bool) -> Considered:
    """What speaks against the file. Raises `ModelRefused` for what the grader would refuse."""
    with screen.waiting(_("Looking at {file}").format(file=path.name)):
        found = consider(session, category, path, time_left_s=time_left_s(session), looks=looks)
    if found.look is Look.UNAVAILABLE:
        missing = unavailable()
        screen.note(_("The file was not looked at before it is sent: {next_step}").format(next_step=missing.next_step))
    for notice in found.notices:
        screen.note(notice.text, style="yellow")
    if found.look is Look.REFUSED:
        otherwise = _("Change the model as described, and submit it again; or send it all the same with --no-check.")
        raise ModelRefused(found.findings, next_step=otherwise)
    return found


def _is_wanted(screen: Screen, notices: tuple[Notice, ...], *, yes: bool) -> bool:
    """Whether to send the file in spite of `notices`. Where nobody can be asked it is sent."""
    if not notices or yes or not screen.can_ask:
        return True
    try:
        return screen.confirm(_("Submit it all the same?"), yes=False)
    except KeyboardInterrupt:
        screen.note(_("Nothing was submitted."))
        raise typer.Exit(_STOPPED) from None


def _held_up(screen: Screen) -> None:
    screen.note(_("Another tool sends a file in this category. This one is sent after it."))


def _documents(notices: tuple[Notice, ...]) -> list[dict[str, str]]:
    return [notice.model_dump(mode="json") for notice in notices]


def _await(screen: Screen, session: Session, sent: SubmissionState, *, wait: bool) -> tuple[SubmissionState, AttemptState]:
    """The submission, graded if that is waited for, and the attempt with it."""
    try:
        with after_it_was_received():
            if not wait:
                return sent, session.state()
            with screen.waiting(_("Waiting for the score")) as update:
                final = session.wait_for(sent, changed=lambda state: update(wording.standing(state)))
            return final, session.state()
    except KeyboardInterrupt:
        screen.note(_("Stopped waiting. Your submission is kept and graded; guildmark status shows its score."))
        raise typer.Exit(_STOPPED) from None


def _tell(screen: Screen, submission: SubmissionState, category: CategoryState) -> None:
    report = submission.report
    screen.say(Text(f"{submission.category}  {submission.file_name}", style="bold"))
    if report is None:
        screen.say(_("It is queued for grading; guildmark status shows its score."))
        return
    said = [wording.standing(submission), wording.to_next(report)]
    line = show.marks(report.score, screen.out).append("".join(f"  {words}" for words in said if words), style="default")
    screen.say(line, Text(report.message))
    if report.hint:
        screen.say(Text(_("Hint: {hint}").format(hint=report.hint)))
    if submission.counts or category.best_score is None:
        return
    if category.pinned is not None:
        told = _("The submission that you pinned counts: {score}. To take the pin off, run: guildmark unpin {number}")
        screen.say(told.format(score=category.best_score, number=category.number))
    else:
        screen.say(_("Another submission counts: {best}.").format(best=category.best_score))
