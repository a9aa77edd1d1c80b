"""`guildmark result`."""

from rich.text import Text

from guildmark.cli import show
from guildmark.cli.here import exam_here
from guildmark.cli.options import AsJson
from guildmark.cli.screen import Screen
from guildmark.client import ending_told
from guildmark.client.wording import local_time
from guildmark.errors import ResultPending
from guildmark.i18n import _
from guildmark.protocol import ExamKind, Result, RevisionView

_PATIENCE_S = 60.0


def result(*, as_json: AsJson = False) -> None:
    """The decision, category by category. A failed exam is an answer too: exit status 0."""
    screen = Screen(as_json=as_json)
    with exam_here() as session, screen.waiting(_("Waiting for the last scores")):
        state = session.result(wait_s=_PATIENCE_S)
    found = state.result
    if found is None:
        raise ResultPending
    verdict, points = ending_told.decision(found)
    screen.say(
        Text(f"{state.exam_title}  {state.exam_version}", style="bold"),
        show.time_left(state),
        "",
        show.result(found, screen.out),
        "",
        Text(verdict, style="bold green" if found.passed else "bold yellow").append(points, style="default"),
    )
    if found.skills:
        screen.say("", show.skills(found.skills, screen.out), "")
    for revision in found.revisions:
        _tell_revision(screen, revision)
    if found.certificate_url:
        screen.say(_("Your certificate: {url}").format(url=found.certificate_url))
    if not found.passed:
        _tell_next(screen, found)
    if found.appeal_until is not None:
        until = local_time(found.appeal_until)
        screen.say(_("If a score is wrong, appeal in the portal until {time}.").format(time=until))
    if state.kind is not ExamKind.LIVE:
        screen.say(Text(_("This was a {kind} exam; it certifies nothing.").format(kind=state.kind.value), style="dim"))
    screen.answer(
        {
            "attempt": state.id,
            "exam_title": state.exam_title,
            "exam_version": state.exam_version,
            "kind": state.kind.value,
            "result": found.model_dump(mode="json"),
        }
    )


def _tell_revision(screen: Screen, revision: RevisionView) -> None:
    screen.say(
        _("Changed {time}: from {before:g} to {points:g} points.").format(
            time=local_time(revision.recorded_at), before=revision.points_before, points=revision.points
        ),
        f"  {revision.reason}" if revision.reason else _("  A file was graded again, and reached a higher score."),
    )


def _tell_next(screen: Screen, found: Result) -> None:
    """What to practise, and from when on to try again."""
    if found.practise:
        screen.say(_("Practise next:"), *(f"  {skill}" for skill in ending_told.to_practise(found)))
    if found.retake_from is not None:
        screen.say(_("You can try again from {time}.").format(time=local_time(found.retake_from)))
