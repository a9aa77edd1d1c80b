"""`guildmark start`: prepare, then begin on the candidate's word."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from guildmark.cli import completion, show
from guildmark.cli.environment import active, described, have_environment
from guildmark.cli.here import session_of
from guildmark.cli.login import sign_in
from guildmark.cli.options import AsJson, Server, Yes
from guildmark.cli.project_files import leave_project_files
from guildmark.cli.screen import Screen
from guildmark.client import wording
from guildmark.client.board import instructions_of
from guildmark.client.environment import Environment
from guildmark.client.nearby import home_of
from guildmark.client.session import Session
from guildmark.client.starting import Started
from guildmark.errors import AttemptClosed, ConfirmationNeeded, Refused
from guildmark.i18n import _
from guildmark.protocol import AttemptState
from guildmark.rules.attempt import Phase
from guildmark.rules.wording import size_text

_STOPPED = 130


def start(  # noqa: PLR0913  # the options of the command
    program: Annotated[
        str | None, typer.Argument(help=_("Which exam; not needed where there is one."), autocompletion=completion.programs)
    ] = None,
    *,
    folder: Annotated[
        Path | None, typer.Option(help=_("The exam folder; a new one, named like the exam, if not given."))
    ] = None,
    server: Server = None,
    environment: Annotated[
        bool,
        typer.Option(
            "--environment/--no-environment",
            envvar="GUILDMARK_ENVIRONMENT",
            help=_("Make the exam's Python environment, .venv in its folder, before the clock."),
        ),
    ] = True,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Sign in where somebody can, register, download, make the environment, ask, start the clock, unpack."""
    screen = Screen(as_json=as_json)
    with _session(folder, server) as session:
        if screen.can_ask and not as_json and session.credentials.tokens(session.server) is None:
            sign_in(screen, session)
        state = _attempt(session, program, folder)
        if state.phase.is_over:
            raise AttemptClosed(
                next_step=_("Run: guildmark result; to begin another exam, name a new folder: guildmark start --folder DIR")
            )
        with screen.transfer(_("Downloading the exam")) as progress:
            offer = session.prepare(progress)
        screen.say(
            _("The exam is here, sealed and complete ({size}, checked by its digest).").format(size=size_text(offer.size))
        )
        runs_already = state.phase is Phase.RUNNING
        made = have_environment(screen, session) if environment and not runs_already else None
        again = _again(folder)
        if not runs_already and not _decided(screen, state, yes=yes, again=again):
            screen.say(_("The clock has not started. When you are ready, run: {command}").format(command=again))
            screen.answer({**_document(session, session.state(), None), **described(made)})
            return
        started = session.begin()
        leave_project_files(screen, session.workspace)
        state = session.state()
    _tell(screen, session, state, started, made)
    if environment and made is None:  # the clock runs already: the folders come first
        made = have_environment(screen, session)
    screen.answer({**_document(session, state, started), **described(made)})


def _session(folder: Path | None, server: str | None) -> Session:
    session = session_of(folder or Path.cwd(), server=server)
    if folder is not None and session.workspace is not None and session.workspace.folder != folder.resolve():
        session.workspace = None  # a new folder within that of another exam
    return session


def _attempt(session: Session, program: str | None, folder: Path | None) -> AttemptState:
    if session.workspace is None:
        slug = session.program(program)
        return session.register(slug, folder or home_of(Path.cwd(), slug))
    here = session.workspace.state
    if program not in (None, here.program):
        raise Refused(
            _("This folder is for {exam}.").format(exam=here.exam_title),
            next_step=_("Name a new folder: guildmark start {program} --folder DIR").format(program=program),
            code="other_attempt",
        )
    return session.state()


def _again(folder: Path | None) -> str:
    """The same command for the same folder: a bare one would look for another."""
    if folder is None:
        return "guildmark start"
    return f'guildmark start --folder "{folder}"' if " " in str(folder) else f"guildmark start --folder {folder}"


def _decided(screen: Screen, state: AttemptState, *, yes: bool, again: str) -> bool:
    screen.say(
        "",
        *wording.terms(state),
        _("To see first that everything works, answer no and run: guildmark rehearse"),
        "",
    )
    try:
        return screen.confirm(_("Start the clock now?"), yes=yes)
    except ConfirmationNeeded:
        raise ConfirmationNeeded(
            _("The exam is downloaded and checked, and its clock has not started: that needs your word."),
            next_step=_("When you are ready to sit the exam, run: {command}").format(command=f"{again} --yes"),
        ) from None
    except KeyboardInterrupt:
        screen.note(_("The clock has not started."))
        raise typer.Exit(_STOPPED) from None


def _tell(screen: Screen, session: Session, state: AttemptState, started: Started, made: Environment | None) -> None:
    if session.workspace is None or screen.as_json:
        return
    place = _("Your exam folder: {folder}").format(folder=session.workspace.folder)
    screen.say(show.time_left(state), "", Text(place, no_wrap=True))
    first, *_others = categories = session.workspace.opened()
    for category in categories:
        screen.say(f"  {category.folder}  {category.title}")
    for path in started.unpacked.kept:
        screen.say(_("Kept as you left it: {path}").format(path=path))
    if started.unpacked.kept:
        screen.say(_("To get the original of a file back, rename yours and run guildmark start again."))
    screen.say(
        "",
        _("Next: read {instructions}, fill in {folder}/starter.py and run it; then, in the exam folder:").format(
            instructions=instructions_of(session.workspace.folder, first.folder), folder=first.folder
        ),
        *_way(session.workspace.folder),
        *active(made),
        f"    guildmark submit {first.number}",
        _("guildmark status shows the time left and your scores."),
    )


def _way(folder: Path) -> list[str]:
    """How to come to the exam folder from here, as a line; no line for who is there."""
    here = Path.cwd().resolve()
    if here == folder:
        return []
    place = folder.relative_to(here) if folder.is_relative_to(here) else folder
    return [f'    cd "{place}"' if " " in str(place) else f"    cd {place}"]


def _document(session: Session, state: AttemptState, started: Started | None) -> dict[str, Any]:
    workspace = session.workspace
    return {
        "attempt": state.id,
        "phase": state.phase.value,
        "folder": None if workspace is None else str(workspace.folder),
        "deadline": None if state.deadline is None else state.deadline.isoformat(),
        "time_left_s": state.time_left_s,
        "begin_until": None if state.begin_until is None else state.begin_until.isoformat(),
        "categories": [] if workspace is None else [c.model_dump(mode="json") for c in workspace.categories()],
        "kept": [] if started is None else [str(path) for path in started.unpacked.kept],
    }
