"""`guildmark ui`: the dashboard, in this terminal or in a browser."""

from pathlib import Path
from typing import Annotated

import typer

from guildmark.cli.here import session_of
from guildmark.cli.login import has_browser
from guildmark.cli.screen import Screen
from guildmark.client.interpreters import installing
from guildmark.client.workspace import Workspace
from guildmark.errors import UsageError
from guildmark.i18n import _

_OF_THE_EXTRA = ("textual", "textual_serve", "aiohttp")


def ui(
    *,
    folder: Annotated[Path | None, typer.Option(help=_("The exam folder; the current one if not given."))] = None,
    browser: Annotated[bool, typer.Option("--browser", help=_("Show it in a browser of this machine."))] = False,
    port: Annotated[int | None, typer.Option(help=_("The port for the browser; a free one if not given."))] = None,
) -> None:
    """Time, categories, hints, scores, and a key for each thing to do."""
    place = Workspace.containing(folder or Path.cwd()).folder
    try:
        if browser:
            _serve(place, port)
        else:
            _show(place)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _OF_THE_EXTRA:
            raise
        raise UsageError(
            _("The dashboard needs the extra [ui]."),
            next_step=_("Run: {command}").format(command=installing("ui")),
            code="ui_unavailable",
        ) from error


def _show(place: Path) -> None:
    from guildmark.ui.acting import SessionExam
    from guildmark.ui.dashboard import Dashboard

    with session_of(place) as session:
        dashboard = Dashboard(SessionExam(session))
        dashboard.run()
        if dashboard.is_sending and not dashboard.gave_up:  # its page was closed, and nobody asked
            Screen(as_json=False).note(_("What is being sent goes on. Ctrl+C leaves the rest to the next tool."))
            dashboard.beside.wait()


def _serve(place: Path, port: int | None) -> None:
    from guildmark.ui.browser import serve

    screen = Screen(as_json=False)

    screen.say(_("Ctrl+C ends the dashboard, and not the exam. A link opens it once; then there is a new one."))

    def told(link: str) -> None:
        screen.say(_("The dashboard: {link}").format(link=link))

    serve(place, port=port, opens=has_browser(), told=told)
