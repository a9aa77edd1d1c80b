"""`guildmark submit`: check, send, wait, show the score."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from guildmark.cli import show
from guildmark.cli.here import exam_here
from guildmark.cli.options import AsJson
from guildmark.cli.screen import Screen
from guildmark.client.run import Run
from guildmark.client.session import Session
from guildmark.errors import CheckUnavailable, ModelRefused, OurFault, ServerUnreachable
from guildmark.i18n import _
from guildmark.protocol import CategoryState, SubmissionState
from guildmark.rules.verdict import Verdict
from guildmark.rules.wording import describe

_STOPPED = 130
_NEVER_TAKEN = ("file.empty", "file.too_large")  # the portal does not open an upload for these
_HURRY_S = 300  # opening the upload is what counts before the deadline: then nothing may come before it that takes long


def submit(
    category: Annotated[str, typer.Argument(help=_("The category: 3 or category3."))],
    file: Annotated[
        Path | None, typer.Argument(help=_("The saved model; the newest mymodel.keras or mymodel.h5 if not given."))
    ] = None,
    *,
    check: Annotated[bool, typer.Option("--check/--no-check", help=_("Look at the file before it is sent."))] = True,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help=_("Wait for the score."))] = True,
    as_json: AsJson = False,
) -> None:
    """Hand in a model; exit status 3 for a verdict that is the candidate's to mend."""
    screen = Screen(as_json=as_json)
    with exam_here() as session:
        path = file or session.model_of(category)
        state = session.state()
        looked = _look(screen, session, category, path, hurry=state.time_left_s < _HURRY_S) if check else "skipped"
        with screen.transfer(_("Sending {name}").format(name=path.name)) as progress:
            sent = session.submit(category, path, progress=progress, wait=False)
        screen.note(_("Received in time. The receipt is in .guildmark/receipts."))
        final = _await(screen, session, sent) if wait else sent
        state = session.state()
    of_it = next(one for one in state.categories if one.id == final.category)
    _tell(screen, final, of_it)
    screen.say(show.time_left(state))
    screen.answer(
        {
            "submission": final.model_dump(mode="json"),
            "best_score": of_it.best_score,
            "time_left_s": state.time_left_s,
            "local_check": looked,
        }
    )
    if final.report is not None and final.report.verdict is not Verdict.GRADED:
        raise typer.Exit(OurFault.exit_code if final.report.verdict.is_ours else ModelRefused.exit_code)


def _look(screen: Screen, session: Session, category: str, path: Path, *, hurry: bool) -> str:
    try:
        with screen.waiting(_("Looking at {file}").format(file=path.name)):
            checked = session.check(category, path, run=Run.NEVER if hurry else Run.WHERE_SHAPES_ARE_UNKNOWN)
    except CheckUnavailable as error:
        screen.note(_("The file was not looked at before it is sent: {next_step}").format(next_step=error.next_step))
        return "unavailable"
    if checked.passed:
        return "passed"
    words = " ".join(describe(finding.code, finding.params) for finding in checked.findings)
    if any(finding.code in _NEVER_TAKEN for finding in checked.findings):
        raise ModelRefused(words)
    raise ModelRefused(
        words, next_step=_("Change the model as described, and submit it again; or send it all the same with --no-check.")
    )


def _await(screen: Screen, session: Session, sent: SubmissionState) -> SubmissionState:
    try:
        with screen.waiting(_("Waiting for the score")) as update:
            return session.wait_for(sent, changed=lambda state: update(show.standing(state)))
    except ServerUnreachable as error:
        raise ServerUnreachable(
            _("Your submission is kept and graded, but the portal stopped answering before its score came."),
            next_step=_("Check your connection, then run: guildmark status"),
        ) from error
    except KeyboardInterrupt:
        screen.note(_("Stopped waiting. Your submission is kept and graded; guildmark status shows its score."))
        raise typer.Exit(_STOPPED) from None


def _tell(screen: Screen, submission: SubmissionState, category: CategoryState) -> None:
    report = submission.report
    screen.say(Text(f"{submission.category}  {submission.file_name}", style="bold"))
    if report is None:
        screen.say(_("It is queued for grading; guildmark status shows its score."))
        return
    said = [show.standing(submission), show.to_next(report)]
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
