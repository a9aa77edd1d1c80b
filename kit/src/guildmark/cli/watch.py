"""`guildmark watch`: offers to submit whenever a model file changes, and sends what waits here meanwhile."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import typer

from guildmark.cli.here import exam_here
from guildmark.cli.options import Yes
from guildmark.cli.outbox_told import send_what_waits
from guildmark.cli.screen import Screen
from guildmark.cli.submit import submit
from guildmark.client.elapsed import elapsed_s
from guildmark.client.session import Session
from guildmark.client.transport import Patience
from guildmark.client.workspace import BundleCategory, Workspace
from guildmark.errors import GuildmarkError
from guildmark.i18n import _

_LOOK_S: Final = 0.5
_SEND_EVERY_S: Final = 15.0
Seen = tuple[Path, int, int]


def watch(*, yes: Yes = False) -> None:
    """Look at the models until Ctrl+C; with `--yes` each one that changed is submitted without being asked."""
    screen = Screen(as_json=False)
    with exam_here() as session:
        session.state()  # signed in, and the portal answers: said now rather than at the first model
    workspace = Workspace.containing(Path.cwd())
    workspace.opened()
    # One try each time: a portal that does not answer is not to keep a model that is saved from being seen.
    with Session.open(workspace.folder, patience=Patience(waits_s=())) as sending:
        models = changed_models(workspace, wait=Sending(screen, sending, sleep=time.sleep))
        screen.say(_("Watching the models of {folder}. Ctrl+C ends it.").format(folder=workspace.folder))
        try:
            for category, model in models:
                screen.say("", _("Category {number}: {name} was saved.").format(number=category.number, name=model.name))
                if screen.confirm(_("Submit it now?"), yes=yes):
                    _submit(screen, category, model, yes=yes)
        except KeyboardInterrupt:
            screen.note(_("Watching ended. What was submitted stands."))


class Sending:
    """A wait between two looks that sends what waits in the outbox, from time to time."""

    def __init__(self, screen: Screen, session: Session, *, sleep: Callable[[float], object]) -> None:
        self._screen, self._session, self._sleep = screen, session, sleep
        self._next_at = 0.0

    def __call__(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self._sleep(seconds)
        if elapsed_s() >= self._next_at:
            with suppress(GuildmarkError, OSError):  # the folder is being moved or mended; the next time tells
                send_what_waits(self._screen, self._session)
            self._next_at = elapsed_s() + _SEND_EVERY_S


def changed_models(workspace: Workspace, *, wait: Callable[[float], object]) -> Iterator[tuple[BundleCategory, Path]]:
    """Each model that is saved from now on, once it is whole: seen twice with the same size and time."""
    return _changed(workspace, {one.id: _seen(workspace, one) for one in workspace.opened()}, wait)


def _changed(
    workspace: Workspace, known: dict[str, Seen | None], wait: Callable[[float], object]
) -> Iterator[tuple[BundleCategory, Path]]:
    growing: dict[str, Seen] = {}
    while True:
        for category in workspace.opened():
            seen = _seen(workspace, category)
            if seen is None or seen == known[category.id]:
                continue
            if growing.get(category.id) == seen:
                known[category.id] = seen
                yield category, seen[0]
            else:
                growing[category.id] = seen
        wait(_LOOK_S)


def _seen(workspace: Workspace, category: BundleCategory) -> Seen | None:
    try:
        path = workspace.default_model(category)
        found = None if path is None else path.stat()
    except OSError:  # it is being replaced
        return None
    return None if path is None or found is None else (path, found.st_size, found.st_mtime_ns)


def _submit(screen: Screen, category: BundleCategory, model: Path, *, yes: bool) -> None:
    """Submit as the command does, which asks about what speaks against the model; what goes wrong ends nothing."""
    try:
        submit(category.id, model, check=True, wait=True, yes=yes, as_json=False)
    except GuildmarkError as error:
        screen.fail(error)
    except (SystemExit, typer.Exit):  # a verdict that is the candidate's to mend, or Ctrl+C at the question: it was told
        return
